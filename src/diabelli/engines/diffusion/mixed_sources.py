"""Which pipelines of the recipe `image` take another source for each image of a batch.

To some a list of sources means just that. To others it means several views of one source; where
those encode their sources in a place of their own, they are taught the first meaning. The rest are
given one source at a time.
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
"""Pipelines to which a list of sources means a batch."""
TAUGHT = frozenset({"Flux2KleinPipeline"})
"""Pipelines that see the source beside the canvas, as more latents in the same row."""


def supports_mixed_sources(pipe: Any) -> bool:
    """Whether a list of sources means a batch to the pipeline, once it was taught."""
    return type(pipe).__name__ in BATCHING | TAUGHT


def patch_for_mixed_sources(pipe: Any) -> None:
    """Let a list of sources mean one for each row of the batch, where that can be taught."""
    if type(pipe).__name__ not in TAUGHT:
        return
    encode = pipe.prepare_image_latents

    def prepare(
        images: Sequence[Any], batch_size: int, generator: Any, device: Any, dtype: Any
    ) -> tuple[Any, Any]:
        """Latents and their positions, a row for each image; equal sources stand together and are
        encoded once."""
        import torch

        if len(images) != batch_size:
            raise ValueError(f"{len(images)} sources are given for a batch of {batch_size}")
        rows: list[tuple[Any, Any]] = []
        for number, one in enumerate(images):
            again = number > 0 and torch.equal(one, images[number - 1])
            rows.append(rows[-1] if again else encode([one], 1, generator, device, dtype))
        latents, places = zip(*rows, strict=True)
        return torch.cat(latents), torch.cat(places)

    pipe.prepare_image_latents = prepare
