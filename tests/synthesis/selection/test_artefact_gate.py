"""Artefact gate against exhaustive search, and invariants."""

import numpy as np
import pytest

from diabelli.synthesis.core.alpha import premultiply
from diabelli.synthesis.core.types import GATE_SIDE
from diabelli.synthesis.selection import artefact_gate
from diabelli.synthesis.selection.artefact_gate import (
    MIN_RIGIDITY,
    SEARCH_RADIUS,
    WINDOW_STRIDE,
    _worst_window,
    max_window_distance,
)
from oracles.exhaustive import all_distances
from oracles.sources import face, pebbles

WINDOW = 5
ALL = np.ones((12, 12), bool)
RIGID = np.ones((GATE_SIDE, GATE_SIDE), np.float32)


def image(height: int, width: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)


def worst_of_all(canvas, judged, references) -> int:
    """Return the maximum over judged windows of the minimum distance anywhere."""
    best = np.min([all_distances(canvas, r, WINDOW).min((2, 3)) for r in references], axis=0)
    middle = judged[WINDOW // 2 :, WINDOW // 2 :][: best.shape[0], : best.shape[1]]
    shown = (best * middle)[::WINDOW_STRIDE, ::WINDOW_STRIDE]
    return int(shown.max())


@pytest.mark.parametrize("seed", range(4))
def test_the_worst_window_is_found(seed):
    """On pictures within reach it is the maximum of the minima over all windows."""
    assert SEARCH_RADIUS >= 15
    canvas, references = image(12, 12, seed), (image(12, 12, seed + 10), image(14, 11, seed + 20))
    found = _worst_window(canvas, ALL, references, WINDOW, 4 * WINDOW)
    assert found == worst_of_all(canvas, ALL, references)


def test_only_judged_windows_count():
    """A window without a subject may differ from the source."""
    canvas, reference = image(12, 12, 1), (image(12, 12, 2),)
    judged = np.zeros((12, 12), bool)
    judged[5:9, 2:6] = True
    found = _worst_window(canvas, judged, reference, WINDOW, 4 * WINDOW)
    assert found == worst_of_all(canvas, judged, reference) > 0
    assert _worst_window(canvas, ~ALL, reference, WINDOW, 4 * WINDOW) == 0


def test_a_copy_is_not_distorted():
    """The source itself, or a reference itself, has distance 0."""
    source = premultiply(face(GATE_SIDE))
    assert max_window_distance(source, RIGID, (source,), 40.0) == 0
    assert max_window_distance(source, RIGID, (premultiply(pebbles(GATE_SIDE)), source), 40.0) == 0


def test_a_second_nose_is_distorted():
    """A face with swapped halves is far from every window of the face."""
    source = premultiply(face(GATE_SIDE))
    broken = source.copy()
    broken[16:48, 16:48] = source[16:48, 16:48][::-1]
    assert max_window_distance(broken, RIGID, (source,), float(source[..., :3].std())) > 0.4


def test_flexible_windows_are_not_judged():
    """Windows of low rigidity are skipped."""
    source, other = premultiply(pebbles(GATE_SIDE)), premultiply(face(GATE_SIDE))
    assert max_window_distance(other, RIGID * np.float32(MIN_RIGIDITY / 2), (source,), 40.0) == 0
    assert max_window_distance(other, RIGID, (source,), 40.0) > 0


def test_more_contrast_forgives_more():
    """The distance is in units of the source's contrast."""
    source, other = premultiply(pebbles(GATE_SIDE)), premultiply(face(GATE_SIDE))
    near, far = (
        max_window_distance(other, RIGID, (source,), contrast) for contrast in (50.0, 25.0)
    )
    assert far == pytest.approx(2 * near)


def test_references_of_another_size_are_looked_through():
    """A reference at another zoom, smaller than a window even, is compared."""
    canvas = image(GATE_SIDE, GATE_SIDE, 5)
    for shape in ((16, 90), (20, 20), (74, 74)):
        assert np.isfinite(max_window_distance(canvas, RIGID, (image(*shape, 6),), 30.0))


def test_one_more_reference_never_makes_it_worse():
    """Every further reference is one more chance for each window."""
    canvas = image(GATE_SIDE, GATE_SIDE, 7)
    references = tuple(image(40 + k, 50, k) for k in range(4))
    found = [max_window_distance(canvas, RIGID, references[:k], 30.0) for k in range(1, 5)]
    assert found == sorted(found, reverse=True)


def test_windows_are_larger_than_patches():
    """A window covers more of the subject than a patch."""
    assert artefact_gate.WINDOW_SIDE > GATE_SIDE / 3
