"""The first and the last step of engines that make pictures of a size of their choice."""

from __future__ import annotations

from functools import partial

from diabelli import pictures
from diabelli.engines import Piece
from diabelli.synthesis.core.rng import derive_seeds
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
MAX_ASPECT = 3.0
"""Maximum aspect ratio of a working size. Models are not trained on longer pictures; these are
cropped from the result."""


def working_size(side: int, height: int, width: int, *, multiple: int) -> tuple[int, int]:
    """Return height and width, in pixels, at which a model makes a picture.

    Args:
        side: of the model's square; the area is about that of the square.
        height: of the picture in pixels.
        width: of the picture in pixels.
        multiple: divides both results.
    """
    aspect = min(MAX_ASPECT, max(1 / MAX_ASPECT, width / height))
    rows, columns = (
        max(multiple, round(length / multiple) * multiple)
        for length in (side / aspect**0.5, side * aspect**0.5)
    )
    return rows, columns


def unchanged_pieces(
    source: Image, spec: VariationSpec, engine: EngineInfo, on_progress: ProgressCallback
) -> list[Piece]:
    """Return the pieces for strength 0: each brings the source to its size."""
    return [
        partial(sized_variation, source, spec, index, seed, engine, on_progress)
        for index, seed in enumerate(derive_seeds(spec.seed, spec.n))
    ]


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
