"""The last step of engines that make pictures of a size of their choice."""

from __future__ import annotations

from diabelli import pictures
from diabelli.variation import (
    EngineInfo,
    Image,
    Progress,
    ProgressCallback,
    Variation,
    VariationSpec,
)

SIZE_FRACTION = 0.98
"""Progress of a variation before it is brought to its size."""


def sized_variation(
    image: Image,
    spec: VariationSpec,
    index: int,
    seed: int,
    engine: EngineInfo,
    on_progress: ProgressCallback,
) -> Variation:
    """Bring a picture to the size of the spec by scaling and cropping.

    Args:
        image: (h, w, 3 or 4) uint8.
        spec: of the request.
        index: of the variation in the request.
        seed: of the variation.
        engine: that made the picture.
        on_progress: called before and after; what it raises is passed on.
    """
    on_progress(Progress(index, "size", SIZE_FRACTION))
    sized = pictures.cover(image, spec.height, spec.width)
    on_progress(Progress(index, "size", 1.0))
    return Variation(image=sized, seed=seed, strength=spec.strength, engine=engine)
