"""Every compiled kernel on an input so tiny that plain Python runs it too."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.background import foreground_evidence
from diabelli.synthesis.analysis.colour_objects import _solve_random_walk
from diabelli.synthesis.analysis.patch_uniqueness import _distances_elsewhere
from diabelli.synthesis.analysis.saliency import _nearest_elsewhere
from diabelli.synthesis.core.binary_mrf import minimise_binary_mrf
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import sample_bilinear
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import PATCH
from diabelli.synthesis.core.warp import enlarge, enlarge_labels, tint, warp
from diabelli.synthesis.finish.hue_shift import HueRotation, rotate_hue
from diabelli.synthesis.finish.object_hue_shift import _rotate_object_hue
from diabelli.synthesis.finish.relight import random_light, relight
from diabelli.synthesis.layout.layout import _solve_displacement
from diabelli.synthesis.montage.montage import _energy, _pairwise_costs, _solve_colour_offsets
from diabelli.synthesis.montage.shifts import _fill_cost, _fit_cost
from diabelli.synthesis.patchmatch.nearest_neighbour_field import upsample_field
from diabelli.synthesis.patchmatch.patchmatch import (
    POSITION_UNIT,
    MatchPrior,
    evaluate,
    patchmatch_pass,
)
from diabelli.synthesis.patchmatch.voting import gaussian_window, vote
from diabelli.synthesis.selection.artefact_gate import _worst_window

SIDE = 11
SHAPE = (SIDE - PATCH + 1, SIDE - PATCH + 1)


def results() -> dict[str, NDArray[np.generic]]:
    """Return the results of the kernels by name."""
    draw = np.random.default_rng(3)
    canvas, source = draw.integers(0, 256, (2, SIDE, SIDE, 4), np.uint8)
    floats = draw.random((SIDE, SIDE), np.float32)
    rows, columns = draw.uniform(-0.2, 1.2, (2, 5, 5)).astype(np.float32)
    field = draw.integers(0, SHAPE[0], (*SHAPE, 2), np.int32)
    weights = draw.random(SHAPE, np.float32) + np.float32(0.1)
    freedom = draw.integers(0, 256, (SIDE, SIDE), np.uint8)
    pairs = draw.integers(0, 256, (13, 12, 4), np.int32)
    return {
        "resize": resize(canvas, 7, 15),
        "resize_map": resize_map(floats, 15, 7),
        "blur": blur(floats, 1.5),
        "warp": warp(canvas, rows, columns, freedom[:6, :9] % 2, rows[:2, :2], calm=False),
        "calm": warp(canvas, rows, columns, freedom[:6, :9] % 2, rows[:2, :2], calm=True),
        "enlarge": enlarge(floats, 14, 9),
        "enlarge_labels": enlarge_labels(freedom[:5, :5] % 3, 14, 19),
        "relight": relight(canvas, random_light(1.0, RandomStream(1), grey=False)),
        "rotate_hue": rotate_hue(canvas, HueRotation(0.8, 0.6, 0.28, 0.96, 0.9)),
        "random_walk": _solve_random_walk(
            255 * draw.random((6, 7, 3), np.float32), floats[:6, :7], floats[5:, 4:]
        ),
        "rotate_object_hue": _rotate_object_hue(
            canvas,
            np.array([-0.6, 0.8, 0.6, 0.8], np.float32),
            *np.linspace(0, 4, 2 * SIDE, dtype=np.float32).reshape(2, SIDE),
            floats[:5, :5],
        ),
        "upsample_field": upsample_field(field, (SIDE, SIDE), (16, 17)),
        "solve_displacement": _solve_displacement(
            floats[:6, :6].copy(),
            1 + 9 * floats[5:, 5:].copy(),
            floats[1:7, 5:].copy(),
            floats[2:8, :6].copy(),
            0,
        ),
        "patch_uniqueness": _distances_elsewhere(pairs),
        "saliency": _nearest_elsewhere(draw.random((3, 6, 7), np.float32)),
        "artefact_gate": np.array(
            _worst_window(canvas, floats > 0.2, (source, source[:9]), 5, 20), np.int64
        ),
        "vote": vote(source, field, weights, gaussian_window(3), canvas, freedom),
        "foreground_evidence": foreground_evidence(np.repeat(canvas, 2, axis=0)),
        **_montage(canvas, freedom, draw),
        **_search(canvas, source, field, draw),
    }


def _montage(
    canvas: NDArray[np.uint8], labels: NDArray[np.uint8], draw: np.random.Generator
) -> dict[str, NDArray[np.generic]]:
    labels = labels[:6, :7] % 3
    own = draw.uniform(0, 50, (3, 6, 7)).astype(np.float32)
    looks = draw.uniform(0, 60, (3, 6, 7, 20)).astype(np.float32)
    busy, firm = draw.uniform(0, 3, (2, 3, 6, 7)).astype(np.float32)
    right, down = _pairwise_costs(own, looks, busy, firm, labels, 2)
    rows, columns = draw.uniform(-0.2, 1.2, (2, 16, 16)).astype(np.float32)
    facts = draw.random((16, 16, 5), np.float32)
    colours = draw.uniform(0, 255, (3, 6, 7, 3)).astype(np.float32)
    shown = canvas.copy()
    tint(shown, np.zeros(canvas.shape[:2], np.uint8), labels, colours[0] - np.float32(128))
    return {
        "binary_mrf": minimise_binary_mrf(np.stack([own[0], own[1]], -1), right, down, 4),
        "cost": np.array(_energy(own, looks, busy, firm, labels)),
        "colour_offsets": _solve_colour_offsets(colours, labels),
        "sample_bilinear": sample_bilinear(facts, rows, columns),
        "fit_cost": np.array(_fit_cost(facts, facts, rows, columns, 0.1, -0.2)),
        "fill_cost": np.array(_fill_cost(facts, rows, columns, 0.1, -0.2)),
        "tint": shown,
    }


def _search(
    canvas: NDArray[np.uint8],
    source: NDArray[np.uint8],
    field: NDArray[np.int32],
    draw: np.random.Generator,
) -> dict[str, NDArray[np.generic]]:
    prior = MatchPrior(
        expected=draw.integers(0, SHAPE[0] * POSITION_UNIT, (*SHAPE, 2), np.int32),
        mu=int(draw.integers(0, 10**6)),
        smoothness=2000,
        active=draw.random(SHAPE) < 0.8,
    )
    costs = evaluate(canvas, source, field, prior)
    first, moved = costs.copy(), field.copy()
    for turn in range(4):
        patchmatch_pass(canvas, source, moved, costs, prior, 4, turn % 2 == 0, 5 + turn)
    return {"evaluate": first, "patchmatch_pass": costs, "field": moved}
