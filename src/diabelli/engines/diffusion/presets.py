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
    """An IP-Adapter: its weights and its folders; `encoder` is relative to the repository."""

    weights: Weights
    folder: str
    file: str
    encoder: str


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
        licence: of the weights.
        restricted: whether that licence must be accepted before use.
        vram_gb: its memory in half precision, in GB; None if unknown.
        work: operations of its network for one picture of its native size at strength 0.5, in
            10^12, as counted by benchmarks/work.py; None if not counted.
        side: the native side of a square, in pixels.
        multiple: divisor of heights and widths, in pixels.
        steps: number of denoising steps.
        guidance: its guidance scale; None if it has none, or if strength sets it.
        dial: mapping of strength.
        prompt: for pipelines that need one.
        safetensors: whether weights in other formats, which could execute code, are refused.
    """

    name: str
    summary: str
    look: str
    recipe: Recipe
    pipeline: Weights
    pipeline_class: str | None = None
    encoder: Weights | None = None
    adapter: Adapter | None = None
    licence: str
    restricted: bool = False
    vram_gb: float | None
    work: int | None = None
    side: int
    multiple: int = 64
    steps: int
    guidance: float | None = None
    dial: StrengthMapping
    prompt: str = ""
    safetensors: bool = True

    @property
    def weights(self) -> tuple[Weights, ...]:
        """Return all weights that it is loaded from."""
        adapter = self.adapter.weights if self.adapter else None
        return tuple(one for one in (self.pipeline, self.encoder, adapter) if one)


DIALS: dict[Recipe, StrengthMapping] = {
    "image": StrengthMapping(argument="guidance_scale", low=10.0, high=1.5),
    "ip": StrengthMapping(argument="ip_scale", low=1.0, high=0.3),
    "redux": StrengthMapping(argument="prompt_embeds_scale", low=1.0, high=0.5),
    "unclip2": StrengthMapping(argument="noise_level", low=0, high=999),
}
"""Default mapping of strength by recipe."""

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
        revision="v2.0",
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
        FLUX_REDUX,
    )
}
