"""Presets of trained engines: weights, licence, memory, and the mapping of strength."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Recipe: TypeAlias = Literal["image", "ip", "redux", "unclip2"]
"""How a source is passed to a pipeline; see `conditioning`."""

PIPELINE = ("*.json", "*/*.txt", "*/*.jinja", "*/*.model", "*/*.safetensors")
"""Files that a pipeline is loaded from; the single-file copies beside them are not needed."""
PICKLES = ("*/*.bin",)
"""Additional files if weights in a format that can execute code are allowed."""
ENCODER = ("image_encoder/*.json", "image_encoder/*.safetensors", "image_processor/*.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A folder, or a repository on the hub.

    Attributes:
        source: the folder's path, or the repository as owner/name.
        revision: a commit or a tag; "main" is the commit that was last pulled.
        files: patterns of the needed files.
        variant: the copy of the weights to load, such as "fp16".
    """

    source: str
    revision: str = "main"
    files: tuple[str, ...] = PIPELINE
    variant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """An IP-Adapter and its image encoder.

    Attributes:
        weights: of the adapter.
        folder, file: of the adapter, relative to the repository.
        encoder: folder of the image encoder, relative to its repository.
        encoder_weights: of the image encoder; None means the repository of the adapter.
    """

    weights: Weights
    folder: str
    file: str
    encoder: str
    encoder_weights: Weights | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Distillation:
    """A LoRA that distills the network into few steps, and the scheduler of these steps.

    Attributes:
        weights: of the LoRA, which is merged into the network.
        file: of the LoRA, relative to the repository.
        scheduler: class of diffusers, with the configuration of the pipeline's scheduler.
    """

    weights: Weights
    file: str
    scheduler: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StrengthMapping:
    """Linear mapping of strength 0..1 to one argument of a pipeline, from `low` to `high`.

    "ip_scale" is the weight of an IP-Adapter.  "sight" is not an argument: it is the side of the
    source as a share of the native side, for pipelines without a suitable argument.
    """

    argument: str
    low: float
    high: float

    def at(self, strength: float) -> float:
        """Return the argument's value at a strength 0..1."""
        return self.low + (self.high - self.low) * strength


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One trained engine.

    Attributes:
        name: of the engine.
        summary, look: one sentence each, for the engine and for the look of its variations.
        recipe: how a source is passed to it.
        pipeline: its weights.
        pipeline_class: the class of diffusers; None means the one in `model_index.json`.
        encoder: for `unclip2`, a separate image encoder; for `redux`, the prior.
        adapter: for `ip`.
        distillation: for few steps; None if the network itself has few, or many.
        decoder: a tiny autoencoder instead of the pipeline's; None means the pipeline's.
        without: components of the saved pipeline that are not loaded.
        licence: of the weights.
        restricted: whether that licence must be accepted before use.
        vram_gb: its memory in half precision, in GB; None if unknown.
        cpu_gb: peak memory of a process that runs it on a CPU, in GB; None if that takes minutes a
            picture.
        work: operations of its network for one picture of its native size at strength 0.5, in
            10^12, as counted by benchmarks/work.py; None if not counted.
        side: the native side of a square, in pixels.
        multiple: divisor of heights and widths, in pixels.
        steps: number of denoising steps.
        guidance: its guidance scale; None if it has none, or if strength sets it.
        dial: mapping of strength.
        prompt: for pipelines that need one.
        safetensors: whether weights in other formats, which could execute code, are refused.
        verified: whether this project has run it with its real weights.
    """

    name: str
    summary: str
    look: str
    recipe: Recipe
    pipeline: Weights
    pipeline_class: str | None = None
    encoder: Weights | None = None
    adapter: Adapter | None = None
    distillation: Distillation | None = None
    decoder: Weights | None = None
    without: tuple[str, ...] = ()
    licence: str
    restricted: bool = False
    vram_gb: float | None
    cpu_gb: float | None = None
    work: int | None = None
    side: int
    multiple: int = 64
    steps: int
    guidance: float | None = None
    dial: StrengthMapping
    prompt: str = ""
    safetensors: bool = True
    verified: bool = False

    @property
    def weights(self) -> tuple[Weights, ...]:
        """Return all weights that it is loaded from."""
        adapter = (self.adapter.weights, self.adapter.encoder_weights) if self.adapter else ()
        lora = (self.distillation.weights,) if self.distillation else ()
        every = (self.pipeline, self.encoder, *adapter, *lora, self.decoder)
        return tuple(one for one in every if one)


DIALS: dict[Recipe, StrengthMapping] = {
    "image": StrengthMapping(argument="guidance_scale", low=10.0, high=1.5),
    "ip": StrengthMapping(argument="ip_scale", low=1.0, high=0.3),
    "redux": StrengthMapping(argument="prompt_embeds_scale", low=1.0, high=0.5),
    "unclip2": StrengthMapping(argument="noise_level", low=0, high=999),
}
"""Default mapping of strength by recipe."""

SD15_LCM = Preset(
    name="sd15-lcm",
    summary="Stable Diffusion 1.5 in six steps, conditioned on the source; made for a CPU.",
    look="Another picture of the same subject and style; 512 pixels, soft details.",
    recipe="ip",
    pipeline=Weights(
        source="stable-diffusion-v1-5/stable-diffusion-v1-5",
        revision="451f4fe16113bff5a5d2269ed5ad43b0592e9a14",
        files=(
            "model_index.json",
            "scheduler/*",
            "tokenizer/*",
            "text_encoder/config.json",
            "text_encoder/model.fp16.safetensors",
            "unet/config.json",
            "unet/diffusion_pytorch_model.fp16.safetensors",
        ),
        variant="fp16",
    ),
    # The safety checker alone is larger than all but the network, and allows no previews.
    without=("safety_checker", "feature_extractor"),
    adapter=Adapter(
        weights=Weights(
            source="h94/IP-Adapter",
            revision="018e402774aeeddd60609b4ecdb7e298259dc729",
            files=("models/ip-adapter_sd15.safetensors",),
        ),
        folder="models",
        file="ip-adapter_sd15.safetensors",
        encoder="image_encoder",
        # The adapter's repository has the same encoder (OpenCLIP ViT-H/14) in float32 only.
        encoder_weights=Weights(
            source="radames/stable-diffusion-2-1-unclip-img2img",
            revision="0389858f547296c207379237041d04732b9387ee",
            files=("image_encoder/config.json", "image_encoder/model.fp16.safetensors"),
            variant="fp16",
        ),
    ),
    distillation=Distillation(
        weights=Weights(
            source="latent-consistency/lcm-lora-sdv1-5",
            revision="cf2fced511dbe7e26c8d1d397e728fbab875db4b",
            files=("pytorch_lora_weights.safetensors",),
        ),
        file="pytorch_lora_weights.safetensors",
        scheduler="LCMScheduler",
    ),
    decoder=Weights(
        source="madebyollin/taesd",
        revision="931366cc24b8bc15d6f682fa2e0352f1deec397b",
        files=("config.json", "diffusion_pytorch_model.safetensors"),
    ),
    licence="creativeml-openrail-m, openrail++, Apache-2.0 and MIT",
    vram_gb=5,
    cpu_gb=5.5,
    work=5,
    side=512,
    steps=6,
    guidance=1.0,
    dial=DIALS["ip"],
)

KANDINSKY = Preset(
    name="kandinsky-2.2",
    summary="Kandinsky 2.2's decoder on the embedding of the source; recommended on a GPU.",
    look="Free and painterly; keeps subject and mood, the layout only at low strength.",
    recipe="unclip2",
    pipeline=Weights(
        source="kandinsky-community/kandinsky-2-2-decoder",
        revision="9ae140d347fed8ce6e8bb3005dcc1f48543bb8e3",
    ),
    pipeline_class="KandinskyV22Img2ImgPipeline",
    encoder=Weights(
        source="kandinsky-community/kandinsky-2-2-prior",
        revision="9fc51ad5732afc5d031724219d22e6c42179c5a8",
        files=ENCODER,
    ),
    licence="Apache-2.0",
    vram_gb=8,
    work=72,
    side=768,
    steps=30,
    guidance=4.0,
    dial=StrengthMapping(argument="strength", low=0.2, high=1.0),
)

STABLE_UNCLIP = Preset(
    name="stable-unclip-2.1",
    summary="Stable Diffusion 2.1 unCLIP, which adds noise to the embedding of the source.",
    look="Photographic; another picture of the same subject.",
    recipe="unclip2",
    pipeline=Weights(source="sd2-community/stable-diffusion-2-1-unclip"),
    pipeline_class="StableUnCLIPImg2ImgPipeline",
    licence="openrail++",
    vram_gb=6,
    work=107,
    side=768,
    steps=25,
    guidance=10.0,
    dial=DIALS["unclip2"],
)

SDXL_IP_ADAPTER = Preset(
    name="sdxl-ip-adapter",
    summary="Stable Diffusion XL, conditioned on the source by an IP-Adapter.",
    look="The most detailed below 16 GB; native 1024 pixels.",
    recipe="ip",
    pipeline=Weights(
        source="stabilityai/stable-diffusion-xl-base-1.0",
        revision="462165984030d82259a11f4367a4eed129e94a7b",
        files=("*.json", "*/*.txt", "*/*.fp16.safetensors"),
        variant="fp16",
    ),
    adapter=Adapter(
        weights=Weights(
            source="h94/IP-Adapter",
            revision="018e402774aeeddd60609b4ecdb7e298259dc729",
            files=("models/image_encoder/*", "sdxl_models/ip-adapter_sdxl_vit-h.safetensors"),
        ),
        folder="sdxl_models",
        file="ip-adapter_sdxl_vit-h.safetensors",
        encoder="models/image_encoder",
    ),
    licence="openrail++ (the adapter: Apache-2.0)",
    vram_gb=11,
    work=406,
    side=1024,
    steps=30,
    guidance=5.0,
    dial=DIALS["ip"],
)

FLUX2_KLEIN = Preset(
    name="flux2-klein-4b",
    summary="FLUX.2 klein 4B, which edits the source by a fixed prompt, in four steps.",
    look="Sharp and close to the source; the fewest steps.",
    recipe="image",
    pipeline=Weights(
        source="black-forest-labs/FLUX.2-klein-4B",
        revision="e7b7dc27f91deacad38e78976d1f2b499d76a294",
    ),
    licence="Apache-2.0",
    vram_gb=13,
    work=200,
    side=1024,
    steps=4,
    guidance=1.0,
    dial=StrengthMapping(argument="sight", low=1.0, high=0.25),
    prompt="A new variation of this picture: the same subject, style and colours, another take.",
)

SD_IMAGE_VARIATIONS = Preset(
    name="sd-image-variations",
    summary="Stable Diffusion 1, retrained on a picture instead of a prompt.",
    look="The smallest; 512 pixels, loose.",
    recipe="image",
    pipeline=Weights(
        source="lambdalabs/sd-image-variations-diffusers",
        # The only commit with safetensors, which the hub's converter made; no branch has it.
        revision="17e2bedc1469eab4446e3e2c0219b9e868bf0473",
    ),
    licence="creativeml-openrail-m",
    vram_gb=4,
    work=48,
    side=512,
    steps=30,
    dial=DIALS["image"],
)

FLUX_REDUX = Preset(
    name="flux-redux",
    summary="FLUX.1 [dev] with its Redux prior; not for commercial use.",
    look="The most faithful to the subject.",
    recipe="redux",
    pipeline=Weights(
        source="black-forest-labs/FLUX.1-dev",
        revision="3de623fc3c33e44ffbe2bad470d0f45bccf2eb21",
        files=(
            "*.json",
            "scheduler/*",
            "transformer/*.json",
            "transformer/*.safetensors",
            "vae/*",
        ),
    ),
    pipeline_class="FluxPipeline",
    encoder=Weights(
        source="black-forest-labs/FLUX.1-Redux-dev",
        revision="1282f955f706b5240161278f2ef261d2a29ad649",
    ),
    licence="FLUX.1 [dev] Non-Commercial",
    restricted=True,
    vram_gb=25,
    work=2489,
    side=1024,
    steps=28,
    guidance=2.5,
    dial=DIALS["redux"],
)

PRESETS = {
    preset.name: preset
    for preset in (
        KANDINSKY,
        STABLE_UNCLIP,
        SDXL_IP_ADAPTER,
        FLUX2_KLEIN,
        SD_IMAGE_VARIATIONS,
        SD15_LCM,
        FLUX_REDUX,
    )
}
