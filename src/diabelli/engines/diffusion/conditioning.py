"""What a source becomes for each family of pipelines: the arguments that depend on it.

A recipe takes one source for each image of the batch and gives arguments with one row for each, so
that sources of different requests go through a pipeline together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

from diabelli.engines.diffusion.mixed_sources import supports_mixed_sources
from diabelli.engines.diffusion.presets import Recipe


@dataclass(frozen=True, slots=True)
class LoadedPipeline:
    """What a recipe has at hand.

    Attributes:
        pipe: the pipeline of diffusers.
        accepts: the names of its call's arguments.
        encoder, processor: of images, for `unclip2`; the processor brings them to its size.
        prior: of `redux`.
        prompt: for pipelines that want one.
    """

    pipe: Any
    accepts: frozenset[str]
    encoder: Any
    processor: Any
    prior: Any
    prompt: str


Arguments: TypeAlias = dict[str, Any]
Conditioner: TypeAlias = Callable[
    [LoadedPipeline, Sequence["PillowImage"], Mapping[str, float]], Arguments
]


def image(
    parts: LoadedPipeline, shown: Sequence[PillowImage], values: Mapping[str, float]
) -> Arguments:
    """`pipe(image=...)`: the pipeline encodes the source itself."""
    del values
    prompts = {"prompt": [parts.prompt] * len(shown)} if "prompt" in parts.accepts else {}
    if supports_mixed_sources(parts.pipe):
        return {"image": [*shown], **prompts}
    if prompts:
        return {"image": shown[0], **prompts}
    return {"image": shown[0], "num_images_per_prompt": len(shown)}


def ip(
    parts: LoadedPipeline, shown: Sequence[PillowImage], values: Mapping[str, float]
) -> Arguments:
    """An IP-Adapter leads a pipeline that else makes pictures of a prompt, here of an empty one."""
    import torch

    guided = values.get("guidance_scale", 0) > 1
    device = parts.pipe._execution_device
    rows = [
        parts.pipe.prepare_ip_adapter_image_embeds(source, None, device, 1, guided)[0]
        for source in shown
    ]
    # Each has its negative before its positive; the pipeline wants all negatives first.
    halves = zip(*(row.chunk(2) for row in rows), strict=True) if guided else [rows]
    embeds = torch.cat([row for half in halves for row in half])
    return {"ip_adapter_image_embeds": [embeds], "prompt": [parts.prompt] * len(shown)}


def redux(
    parts: LoadedPipeline, shown: Sequence[PillowImage], values: Mapping[str, float]
) -> Arguments:
    """A prior writes the prompt's embedding from the source; the pipeline has no text encoder."""
    import torch

    scale = values.get("prompt_embeds_scale", 1.0)
    # One at a time: of several the prior makes one embedding, their sum.
    rows = [parts.prior(source, prompt_embeds_scale=scale) for source in shown]
    return {
        "prompt_embeds": torch.cat([row.prompt_embeds for row in rows]),
        "pooled_prompt_embeds": torch.cat([row.pooled_prompt_embeds for row in rows]),
    }


def unclip2(
    parts: LoadedPipeline, shown: Sequence[PillowImage], values: Mapping[str, float]
) -> Arguments:
    """An image encoder, then a decoder: the embedding of each source is a row."""
    import torch

    del values
    weight = next(parts.encoder.parameters())
    device = parts.pipe._execution_device
    pixels = parts.processor(images=[*shown], return_tensors="pt").pixel_values
    pixels = pixels.to(device=device, dtype=weight.dtype)
    embeds = parts.encoder(pixels).image_embeds
    if "negative_image_embeds" not in parts.accepts:
        # Encoded here, because the pipeline would draw one noise for all rows.
        return {"image_embeds": embeds, "prompt": [parts.prompt] * len(shown)}
    nothing = parts.encoder(torch.zeros_like(pixels[:1])).image_embeds
    start = {"image": [*shown]} if "image" in parts.accepts else {}
    return {
        "image_embeds": embeds,
        "negative_image_embeds": nothing.expand_as(embeds).contiguous(),
        **start,
    }


RECIPES: dict[Recipe, Conditioner] = {"image": image, "ip": ip, "redux": redux, "unclip2": unclip2}
