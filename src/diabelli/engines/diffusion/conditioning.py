"""Conditions pipelines on sources: one function for each family of pipelines (recipe).

A conditioner maps one source for each image of a batch to pipeline arguments with one row for each,
so that sources of different requests share a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from diabelli.engines.diffusion.mixed_sources import supports_mixed_sources
from diabelli.engines.diffusion.presets import Recipe
from diabelli.pictures import PillowImage


@dataclass(frozen=True, slots=True)
class LoadedPipeline:
    """A pipeline of diffusers and its companions.

    Attributes:
        pipe: The pipeline.
        accepts: Argument names of its call.
        encoder: Image encoder of `unclip2`, else None.
        processor: Resizes and normalises images for `encoder`, else None.
        prior: Prior of `redux`, else None.
        prompt: For pipelines that require one.
        embedded: Arguments of its call that replace `prompt`, a row each; empty if none do.
    """

    pipe: Any
    accepts: frozenset[str]
    encoder: Any
    processor: Any
    prior: Any
    prompt: str
    embedded: Mapping[str, Any]

    def prompts(self, count: int) -> dict[str, Any]:
        """Return the arguments of the prompt for a batch of `count` images."""
        if self.embedded:
            return {name: one.repeat_interleave(count, 0) for name, one in self.embedded.items()}
        return {"prompt": [self.prompt] * count}


Arguments: TypeAlias = dict[str, Any]
Conditioner: TypeAlias = Callable[
    [LoadedPipeline, Sequence[PillowImage], Mapping[str, float]], Arguments
]


def image(
    parts: LoadedPipeline, shown: Sequence[PillowImage], values: Mapping[str, float]
) -> Arguments:
    """Pass the source as `image`; the pipeline encodes it."""
    del values
    prompts = parts.prompts(len(shown)) if "prompt" in parts.accepts else {}
    if supports_mixed_sources(parts.pipe):
        return {"image": [*shown], **prompts}
    if prompts:
        return {"image": shown[0], **prompts}
    return {"image": shown[0], "num_images_per_prompt": len(shown)}


def ip(
    parts: LoadedPipeline, shown: Sequence[PillowImage], values: Mapping[str, float]
) -> Arguments:
    """Condition a text-to-image pipeline through an IP-Adapter, with an empty prompt."""
    import torch

    guided = values.get("guidance_scale", 0) > 1
    device = parts.pipe._execution_device
    rows = [
        parts.pipe.prepare_ip_adapter_image_embeds(source, None, device, 1, guided)[0]
        for source in shown
    ]
    # Each row is (negative, positive); the pipeline expects all negatives first.
    halves = zip(*(row.chunk(2) for row in rows), strict=True) if guided else [rows]
    embeds = torch.cat([row for half in halves for row in half])
    return {"ip_adapter_image_embeds": [embeds], **parts.prompts(len(shown))}


def redux(
    parts: LoadedPipeline, shown: Sequence[PillowImage], values: Mapping[str, float]
) -> Arguments:
    """Compute the prompt's embedding from the source with a prior; there is no text encoder."""
    import torch

    scale = values.get("prompt_embeds_scale", 1.0)
    # One at a time: the prior sums the embeddings of several sources.
    rows = [parts.prior(source, prompt_embeds_scale=scale) for source in shown]
    return {
        "prompt_embeds": torch.cat([row.prompt_embeds for row in rows]),
        "pooled_prompt_embeds": torch.cat([row.pooled_prompt_embeds for row in rows]),
    }


def unclip2(
    parts: LoadedPipeline, shown: Sequence[PillowImage], values: Mapping[str, float]
) -> Arguments:
    """Encode the sources with an image encoder; the pipeline decodes the embeddings."""
    import torch

    del values
    weight = next(parts.encoder.parameters())
    device = parts.pipe._execution_device
    pixels = parts.processor(images=[*shown], return_tensors="pt").pixel_values
    pixels = pixels.to(device=device, dtype=weight.dtype)
    embeds = parts.encoder(pixels).image_embeds
    if "negative_image_embeds" not in parts.accepts:
        # Encoded here, because the pipeline would use the same noise for all rows.
        return {"image_embeds": embeds, **parts.prompts(len(shown))}
    nothing = parts.encoder(torch.zeros_like(pixels[:1])).image_embeds
    start = {"image": [*shown]} if "image" in parts.accepts else {}
    return {
        "image_embeds": embeds,
        "negative_image_embeds": nothing.expand_as(embeds).contiguous(),
        **start,
    }


CONDITIONERS: dict[Recipe, Conditioner] = {
    "image": image,
    "ip": ip,
    "redux": redux,
    "unclip2": unclip2,
}
