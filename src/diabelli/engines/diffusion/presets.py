"""What is known of each trained engine: weights, licence, memory, and what strength means to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Recipe: TypeAlias = Literal["image", "ip", "redux", "unclip2"]
"""How a source reaches a pipeline; see `recipes`."""

PIPELINE = ("*.json", "*/*.txt", "*/*.jinja", "*/*.model", "*/*.safetensors")
"""The files that a pipeline is loaded from: not the single-file copies that lie beside them."""
PICKLES = ("*/*.bin",)
"""What is fetched besides where weights may come in a format that can run code."""
ENCODER = ("image_encoder/*.json", "image_encoder/*.safetensors", "image_processor/*.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """A folder, or a repository on the hub.

    Attributes:
        source: the folder's path, or the repository as owner/name.
        revision: a commit or a tag; "main" is the commit that was last pulled.
        files: the patterns of the files that are needed.
        variant: of several copies of the same weights, the one that is loaded, such as "fp16".
    """

    source: str
    revision: str = "main"
    files: tuple[str, ...] = PIPELINE
    variant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """An IP-Adapter: where it lies, and its folders within; `encoder` is relative to `folder`."""

    weights: Weights
    folder: str
    file: str
    encoder: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StrengthMapping:
    """What strength means to a pipeline: one argument, which runs from `low` to `high`.

    "ip_scale" is the weight of an IP-Adapter.  "sight" is no argument: it is the share of the
    native side at which the source is shown, for pipelines that nothing else turns.
    """

    argument: str
    low: float
    high: float

    def at(self, strength: float) -> float:
        """The argument's value at a strength 0..1."""
        return self.low + (self.high - self.low) * strength


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One trained engine.

    Attributes:
        name: the engine's.
        summary, look: one sentence each: what it is, and what its variations are like.
        recipe: how a source reaches it.
        pipeline: its weights.
        pipeline_class: the class of diffusers; None takes the one that the weights name.
        encoder: for `unclip2`, where the image encoder lies apart; for `redux`, the prior.
        adapter: for `ip`.
        licence: of the weights.
        restricted: whether that licence must be accepted before use.
        vram_gb: what it takes in half precision; None where nobody knows.
        work: what its network does for one picture of its native size at strength 0.5, in 10^12
            operations, as benchmarks/work.py counts them; None where nobody counted.
        side: the native side of a square, in pixels.
        multiple: heights and widths are multiples of that.
        steps: how many the pipeline takes.
        guidance: its guidance scale; None where it has none, or the dial sets it.
        dial: what strength means to it.
        prompt: for pipelines that want one.
        safetensors: whether weights in any other format, which could run code, are refused.
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
        """Everything that it is loaded from."""
        adapter = self.adapter.weights if self.adapter else None
        return tuple(one for one in (self.pipeline, self.encoder, adapter) if one)


DIALS: dict[Recipe, StrengthMapping] = {
    "image": StrengthMapping(argument="guidance_scale", low=10.0, high=1.5),
    "ip": StrengthMapping(argument="ip_scale", low=1.0, high=0.3),
    "redux": StrengthMapping(argument="prompt_embeds_scale", low=1.0, high=0.5),
    "unclip2": StrengthMapping(argument="noise_level", low=0, high=999),
}
"""What strength means where nothing else is said."""

KANDINSKY = Preset(
    name="kandinsky-2.2",
    summary="Kandinsky 2.2's decoder, on the embedding of the source: the choice for a GPU.",
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
    summary="Stable Diffusion 2.1 unCLIP, which noises the embedding of the source.",
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
    summary="Stable Diffusion XL, led by the source through an IP-Adapter.",
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
    look="Sharp and near to the source; the fewest steps.",
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
    summary="Stable Diffusion 1, retrained to take a picture in place of a prompt.",
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
    summary="FLUX.1 [dev] behind its Redux prior; not for commercial use.",
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
