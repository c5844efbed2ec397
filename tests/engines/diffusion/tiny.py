"""Tiny pipelines with random weights, built from configs and saved as usual.

One for each preset: the same classes of diffusers, a thousandth of their size.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLFlux2,
    AutoencoderTiny,
    DDIMScheduler,
    DDPMScheduler,
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinPipeline,
    Flux2Transformer2DModel,
    FluxPipeline,
    FluxPriorReduxPipeline,
    FluxTransformer2DModel,
    KandinskyV22Pipeline,
    PNDMScheduler,
    StableDiffusionImageVariationPipeline,
    StableDiffusionImg2ImgPipeline,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    StableUnCLIPImg2ImgPipeline,
    UNet2DConditionModel,
    VQModel,
)
from diffusers.pipelines.flux.modeling_flux import ReduxImageEncoder
from diffusers.pipelines.stable_diffusion import StableDiffusionSafetyChecker
from diffusers.pipelines.stable_diffusion.stable_unclip_image_normalizer import (
    StableUnCLIPImageNormalizer,
)
from safetensors.torch import save_file
from transformers import (
    CLIPConfig,
    CLIPImageProcessor,
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
    CLIPVisionConfig,
    CLIPVisionModelWithProjection,
    Qwen2Tokenizer,
    Qwen3Config,
    Qwen3ForCausalLM,
    SiglipImageProcessor,
    SiglipVisionConfig,
    SiglipVisionModel,
)

from diabelli.engines.diffusion.presets import PRESETS, Adapter, Distillation, Preset, Weights

# More of them wait for each other longer than they compute.
torch.set_num_threads(1)

SIDE = 32
STEPS = 2
WIDTH = 32
"""Of every hidden layer."""


def build(name: str, folder: Path) -> Preset:
    """Return the preset of that name on a tiny pipeline, which is saved below the folder."""
    torch.manual_seed(0)
    changes = _BUILDERS[name](folder / name)
    pipeline = Weights(source=str(folder / name))
    return replace(
        PRESETS[name],
        name=f"tiny-{name}",
        **{
            "pipeline": pipeline,
            "encoder": None,
            "side": SIDE,
            "multiple": 16,
            "steps": STEPS,
            "vram_gb": None,
            "restricted": False,
            **changes,
        },
    )


def image_to_image(folder: Path) -> StableDiffusionImg2ImgPipeline:
    """Return Stable Diffusion's image-to-image pipeline; its tokenizer is saved in the folder."""
    torch.manual_seed(0)
    pipe = StableDiffusionImg2ImgPipeline(
        vae=_vae(),
        text_encoder=CLIPTextModel(_text()),
        tokenizer=_tokenizer(folder / "tokenizer"),
        unet=_unet(),
        scheduler=DDIMScheduler(clip_sample=False, steps_offset=1),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def _vision() -> CLIPVisionConfig:
    return CLIPVisionConfig(
        hidden_size=WIDTH,
        intermediate_size=37,
        projection_dim=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        image_size=32,
        patch_size=8,
    )


def _processor() -> CLIPImageProcessor:
    return CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=32)


def _text() -> CLIPTextConfig:
    return CLIPTextConfig(
        hidden_size=WIDTH,
        intermediate_size=37,
        projection_dim=WIDTH,
        num_hidden_layers=2,
        num_attention_heads=4,
        vocab_size=600,
        max_position_embeddings=77,
        bos_token_id=512,
        eos_token_id=513,
        pad_token_id=513,
    )


def _letters() -> list[str]:
    """Return the 256 letters for bytes in the vocabularies of GPT-2 and its followers."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    return [*map(chr, plain), *(chr(256 + k) for k in range(256 - len(plain)))]


def _tokenizer(folder: Path) -> CLIPTokenizer:
    """Return a tokenizer of single bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    letters = _letters()
    words = [*letters, *(f"{one}</w>" for one in letters), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {word: number for number, word in enumerate(words)}
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(
        str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77
    )


def _vae() -> AutoencoderKL:
    return AutoencoderKL(
        block_out_channels=(32, 32),
        down_block_types=("DownEncoderBlock2D",) * 2,
        up_block_types=("UpDecoderBlock2D",) * 2,
        latent_channels=4,
        shift_factor=0.0,
        norm_num_groups=8,
        sample_size=SIDE,
    )


def _unet(**changes: object) -> UNet2DConditionModel:
    config: dict[str, object] = {
        "block_out_channels": (32, 64),
        "layers_per_block": 1,
        "sample_size": 16,
        "in_channels": 4,
        "out_channels": 4,
        "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
        "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
        "attention_head_dim": 8,
        "norm_num_groups": 8,
        "cross_attention_dim": WIDTH,
    }
    return UNet2DConditionModel(**{**config, **changes})


def _sd_image_variations(folder: Path) -> dict[str, object]:
    checker = CLIPConfig(vision_config=_vision().to_dict(), projection_dim=WIDTH)
    StableDiffusionImageVariationPipeline(
        vae=_vae(),
        image_encoder=CLIPVisionModelWithProjection(_vision()),
        unet=_unet(),
        scheduler=DDIMScheduler(clip_sample=False),
        safety_checker=_lenient(StableDiffusionSafetyChecker(checker)),
        feature_extractor=_processor(),
    ).save_pretrained(folder)
    return {}


def _lenient(checker: StableDiffusionSafetyChecker) -> StableDiffusionSafetyChecker:
    """Return a checker whose thresholds no picture reaches."""
    checker.concept_embeds_weights.data.fill_(10.0)
    checker.special_care_embeds_weights.data.fill_(10.0)
    return checker


def _stable_unclip(folder: Path) -> dict[str, object]:
    StableUnCLIPImg2ImgPipeline(
        feature_extractor=_processor(),
        image_encoder=CLIPVisionModelWithProjection(_vision()),
        image_normalizer=StableUnCLIPImageNormalizer(embedding_dim=WIDTH),
        image_noising_scheduler=DDPMScheduler(beta_schedule="squaredcos_cap_v2"),
        tokenizer=_tokenizer(folder / "tokenizer"),
        text_encoder=CLIPTextModel(_text()),
        unet=_unet(
            class_embed_type="projection",
            projection_class_embeddings_input_dim=2 * WIDTH,
            attention_head_dim=(2, 4),
            use_linear_projection=True,
        ),
        scheduler=DDIMScheduler(prediction_type="v_prediction", clip_sample=False),
        vae=_vae(),
    ).save_pretrained(folder)
    return {}


def _kandinsky(folder: Path) -> dict[str, object]:
    prior = folder.with_name(folder.name + "-prior")
    CLIPVisionModelWithProjection(_vision()).save_pretrained(prior / "image_encoder")
    _processor().save_pretrained(prior / "image_processor")
    KandinskyV22Pipeline(
        unet=UNet2DConditionModel(
            in_channels=4,
            out_channels=8,
            addition_embed_type="image",
            encoder_hid_dim=WIDTH,
            encoder_hid_dim_type="image_proj",
            down_block_types=("ResnetDownsampleBlock2D", "SimpleCrossAttnDownBlock2D"),
            up_block_types=("SimpleCrossAttnUpBlock2D", "ResnetUpsampleBlock2D"),
            mid_block_type="UNetMidBlock2DSimpleCrossAttn",
            block_out_channels=(32, 64),
            layers_per_block=1,
            cross_attention_dim=WIDTH,
            attention_head_dim=4,
            resnet_time_scale_shift="scale_shift",
            norm_num_groups=8,
        ),
        scheduler=DDPMScheduler(
            beta_schedule="linear", variance_type="learned_range", thresholding=False
        ),
        movq=VQModel(
            block_out_channels=(32, 64),
            down_block_types=("DownEncoderBlock2D", "AttnDownEncoderBlock2D"),
            up_block_types=("AttnUpDecoderBlock2D", "UpDecoderBlock2D"),
            latent_channels=4,
            num_vq_embeddings=12,
            vq_embed_dim=4,
            norm_num_groups=8,
            norm_type="spatial",
        ),
    ).save_pretrained(folder)
    return {"encoder": Weights(source=str(prior))}


def _sdxl_ip_adapter(folder: Path) -> dict[str, object]:
    unet = _unet(
        attention_head_dim=(2, 4),
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        transformer_layers_per_block=(1, 2),
        projection_class_embeddings_input_dim=80,
        cross_attention_dim=64,
    )
    StableDiffusionXLPipeline(
        vae=_vae(),
        text_encoder=CLIPTextModel(_text()),
        text_encoder_2=CLIPTextModelWithProjection(_text()),
        tokenizer=_tokenizer(folder / "tokenizer"),
        tokenizer_2=_tokenizer(folder / "tokenizer_2"),
        unet=unet,
        scheduler=DDIMScheduler(clip_sample=False),
    ).save_pretrained(folder)
    adapter = folder.with_name(folder.name + "-adapter")
    CLIPVisionModelWithProjection(_vision()).save_pretrained(adapter / "image_encoder")
    (adapter / "weights").mkdir(parents=True, exist_ok=True)
    save_file(_adapter(unet), adapter / "weights" / "adapter.safetensors")
    weights = Weights(source=str(adapter))
    return {
        "adapter": Adapter(
            weights=weights, folder="weights", file="adapter.safetensors", encoder="image_encoder"
        )
    }


def _adapter(unet: UNet2DConditionModel, width: int = WIDTH) -> dict[str, torch.Tensor]:
    """Return the weights of an IP-Adapter for that network, in the original's names.

    `width` is that of the image embedding.
    """
    wide = unet.config.cross_attention_dim
    tensors = {
        "image_proj.proj.weight": torch.randn(4 * wide, width) / 8,
        "image_proj.proj.bias": torch.randn(4 * wide),
        "image_proj.norm.weight": torch.ones(wide),
        "image_proj.norm.bias": torch.zeros(wide),
    }
    crossing = [name for name in unet.attn_processors if "attn2" in name]
    for number, name in enumerate(unet.attn_processors):
        if name in crossing:
            module = unet.get_submodule(name.removesuffix(".processor"))
            for letter in "kv":
                key = f"ip_adapter.{number}.to_{letter}_ip.weight"
                tensors[key] = torch.randn(module.to_k.out_features, wide) / 8
    return tensors


def _sd15_lcm(folder: Path) -> dict[str, object]:
    decoder = AutoencoderTiny(
        encoder_block_out_channels=(16, 16),
        decoder_block_out_channels=(16, 16),
        num_encoder_blocks=(1, 1),
        num_decoder_blocks=(1, 1),
    )
    vision = CLIPVisionModelWithProjection(_vision())
    return save_sd15_lcm(folder, _unet(), CLIPTextModel(_text()), vision, decoder)


def save_sd15_lcm(
    folder: Path,
    unet: UNet2DConditionModel,
    text: CLIPTextModel,
    vision: CLIPVisionModelWithProjection,
    decoder: AutoencoderTiny,
    rank: int = 2,
) -> dict[str, object]:
    """Save the parts of `sd15-lcm` as they are published; return the changes of the preset.

    `rank` is that of the LoRA.
    """
    StableDiffusionPipeline(
        vae=_vae(),
        text_encoder=text,
        tokenizer=_tokenizer(folder / "tokenizer"),
        unet=unet,
        scheduler=PNDMScheduler(beta_schedule="scaled_linear", skip_prk_steps=True, steps_offset=1),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder, variant="fp16")
    adapter, encoder, lora, tiny = (
        folder.with_name(f"{folder.name}-{part}") for part in ("adapter", "encoder", "lora", "tiny")
    )
    vision.save_pretrained(encoder / "encoder", variant="fp16")
    decoder.save_pretrained(tiny)
    for part in (adapter, lora):
        part.mkdir(parents=True, exist_ok=True)
    # Stronger than that of `sdxl-ip-adapter`, because no guidance amplifies it.
    tensors = _adapter(unet, vision.config.projection_dim)
    strong = {name: 8 * one if "_ip" in name else one for name, one in tensors.items()}
    save_file(strong, adapter / "adapter.safetensors")
    save_file(_lora(unet, rank), lora / "lora.safetensors")
    return {
        "pipeline": Weights(source=str(folder), variant="fp16"),
        "adapter": Adapter(
            weights=Weights(source=str(adapter)),
            folder="",
            file="adapter.safetensors",
            encoder="encoder",
            encoder_weights=Weights(source=str(encoder), variant="fp16"),
        ),
        "distillation": Distillation(
            weights=Weights(source=str(lora)), file="lora.safetensors", scheduler="LCMScheduler"
        ),
        "decoder": Weights(source=str(tiny)),
        "cpu_gb": None,
    }


_ADAPTED = (
    *("to_q", "to_k", "to_v", "to_out.0", "proj_in", "proj_out", "ff.net.0.proj", "ff.net.2"),
    *("conv1", "conv2", "conv_shortcut", "time_emb_proj", "samplers.0.conv"),
)
"""Layers of the published LoRA."""


def _lora(unet: UNet2DConditionModel, rank: int) -> dict[str, torch.Tensor]:
    """Return a LoRA for that network, in the names and the data type of the published one."""
    tensors = {}
    for name, module in unet.named_modules():
        if name.endswith(_ADAPTED):
            key = f"lora_unet_{name.replace('.', '_')}"
            shape = module.weight.shape
            down, up = (rank, *shape[1:]), (shape[0], rank, *(1,) * (len(shape) - 2))
            tensors[f"{key}.lora_down.weight"] = torch.randn(down).half() / 8
            tensors[f"{key}.lora_up.weight"] = torch.randn(up).half() / rank
            tensors[f"{key}.alpha"] = torch.tensor(float(rank))
    return tensors


def _moved(transformer: torch.nn.Module) -> torch.nn.Module:
    """Scale up the attention weights of a network.

    With the default weights of such a small network, the picture does not depend on the source.
    """
    for name, weight in transformer.named_parameters():
        if weight.ndim == 2:
            weight.data.mul_(2)
        if "norm_k" in name or "norm_added_k" in name:
            weight.data.mul_(3)
        if "to_v" in name or "add_v" in name or "qkv" in name:
            weight.data.mul_(6)
    return transformer


def _flow() -> FlowMatchEulerDiscreteScheduler:
    return FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True)


def _flux_redux(folder: Path) -> dict[str, object]:
    FluxPipeline(
        scheduler=_flow(),
        vae=_vae(),
        text_encoder=None,
        tokenizer=None,
        text_encoder_2=None,
        tokenizer_2=None,
        # The prior writes embeddings of 4096 and 768 numbers at any size.
        transformer=_moved(
            FluxTransformer2DModel(
                patch_size=1,
                in_channels=16,
                num_layers=1,
                num_single_layers=1,
                attention_head_dim=16,
                num_attention_heads=2,
                joint_attention_dim=4096,
                pooled_projection_dim=768,
                axes_dims_rope=(4, 4, 8),
                guidance_embeds=True,
            )
        ),
    ).save_pretrained(folder)
    prior = folder.with_name(folder.name + "-prior")
    vision = SiglipVisionConfig(
        hidden_size=WIDTH,
        intermediate_size=37,
        num_hidden_layers=2,
        num_attention_heads=4,
        image_size=32,
        patch_size=8,
    )
    FluxPriorReduxPipeline(
        image_encoder=SiglipVisionModel(vision),
        feature_extractor=SiglipImageProcessor(size={"height": 32, "width": 32}),
        image_embedder=ReduxImageEncoder(redux_dim=WIDTH, txt_in_features=4096),
    ).save_pretrained(prior)
    return {"encoder": Weights(source=str(prior))}


def _flux2_klein(folder: Path) -> dict[str, object]:
    (folder / "tokenizer").mkdir(parents=True, exist_ok=True)
    words = [*_letters(), "<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    vocabulary = {word: number for number, word in enumerate(words)}
    (folder / "tokenizer" / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "tokenizer" / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = Qwen2Tokenizer(
        str(folder / "tokenizer" / "vocab.json"), str(folder / "tokenizer" / "merges.txt")
    )
    tokenizer.chat_template = (
        "{% for m in messages %}<|im_start|>{{ m['role'] }} {{ m['content'] }}<|im_end|>"
        "{% endfor %}"
    )
    text = Qwen3Config(
        hidden_size=16,
        intermediate_size=16,
        num_hidden_layers=28,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
        vocab_size=300,
    )
    Flux2KleinPipeline(
        scheduler=_flow(),
        vae=AutoencoderKLFlux2(
            block_out_channels=(32, 32),
            down_block_types=("DownEncoderBlock2D",) * 2,
            up_block_types=("UpDecoderBlock2D",) * 2,
            latent_channels=4,
            norm_num_groups=8,
            sample_size=SIDE,
            use_quant_conv=False,
            use_post_quant_conv=False,
        ),
        text_encoder=Qwen3ForCausalLM(text),
        tokenizer=tokenizer,
        transformer=_moved(
            Flux2Transformer2DModel(
                patch_size=1,
                in_channels=16,
                num_layers=1,
                num_single_layers=1,
                attention_head_dim=16,
                num_attention_heads=2,
                joint_attention_dim=48,
                timestep_guidance_channels=32,
                axes_dims_rope=(4, 4, 4, 4),
                guidance_embeds=False,
            )
        ),
        is_distilled=True,
    ).save_pretrained(folder)
    # It takes no source of less than 64 pixels.
    return {"side": 64}


_BUILDERS: dict[str, Callable[[Path], dict[str, object]]] = {
    "kandinsky-2.2": _kandinsky,
    "stable-unclip-2.1": _stable_unclip,
    "sdxl-ip-adapter": _sdxl_ip_adapter,
    "flux2-klein-4b": _flux2_klein,
    "sd-image-variations": _sd_image_variations,
    "sd15-lcm": _sd15_lcm,
    "flux-redux": _flux_redux,
}
