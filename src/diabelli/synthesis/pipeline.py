"""Pipeline from a source to its variations, in five steps.

From strength 0.4 on a move that suits the source (`moves`) takes the place of steps 2 to 5.

1. Analyse the source once.
2. Sketch a layout per seed and select distant sketches.
3. Solve a montage under each and gate it while it is small.
4. Refine each to full size and mend its seams.
5. Rotate hues and relight.

The picture of a seed depends on the source, the strength and that seed only: not on other seeds,
the size or the number of threads.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol, TypeAlias

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
from diabelli.synthesis.moves.planner import find_moves
from diabelli.synthesis.moves.seed_selection import select_seeds, trusted_move
from diabelli.synthesis.moves.suitable_move import SuitableMove
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
"""Renders a small image (h, w, 3 or 4) uint8 of the canvas in its current state."""


class StepCallback(Protocol):
    """Progress callback between steps."""

    def __call__(self, stage: str, share: float, preview: Preview | None = None, /) -> None:
        """Report progress.

        Args:
            stage: name of the next step.
            share: 0..1, completed share of the work.
            preview: renders the current state, if there is one.
        """


class Rendering(NamedTuple):
    """A variation and how it was made.

    Attributes:
        image: (height, width, 3 or 4) uint8 with straight alpha.
        moves: names of the changes, in order, without spaces.
    """

    image: Bytes
    moves: tuple[str, ...]


Orientations: TypeAlias = tuple[Analysis, Analysis]
"""Analyses of a source and of its mirror image."""
SKETCHES_PER_VARIATION = 3
"""Sketches for each variation after the first; more choice at little cost."""
SEEDS_PER_VARIATION = 16
"""Seeds for each variation after the first; from many, seldom moves are found, too."""
PREVIEW_SIDE = 256
"""Maximum side of a preview in pixels."""


def analyse_source(
    source: Bytes, height: int, width: int, run_parallel: ParallelMap = run_sequentially
) -> Orientations:
    """Analyse a source and its mirror image.

    Args:
        source: (h, w, 3) uint8, or (h, w, 4) with straight alpha; it is stretched to the canvas's
            aspect.
        height: rows of the canvas.
        width: columns of the canvas.
        run_parallel: runs independent pieces of work.
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
    """Build the candidates of n variations; `render` makes the picture of each.

    Args:
        orientations: as returned by `analyse_source`.
        n: number of variations.
        strength: above 0, up to 1.
        seed: of the first candidate.
        on_step: progress callback.
        run_parallel: runs independent pieces of work.
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


@dataclass(frozen=True, slots=True, eq=False)
class PlannedVariation:
    """A variation that is to be rendered: of a move, or else of a candidate.

    Attributes:
        seed: determines everything else.
        strength: above 0, up to 1.
        move: the move that is made.
        candidate: layout and montage, if no move is made.
    """

    seed: int
    strength: float
    move: SuitableMove | None = None
    candidate: Candidate | None = None


def plan_variations(
    orientations: Orientations,
    *,
    n: int,
    strength: float,
    seed: int,
    on_step: StepCallback,
    run_parallel: ParallelMap,
) -> list[PlannedVariation]:
    """Plan n variations; `render_planned` makes the picture of each.

    Args:
        orientations: as returned by `analyse_source`.
        n: number of variations.
        strength: above 0, up to 1.
        seed: of the first variation.
        on_step: progress callback.
        run_parallel: runs independent pieces of work.
    """
    (moves,) = run_parallel([partial(find_moves, orientations, strength)])
    if moves:
        seeds = derive_seeds(seed, 1 + (n - 1) * SEEDS_PER_VARIATION)
        return run_parallel(
            [
                partial(_plan_move, orientations, moves, strength, one)
                for one in select_seeds(moves, seeds, n)
            ]
        )
    candidates = build_candidates(
        orientations,
        n=n,
        strength=strength,
        seed=seed,
        on_step=on_step,
        run_parallel=run_parallel,
    )
    return [PlannedVariation(one.seed, strength, candidate=one) for one in candidates]


def _plan_move(
    orientations: Orientations, moves: list[SuitableMove], strength: float, seed: int
) -> PlannedVariation:
    """Plan the trusted move of a seed, or its candidate if the move is the composition."""
    move = trusted_move(moves, seed, strength)
    if move is not None and move.renderer is not None:
        return PlannedVariation(seed, strength, move=move)
    sketch = sketch_layout(orientations, params_of_strength(strength), seed)
    return PlannedVariation(seed, strength, candidate=build_candidate(sketch))


def render_planned(
    planned: PlannedVariation, height: int, width: int, *, on_step: StepCallback
) -> Rendering:
    """Render a planned variation at that size."""
    if planned.candidate is not None:
        return render(planned.candidate, height, width, on_step=on_step)
    on_step("move", 0.0)
    shrink = min(1.0, PREVIEW_SIDE / max(height, width))
    small = max(1, round(height * shrink)), max(1, round(width * shrink))
    on_step("move", 0.1, partial(_render_move, planned, *small))
    names = () if planned.move is None else planned.move.names
    image = _render_move(planned, height, width)
    on_step("move", 0.9)
    return Rendering(image, names)


def _render_move(planned: PlannedVariation, height: int, width: int) -> Bytes:
    """Render the move of a planned variation, (height, width, 3 or 4) uint8, straight alpha."""
    if planned.move is None:
        raise ValueError("a planned variation has neither a move nor a candidate")
    planes = planned.move.render(planned.seed, planned.strength, height, width)
    return unpremultiply(planes, transparent=is_transparent(planes))


def render(candidate: Candidate, height: int, width: int, *, on_step: StepCallback) -> Rendering:
    """Render a candidate at that size."""
    planes = render_canvas(candidate, height, width, on_step=on_step)
    on_step("light", 0.95)
    image, changes = apply_colour(planes, candidate)
    return Rendering(image, _arrangement_moves(candidate) + changes)


def render_canvas(candidate: Candidate, height: int, width: int, *, on_step: StepCallback) -> Bytes:
    """Render a candidate's canvas, (height, width, 4) uint8, before light and colour."""
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


def _arrangement_moves(candidate: Candidate) -> tuple[str, ...]:
    """Return the names of the changes that `render_canvas` makes."""
    layout, montage = candidate.guide.layout, candidate.guide.montage
    return (
        *(("mirror",) if layout.mirrored else ()),
        "layout",
        *(() if montage.seamless else ("montage",)),
    )


def apply_colour(planes: Bytes, candidate: Candidate) -> Rendering:
    """Rotate hues and relight a canvas (h, w, 4) uint8."""
    moves: list[str] = []
    analysis, strength = candidate.guide.analysis, candidate.params.strength
    image = unpremultiply(planes, transparent=is_transparent(analysis.pyramid[0]))
    if analysis.kind.is_graphic or analysis.kind.is_cut_out:
        hue_rotation = random_hue_rotation(
            image, strength, RandomStream(derive_seed(candidate.seed, "turn"))
        )
        if hue_rotation is not None:
            image = rotate_hue(image, hue_rotation)
            moves.append("hue")
    if analysis.kind.is_graphic:
        return Rendering(image, tuple(moves))
    object_rotation = random_object_hue_rotation(
        analysis.colour_objects, strength, RandomStream(derive_seed(candidate.seed, "repaint"))
    )
    if object_rotation is not None:
        image = rotate_object_hue(image, object_rotation)
        moves.append("object-hue")
    red, green, blue = (image[..., channel] for channel in range(3))
    grey = bool((red == green).all() and (green == blue).all())
    stream, subject = RandomStream(derive_seed(candidate.seed, "light")), candidate.guide.subject
    light = random_light(strength, stream, grey=grey, subject=subject)
    return Rendering(relight(image, light), (*moves, "light"))


def resized_source(source: Bytes, height: int, width: int) -> Bytes:
    """Return the source at that size, (height, width, 3 or 4) uint8: the result for strength 0."""
    planes = premultiply(source)
    return unpremultiply(resize(planes, height, width), transparent=is_transparent(planes))


def _preview(candidate: Candidate) -> Bytes:
    """Render a candidate with unmended seams, at most PREVIEW_SIDE pixels a side."""
    guide = candidate.guide
    height, width = guide.analysis.sizes[-1]
    shrink = min(1.0, PREVIEW_SIDE / max(height, width))
    small = guide.render(max(1, round(height * shrink)), max(1, round(width * shrink)))
    return apply_colour(small, candidate).image


def _work_share(level: int, finest: int) -> float:
    """Completed share of the work after a level; levels up to WORK_LEVEL grow by half each."""
    return 0.9 * 1.45 ** (min(level, WORK_LEVEL) - WORK_LEVEL) * (level + 1) / (finest + 1)
