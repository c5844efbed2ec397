"""Candidates: layouts and montages of each seed, gated while they are small and cheap.

Each seed first sketches its layout, and distant sketches are selected. Then the montage is solved.
If the gate rejects it, the seed tries a montage with less novelty, then one that only fills the
area beyond the source. Each seed thus has exactly one picture, independent of other seeds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream, derive_seed
from diabelli.synthesis.core.types import GATE_SIDE, Bytes
from diabelli.synthesis.layout.frame import random_frame
from diabelli.synthesis.layout.layout import random_layout
from diabelli.synthesis.layout.tilt import tilt
from diabelli.synthesis.montage.guide import Guide, guide_of
from diabelli.synthesis.montage.montage import solve_montage, unshifted
from diabelli.synthesis.montage.shifts import random_shifted_copies
from diabelli.synthesis.patchmatch.refine import Canvas, initial_canvas
from diabelli.synthesis.selection.artefact_gate import max_window_distance
from diabelli.synthesis.strength import StrengthParams

NOVELTY_FACTORS = (1.0, 0.3, 0.0)
"""Novelty-reward multiplier for each attempt."""
REFERENCE_ZOOMS = (1.0, 0.87, 1.15)
"""Zooms of the source at which windows may match it."""
TEXT_FLOW_FACTOR, TEXT_STRETCH_FACTOR = 0.2, 0.6
"""Factors of flow and stretch for pictures with text: lines stay straight and letters alike."""
RIGID_FREE_RATIO = 1.7
"""Ratio of mean rigidity to free share from which on flow, stretch and tilt are not reduced."""
THUMBNAIL_SIDE = 32
"""Side in pixels of the thumbnails by which sketches are compared."""


@dataclass(frozen=True, slots=True, eq=False)
class LayoutSketch:
    """Layout of one seed.

    Attributes:
        seed: determines everything else.
        guide: the source under its layout, without shifts.
        params: parameters of the strength.
        thumb: (THUMBNAIL_SIDE, THUMBNAIL_SIDE, 4) uint8.
    """

    seed: int
    guide: Guide
    params: StrengthParams
    thumb: Bytes


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """Montage of one seed.

    Attributes:
        seed: determines everything else.
        guide: the montage under its layout.
        params: parameters of the strength.
        canvas: of level 0, mended along the montage's seams.
    """

    seed: int
    guide: Guide
    params: StrengthParams
    canvas: Canvas


def sketch_layout(
    orientations: tuple[Analysis, Analysis], params: StrengthParams, seed: int
) -> LayoutSketch:
    """Sketch the layout of a seed.

    Args:
        orientations: analyses of the source and of its mirror image.
        params: parameters of the strength.
        seed: of this picture.
    """
    stream = RandomStream(derive_seed(seed, "layout"))
    kind = orientations[0].kind
    written = (kind.has_text and not kind.symmetric) or orientations[0].has_lettering
    mirrored = stream.between(0, 1) < 0.5 and not written
    analysis = orientations[mirrored]
    adapted = _adapt_to_kind(params, analysis)
    frame = random_frame(
        analysis.subject,
        analysis.body,
        analysis.people.bare,
        analysis.extension,
        adapted,
        stream,
    ).without_border(analysis.border)
    rigidity = np.maximum(analysis.rigidity, analysis.subject)
    held = analysis.people.cells
    if kind.symmetric:
        # Its mean with the mirror image deforms cells that are held on one side. Symmetric cut-outs
        # are drawn, so the person map is wrong there.
        held = np.full_like(held, 0 if kind.is_cut_out else held.max())
    layout = random_layout(rigidity, held, frame, adapted, stream, mirrored=mirrored)
    if kind.symmetric:
        layout = layout.symmetrised()
    lean = (
        adapted.max_tilt
        * analysis.tilt_tolerance
        * RandomStream(derive_seed(seed, "roll")).between(-1, 1)
    )
    if lean:
        height, width = analysis.sizes[-1]
        layout = tilt(layout, analysis.subject, lean, width / height, analysis.border)
    guide = guide_of(analysis, layout, unshifted())
    height, width = size_with_area(*analysis.sizes[0], GATE_SIDE)
    return LayoutSketch(
        seed, guide, params, resize(guide.render(height, width), THUMBNAIL_SIDE, THUMBNAIL_SIDE)
    )


def _adapt_to_kind(params: StrengthParams, analysis: Analysis) -> StrengthParams:
    """Adapt the parameters to a source's kind.

    The aspect of a frame stays where a person may be. Text hardly flows and is stretched less.

    For other pictures, the factor of flow, stretch and tilt is the ratio of rigidity to free cells,
    over RIGID_FREE_RATIO and at most 1. Free cells are neither rigid nor smooth. A texture has many
    of them and nothing rigid, so its factor is 0: the montage already moves its content. The factor
    is not a measure of texture alone: it is 0 as well if nothing is rigid and all is smooth.
    """
    if analysis.people.cells.any():
        params = replace(params, max_aspect_change=0.0)
    if analysis.kind.has_text:
        return replace(
            params,
            flow_sd=params.flow_sd * TEXT_FLOW_FACTOR,
            stretch_sd=params.stretch_sd * TEXT_STRETCH_FACTOR,
        )
    free = np.clip(1.4 - 2.8 * np.maximum(analysis.rigidity, analysis.smoothness), 0, 1).mean()
    held = float(np.clip(analysis.rigidity.mean() / (RIGID_FREE_RATIO * free + 1e-6), 0, 1))
    return replace(
        params,
        flow_sd=params.flow_sd * held,
        stretch_sd=params.stretch_sd * held,
        max_tilt=params.max_tilt * held,
    )


def build_candidate(sketch: LayoutSketch) -> Candidate:
    """Build the candidate of a sketch."""
    analysis, layout = sketch.guide.analysis, sketch.guide.layout
    if not analysis.divisible:
        canvas = initial_canvas(sketch.guide, sketch.seed)
        return Candidate(sketch.seed, sketch.guide, sketch.params, canvas)
    height, width = size_with_area(*analysis.sizes[0], GATE_SIDE)
    shown = sketch.guide.render(height, width)
    sources = [
        analysis.image_at(round(height * zoom), round(width * zoom)) for zoom in REFERENCE_ZOOMS
    ]
    subject = resize_map(sketch.guide.subject, height, width)
    for share in NOVELTY_FACTORS:
        stream = RandomStream(derive_seed(sketch.seed, "montage"))
        copies = random_shifted_copies(
            analysis.cells, layout, sketch.params.novelty_reward * share, stream
        )
        guide = guide_of(analysis, layout, solve_montage(copies))
        canvas = initial_canvas(guide, sketch.seed)
        small = resize(canvas.image, height, width)
        if (
            max_window_distance(small, subject, (shown, *sources), analysis.contrast)
            <= sketch.params.max_artefact_distance
        ):
            break
    return Candidate(sketch.seed, guide, sketch.params, canvas)


def farthest_point_selection(sketches: list[LayoutSketch], n: int) -> list[LayoutSketch]:
    """Select the first sketch and n - 1 others so that the smallest distance is large.

    Greedy (Gonzalez 1985): each choice is the sketch farthest from those selected.
    """
    chosen, rest = sketches[:1], sketches[1:]
    nearest = [thumbnail_distance(one, chosen[0]) for one in rest]
    while len(chosen) < n:
        best = max(range(len(rest)), key=nearest.__getitem__)
        chosen.append(rest.pop(best))
        nearest.pop(best)
        nearest = [
            min(distance, thumbnail_distance(one, chosen[-1]))
            for one, distance in zip(rest, nearest, strict=True)
        ]
    return chosen


def thumbnail_distance(one: LayoutSketch, other: LayoutSketch) -> int:
    """Sum of absolute differences of two thumbnails."""
    return int(np.abs(one.thumb.astype(np.int32) - other.thumb).sum())
