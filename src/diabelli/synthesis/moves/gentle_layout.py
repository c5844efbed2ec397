"""Gentle layout: the source in another frame, hardly deformed, for moves that change its look."""

from __future__ import annotations

from dataclasses import replace

from diabelli.synthesis.analysis.extension import ExtensionLimits
from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.pyramid import WORK_LEVEL
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.selection.candidates import sketch_layout
from diabelli.synthesis.strength import params_of_strength

LAYOUT_SHARE = 0.45
"""Strength of the layout as a share of the request's; things hardly move, so nothing breaks."""
FRAME_ZOOM = 2.6
"""Change of a frame's size as a multiple of a composition's; there are no seams to magnify."""


def without_extension(orientations: tuple[Analysis, Analysis]) -> tuple[Analysis, Analysis]:
    """Return analyses by which nothing beyond the source is shown, and no lettering mirrored.

    Such a move makes another picture without a mirror, so unsure lettering is not mirrored.
    """
    first, second = (
        replace(
            one,
            extension=ExtensionLimits(0.0, 0.0, 0.0),
            has_lettering=not one.lettering_excluded,
        )
        for one in orientations
    )
    return first, second


def gentle_layout(
    orientations: tuple[Analysis, Analysis],
    strength: float,
    stream: RandomStream,
    height: int,
    width: int,
) -> Bytes:
    """Return the source under a gentle layout within its frame, (height, width, 4) uint8.

    Args:
        orientations: analyses of the source and of its mirror image.
        strength: 0..1.
        stream: random numbers.
        height: rows of the result.
        width: columns of the result.
    """
    whole = params_of_strength(strength)
    params = replace(
        params_of_strength(LAYOUT_SHARE * strength),
        max_zoom=FRAME_ZOOM * whole.max_zoom,
        max_extension=whole.max_extension,
        max_tilt=whole.max_tilt,
    )
    sketch = sketch_layout(orientations, params, int(stream.between(0, 2**52)))
    sizes = sketch.guide.analysis.sizes[WORK_LEVEL:]
    large = [size for size in sizes if size[0] >= height and size[1] >= width]
    return resize(sketch.guide.render(*(large or sizes[-1:])[0]), height, width)
