"""Loads a pipeline, its encoder and its prior from weights onto their device.

Only this module and `half_storage` import diffusers. Neither uses the network or executes code that
comes with the weights.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from diabelli.engines.diffusion import device as devices
from diabelli.engines.diffusion import weights
from diabelli.engines.diffusion.conditioning import LoadedPipeline
from diabelli.engines.diffusion.mixed_sources import patch_for_mixed_sources
from diabelli.engines.diffusion.presets import Adapter, Distillation, Preset
from diabelli.engines.diffusion.runtime import EnginePlan, RuntimeOptions
from diabelli.errors import InvalidWeights

_NETWORKS = ("unet", "transformer")
_OF_TEXT = ("text_encoder", "text_encoder_2", "tokenizer", "tokenizer_2")
_REPLACED_BY_PRIOR = (*_OF_TEXT, "image_encoder", "feature_extractor")
"""Components that a pipeline does not need if a prior computes the embedding of its prompt."""
_TAKES_EMBEDDED = frozenset(
    {
        "StableDiffusionPipeline",
        "StableDiffusionImg2ImgPipeline",
        "StableDiffusionXLPipeline",
        "StableDiffusionXLImg2ImgPipeline",
        "StableUnCLIPImg2ImgPipeline",
    }
)
"""Pipelines whose `encode_prompt` returns the arguments `_EMBEDDED` of their call."""
_EMBEDDED = (
    "prompt_embeds",
    "negative_prompt_embeds",
    "pooled_prompt_embeds",
    "negative_pooled_prompt_embeds",
)
_STORED_HALF = frozenset({"unet", "image_encoder"})
"""Networks whose layers may be stored in half precision and computed in another."""
_OF_RECIPES = frozenset({"ip_scale", "sight", "prompt_embeds_scale"})
"""Strength arguments that are not arguments of the pipeline's call."""


def load(plan: EnginePlan, device: str) -> LoadedPipeline:
    """Load the plan's pipeline.

    Raises:
        WeightsMissing: the weights are not on this machine.
        InvalidWeights: they do not fit the preset.
        Exception: the libraries raise various exceptions for damaged files.
    """
    preset = plan.preset
    dtype = devices.resolve_dtype(plan.running, device)
    stored = devices.resolve_storage_dtype(plan.running, device, preset.pipeline.variant)
    folder = weights.locate(preset.name, preset.pipeline)
    without = _REPLACED_BY_PRIOR if preset.recipe == "redux" else preset.without
    given = dict.fromkeys(without) | _decoder(preset, dtype)
    pipe = _pipe(preset, folder, preset.pipeline_class, stored, given)
    patch_for_mixed_sources(pipe)
    if preset.distillation:
        _distill(preset, preset.distillation, pipe)
    if preset.adapter:
        _adapt(preset, preset.adapter, pipe, stored)
    if stored != dtype:
        _compute_in(dtype, pipe)
    prior = encoder = processor = None
    if preset.recipe == "redux":
        prior_folder = weights.locate(preset.name, preset.encoder or preset.pipeline)
        prior = _pipe(preset, prior_folder, None, dtype, {})
        _place(prior, plan.running, device)
    accepts = frozenset(inspect.signature(pipe.__call__).parameters)
    _check(preset, pipe, accepts)
    _tune(pipe, plan.running, device)
    _place(pipe, plan.running, device)
    embedded = _embed_prompt(preset.prompt, pipe, plan.running)
    if preset.recipe == "unclip2":
        encoder, processor = _encoder(preset, plan.running, pipe, dtype, device)
    return LoadedPipeline(pipe, accepts, encoder, processor, prior, preset.prompt, embedded)


def _pipe(
    preset: Preset, folder: Path, name: str | None, dtype: Any, given: Mapping[str, Any]
) -> Any:
    """Load the pipeline in the folder, as the class `name` or else as the class it was saved as.

    Components in `given` are not loaded; None means that the pipeline has none.
    """
    diffusers = _diffusers()
    name = name or weights.saved_pipeline_class(preset.name, folder)
    kind = getattr(diffusers, name, None)
    if kind is None:
        raise InvalidWeights(
            f"the weights of {preset.name!r} are for {name!r}, which diffusers "
            f"{diffusers.__version__} does not have"
        )
    pipe = kind.from_pretrained(
        folder,
        dtype=dtype,
        variant=preset.pipeline.variant,
        # None accepts every format.
        use_safetensors=preset.safetensors or None,
        local_files_only=True,
        **given,
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _diffusers() -> Any:
    """Import diffusers without its log output: progress and errors have other channels."""
    weights.disable_telemetry()
    import diffusers
    import transformers

    for library in (diffusers, transformers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()
    return diffusers


def _decoder(preset: Preset, dtype: Any) -> dict[str, Any]:
    """Return the tiny autoencoder of the preset as the component `vae`, if it has one."""
    if preset.decoder is None:
        return {}
    folder = weights.locate(preset.name, preset.decoder)
    autoencoder = _diffusers().AutoencoderTiny.from_pretrained(
        folder, dtype=dtype, use_safetensors=True, local_files_only=True
    )
    return {"vae": autoencoder}


def _distill(preset: Preset, distillation: Distillation, pipe: Any) -> None:
    """Merge the LoRA into the network, and replace the scheduler."""
    folder = weights.locate(preset.name, distillation.weights)
    pipe.load_lora_weights(str(folder), weight_name=distillation.file, local_files_only=True)
    pipe.fuse_lora()
    pipe.unload_lora_weights()
    scheduler = getattr(_diffusers(), distillation.scheduler)
    pipe.scheduler = scheduler.from_config(pipe.scheduler.config)


def _adapt(preset: Preset, adapter: Adapter, pipe: Any, dtype: Any) -> None:
    """Load the IP-Adapter and its image encoder into the pipeline."""
    from transformers import CLIPImageProcessor

    folder = weights.locate(preset.name, adapter.weights)
    of_encoder = adapter.encoder_weights or adapter.weights
    encoder_folder = weights.locate(preset.name, of_encoder) / adapter.encoder
    encoder = _vision(encoder_folder, dtype, of_encoder.variant)
    side = encoder.config.image_size
    processor = CLIPImageProcessor(size={"shortest_edge": side}, crop_size=side)
    pipe.register_modules(image_encoder=encoder, feature_extractor=processor)
    pipe.load_ip_adapter(
        str(folder),
        subfolder=adapter.folder,
        weight_name=adapter.file,
        image_encoder_folder=None,
        local_files_only=True,
    )
    encode = pipe.prepare_ip_adapter_image_embeds

    def prepare(source: Any, embeds: Any, place: Any, count: int, guided: bool) -> Any:
        # The pipeline would pass the embeddings of all images to each image of a batch.
        return encode(source, None, place, count, guided) if embeds is None else embeds

    pipe.prepare_ip_adapter_image_embeds = prepare


def _compute_in(dtype: Any, pipe: Any) -> None:
    """Convert the pipeline to `dtype`, except for the large layers of its largest networks.

    These keep their type, and are cast while they run.
    """
    from diabelli.engines.diffusion.half_storage import compute_in

    for name, module in pipe.components.items():
        if name in _STORED_HALF:
            compute_in(dtype, module)
        elif hasattr(module, "parameters"):
            module.to(dtype)


def _encoder(
    preset: Preset, running: RuntimeOptions, pipe: Any, dtype: Any, device: str
) -> tuple[Any, Any]:
    """Return the image encoder and its processor: the pipeline's, or separate ones."""
    if preset.encoder is None:
        return pipe.image_encoder, pipe.feature_extractor
    from accelerate import cpu_offload
    from transformers import CLIPImageProcessor

    folder = weights.locate(preset.name, preset.encoder)
    processor = CLIPImageProcessor.from_pretrained(
        folder / "image_processor", local_files_only=True
    )
    encoder = _vision(folder / "image_encoder", dtype)
    if running.offload == "none":
        return encoder.to(device), processor
    return cpu_offload(encoder, execution_device=device), processor


def _vision(folder: Path, dtype: Any, variant: str | None = None) -> Any:
    from transformers import CLIPVisionModelWithProjection

    return CLIPVisionModelWithProjection.from_pretrained(
        folder, dtype=dtype, variant=variant, use_safetensors=True, local_files_only=True
    )


def _check(preset: Preset, pipe: Any, accepts: frozenset[str]) -> None:
    """Raise `InvalidWeights` if the pipeline has no argument for strength."""
    dial = preset.dial.argument
    if dial not in accepts | _OF_RECIPES:
        raise InvalidWeights(
            f"strength sets {dial!r} for {preset.name!r}, but {type(pipe).__name__} does not "
            f"accept it; it accepts {', '.join(sorted(accepts - {'args', 'kwargs'}))}, or sight"
        )


def _tune(pipe: Any, running: RuntimeOptions, device: str) -> None:
    """Apply the operator's options for time and memory."""
    import torch

    if devices.use_attention_slicing(running, device):
        pipe.enable_attention_slicing()
    if hasattr(getattr(pipe, "vae", None), "enable_slicing"):
        # Decoding one image at a time bounds the memory of a batch to that of one image.
        pipe.vae.enable_slicing()
    for network in filter(None, (getattr(pipe, name, None) for name in _NETWORKS)):
        if device.startswith("cuda"):
            network.to(memory_format=torch.channels_last)
        if running.compile:
            network.compile()


def _place(pipe: Any, running: RuntimeOptions, device: str) -> None:
    """Move the pipeline to its device, or offload its parts until they are used."""
    if running.offload == "model":
        pipe.enable_model_cpu_offload(device=device)
    elif running.offload == "sequential":
        pipe.enable_sequential_cpu_offload(device=device)
    else:
        pipe.to(device)


def _embed_prompt(prompt: str, pipe: Any, running: RuntimeOptions) -> dict[str, Any]:
    """Embed the prompt, which is the same for all requests, and drop the text encoders.

    Returns:
        Arguments of the pipeline's call, a row each; none if it has to get the prompt itself.
    """
    import torch

    # Offloaded encoders take no memory of the device.
    if type(pipe).__name__ not in _TAKES_EMBEDDED or running.offload != "none":
        return {}
    with torch.inference_mode():
        found = pipe.encode_prompt(
            prompt,
            device=pipe._execution_device,
            num_images_per_prompt=1,
            do_classifier_free_guidance=True,
        )
    pipe.register_modules(**{name: None for name in _OF_TEXT if name in pipe.components})
    return dict(zip(_EMBEDDED, found, strict=False))
