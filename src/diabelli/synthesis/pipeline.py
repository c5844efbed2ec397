"""From a source to the variations of it: the patch engine's whole way, in five steps.

1. Analyse the source, once.
2. Let each seed sketch a layout, and pick sketches that lie far apart.
3. Cut a montage under each, and judge it while it is small.
4. Climb to full size with each, mending its seams.
5. Turn colours and light.

The picture of a seed is decided by the source, the strength and that seed: not by its companions,
not by the size, not by how many threads work at it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol, TypeAlias

from diabelli.synthesis.analysis.source_analysis import Analysis, analyse
from diabelli.synthesis.core.alpha import is_transparent, premultiply, unpremultiply
from diabelli.synthesis.core.parallel import ParallelMap, run_sequentially
from diabelli.synthesis.core.pyramid import WORK_LEVEL
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream, derive_seed, derive_seeds
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.finish.hue_shift import random_hue_rotation, rotate_hue
from diabelli.synthesis.finish.object_hue_shift import random_object_hue_rotation, rotate_object_hue
from diabelli.synthesis.finish.relight import random_light, relight
from diabelli.synthesis.patchmatch.refine import refine
from diabelli.synthesis.selection.candidates import (
    Candidate,
    LayoutSketch,
    build_candidate,
    farthest_point_selection,
    sketch_layout,
)
from diabelli.synthesis.strength import params_of_strength

Preview: TypeAlias = Callable[[], Bytes]
"""Makes a small image (h, w, 3 or 4) uint8 of the canvas as it is."""


class StepCallback(Protocol):
    """Called between steps."""

    def __call__(self, stage: str, share: float, preview: Preview | None = None, /) -> None:
        """stage: the word for what is done next.  share: 0..1, of the work that is done."""


Orientations: TypeAlias = tuple[Analysis, Analysis]
"""The analysis of a source, and of the source mirrored."""
SKETCHES_PER_VARIATION = 3
"""Sketches for each variation after the first: more to choose from, at little cost."""
PREVIEW_SIDE = 256
"""The side that a preview has at most."""


def analyse_source(
    source: Bytes, height: int, width: int, run_parallel: ParallelMap = run_sequentially
) -> Orientations:
    """What is found out about `source`, and about it mirrored, for canvases (height, width).

    source: (h, w, 3) uint8, or (h, w, 4) with straight alpha; it is stretched to the aspect of the
    canvas.  spread: runs independent pieces of work.
    """
    (planes,) = run_parallel([partial(premultiply, source)])
    analysis = analyse(planes, height, width, run_parallel)
    (mirrored,) = run_parallel([analysis.mirrored])
    return analysis, mirrored


def build_candidates(
    orientations: Orientations,
    *,
    n: int,
    strength: float,
    seed: int,
    on_step: StepCallback,
    run_parallel: ParallelMap,
) -> list[Candidate]:
    """The candidates of the n variations of a studied source; `paint` makes a picture of each.

    strength: above 0, up to 1.  spread: runs independent pieces of work.  The first candidate has
    the seed itself.
    """
    params = params_of_strength(strength)
    seeds = derive_seeds(seed, 1 + (n - 1) * SKETCHES_PER_VARIATION)

    def sketched(index: int) -> LayoutSketch:
        on_step("layout", 0.3 * index / len(seeds))
        return sketch_layout(orientations, params, seeds[index])

    chosen = farthest_point_selection(
        run_parallel([partial(sketched, index) for index in range(len(seeds))]), n
    )

    def proposed(index: int) -> Candidate:
        on_step("montage", 0.3 + 0.7 * index / n)
        return build_candidate(chosen[index])

    return run_parallel([partial(proposed, index) for index in range(n)])


def render(candidate: Candidate, height: int, width: int, *, on_step: StepCallback) -> Bytes:
    """The picture of `candidate` as an image (height, width, 3 or 4) uint8, with straight alpha."""
    planes = render_canvas(candidate, height, width, on_step=on_step)
    on_step("light", 0.95)
    return apply_colour(planes, candidate)


def render_canvas(candidate: Candidate, height: int, width: int, *, on_step: StepCallback) -> Bytes:
    """The canvas of `candidate` at full size, (height, width, 4) uint8, before light and colour."""
    canvas, guide = candidate.canvas, candidate.guide
    finest = len(guide.analysis.sizes) - 1
    on_step("guide", 0.0, partial(_preview, candidate))
    if guide.montage.seamless:
        on_step(f"level {finest}", 0.1)
        return resize(guide.level(finest), height, width)
    while canvas.level < finest:
        on_step(f"level {canvas.level + 1}", _work_share(canvas.level, finest))
        canvas = refine(canvas, guide, candidate.seed)
    return resize(canvas.image, height, width)


def apply_colour(planes: Bytes, candidate: Candidate) -> Bytes:
    """A canvas (h, w, 4) as the image that is shown: in its light, or with a colour turned."""
    analysis, strength = candidate.guide.analysis, candidate.params.strength
    image = unpremultiply(planes, transparent=is_transparent(analysis.pyramid[0]))
    if analysis.kind.is_graphic or analysis.kind.is_cut_out:
        hue_rotation = random_hue_rotation(
            image, strength, RandomStream(derive_seed(candidate.seed, "turn"))
        )
        image = image if hue_rotation is None else rotate_hue(image, hue_rotation)
    if analysis.kind.is_graphic:
        return image
    object_rotation = random_object_hue_rotation(
        analysis.colour_objects, strength, RandomStream(derive_seed(candidate.seed, "repaint"))
    )
    if object_rotation is not None:
        image = rotate_object_hue(image, object_rotation)
    red, green, blue = (image[..., channel] for channel in range(3))
    grey = bool((red == green).all() and (green == blue).all())
    stream, subject = RandomStream(derive_seed(candidate.seed, "light")), candidate.guide.subject
    return relight(image, random_light(strength, stream, grey=grey, subject=subject))


def resized_source(source: Bytes, height: int, width: int) -> Bytes:
    """What strength 0 gives: the source at the size asked for, (height, width, 3 or 4) uint8."""
    planes = premultiply(source)
    return unpremultiply(resize(planes, height, width), transparent=is_transparent(planes))


def _preview(candidate: Candidate) -> Bytes:
    """What becomes of a candidate, no larger than PREVIEW, its seams not mended yet."""
    guide = candidate.guide
    height, width = guide.analysis.sizes[-1]
    shrink = min(1.0, PREVIEW_SIDE / max(height, width))
    small = guide.render(max(1, round(height * shrink)), max(1, round(width * shrink)))
    return apply_colour(small, candidate)


def _work_share(level: int, finest: int) -> float:
    """The share of the work that is done when a level is: levels up to WORK grow by half each."""
    return 0.9 * 1.45 ** (min(level, WORK_LEVEL) - WORK_LEVEL) * (level + 1) / (finest + 1)
