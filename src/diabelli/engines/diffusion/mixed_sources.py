"""Support of pipelines of the recipe `image` for a separate source for each image of a batch.

Some pipelines interpret a list of sources in that way. Others treat it as several views of one
source; if they encode their sources in a separate method, that method is patched. The rest get one
source at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

BATCHING = frozenset(
    {
        "StableDiffusionImageVariationPipeline",
        "StableDiffusionImg2ImgPipeline",
        "StableDiffusionXLImg2ImgPipeline",
        "StableDiffusion3Img2ImgPipeline",
        "FluxImg2ImgPipeline",
    }
)
"""Pipelines that treat a list of sources as a batch."""
PATCHED = frozenset({"Flux2KleinPipeline"})
"""Pipelines that append the source's latents to the canvas's in the same row."""


def supports_mixed_sources(pipe: Any) -> bool:
    """Return whether the pipeline, after patching, treats a list of sources as a batch."""
    return type(pipe).__name__ in BATCHING | PATCHED


def patch_for_mixed_sources(pipe: Any) -> None:
    """Patch the pipeline, if possible, to use one source for each row of the batch."""
    if type(pipe).__name__ not in PATCHED:
        return
    encode = pipe.prepare_image_latents

    def prepare(
        images: Sequence[Any], batch_size: int, generator: Any, device: Any, dtype: Any
    ) -> tuple[Any, Any]:
        """Return latents and positions, a row for each image; encode equal neighbours once."""
        import torch

        if len(images) != batch_size:
            raise ValueError(f"{len(images)} sources are given for a batch of {batch_size}")
        rows: list[tuple[Any, Any]] = []
        for number, one in enumerate(images):
            again = number > 0 and torch.equal(one, images[number - 1])
            rows.append(rows[-1] if again else encode([one], 1, generator, device, dtype))
        latents, positions = zip(*rows, strict=True)
        return torch.cat(latents), torch.cat(positions)

    pipe.prepare_image_latents = prepare
