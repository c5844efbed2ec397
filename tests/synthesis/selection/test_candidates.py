"""Candidates: sketches, their selection, and montages."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.pipeline import analyse_source
from diabelli.synthesis.selection.candidates import (
    NOVELTY_FACTORS,
    TEXT_FLOW_FACTOR,
    TEXT_STRETCH_FACTOR,
    THUMBNAIL_SIDE,
    LayoutSketch,
    _adapt_to_kind,
    build_candidate,
    farthest_point_selection,
    sketch_layout,
    thumbnail_distance,
)
from diabelli.synthesis.strength import params_of_strength
from oracles.sources import face, flag, meadow


@pytest.fixture(scope="module")
def studied():
    return analyse_source(meadow(200), 256, 256)


@pytest.fixture(scope="module")
def sketches(studied) -> list[LayoutSketch]:
    return [sketch_layout(studied, params_of_strength(0.8), seed) for seed in range(8)]


def picked(like: LayoutSketch, values: list[int], n: int) -> list[int]:
    """Return the selected grey levels in order."""
    made = [
        LayoutSketch(
            k,
            like.guide,
            like.params,
            np.full((THUMBNAIL_SIDE, THUMBNAIL_SIDE, 4), value, np.uint8),
        )
        for k, value in enumerate(values)
    ]
    return [int(one.thumb[0, 0, 0]) for one in farthest_point_selection(made, n)]


def test_a_sketch_depends_on_the_seed_only(studied, sketches):
    """Drawn again, in another order, it is the same."""
    for seed in (5, 2):
        again = sketch_layout(studied, params_of_strength(0.8), seed)
        np.testing.assert_array_equal(again.thumb, sketches[seed].thumb)


def test_sketches_differ(sketches):
    """No two seeds sketch the same picture, and both orientations are tried."""
    assert all(thumbnail_distance(one, other) > 0 for one, other in combinations(sketches, 2))
    assert {one.guide.layout.mirrored for one in sketches} == {False, True}


def test_lettering_is_never_mirrored(studied):
    """No seed mirrors a picture that may show lettering."""
    lettered = (replace(studied[0], has_lettering=True), replace(studied[1], has_lettering=True))
    drawn = [sketch_layout(lettered, params_of_strength(0.8), seed) for seed in range(8)]
    assert not any(one.guide.layout.mirrored for one in drawn)


def test_differences_are_distances(sketches):
    """Nothing differs from itself, and both ways are equally long."""
    one, other = sketches[:2]
    assert thumbnail_distance(one, one) == 0
    assert thumbnail_distance(one, other) == thumbnail_distance(other, one)


def test_the_first_sketch_is_always_picked(sketches):
    """The request's own seed comes first."""
    for n in range(1, 9):
        chosen = farthest_point_selection(sketches, n)
        assert len(chosen) == n
        assert chosen[0] is sketches[0]
        assert len({one.seed for one in chosen}) == n


def test_each_choice_is_farthest_from_those_before(sketches):
    """Greedily, the next is the one whose nearest chosen neighbour is farthest."""
    assert picked(sketches[0], [100, 90, 200, 0, 150], 4) == [100, 200, 0, 150]
    assert picked(sketches[0], [0, 255, 1, 2, 3], 3) == [0, 255, 3]


def test_more_variations_go_on_where_fewer_stopped(sketches):
    """The first picks of a large choice are those of a small one."""
    seeds = [[one.seed for one in farthest_point_selection(sketches, n)] for n in (3, 6)]
    assert seeds[1][:3] == seeds[0]


def changed(candidate) -> float:
    """Return the share of cells that another copy than 0 shows."""
    layout = candidate.guide.layout
    inside = (np.abs(layout.rows - 0.5) < 0.5) & (np.abs(layout.columns - 0.5) < 0.5)
    return float((candidate.guide.montage.labels[inside] > 0).mean())


def test_surroundings_are_rearranged(sketches):
    """Much of a meadow shows another copy, and the canvas differs from the guide."""
    candidates = [build_candidate(one) for one in sketches]
    assert np.mean([changed(one) for one in candidates]) > 0.3
    assert all((one.canvas.image != one.guide.level(0)).any() for one in candidates if changed(one))


def test_a_candidate_depends_on_its_sketch_only(sketches):
    """Proposed again, it is the same."""
    one, again = (build_candidate(sketches[3]) for _ in range(2))
    np.testing.assert_array_equal(one.canvas.image, again.canvas.image)
    np.testing.assert_array_equal(one.guide.montage.labels, again.guide.montage.labels)


def test_a_graphic_is_not_divided():
    """A graphic shows a single copy."""
    candidate = build_candidate(
        sketch_layout(analyse_source(flag(200), 256, 256), params_of_strength(1.0), 1)
    )
    assert candidate.guide.montage.seamless


def test_a_distorted_montage_is_less_new(sketches):
    """If the gate rejects everything, only the area beyond the source is filled."""
    closed = [
        replace(one, params=replace(one.params, max_artefact_distance=-1.0)) for one in sketches
    ]
    opened = [
        replace(one, params=replace(one.params, max_artefact_distance=1e9)) for one in sketches
    ]
    fallen, taken = ([changed(build_candidate(one)) for one in some] for some in (closed, opened))
    assert NOVELTY_FACTORS[-1] == 0
    assert np.mean(fallen) < 0.3 * np.mean(taken)


FACE = (slice(9, 20), slice(25, 32))
"""Cells of the face in the portrait of scikit-image."""


def widths(layout, place) -> np.ndarray:
    """Return how much wider than high cells of the canvas become that show `place`."""
    shown = np.ones((GRID, GRID), np.bool_)
    for places, cells in zip((layout.rows, layout.columns), place, strict=True):
        shown &= (places > cells.start / GRID) & (places < cells.stop / GRID)
    down, across = np.gradient(layout.rows, axis=0), np.gradient(layout.columns, axis=1)
    assert shown.sum() > 20
    return across[shown] / down[shown]


@pytest.mark.parametrize("colour", [True, False], ids=["coloured", "grey"])
@pytest.mark.parametrize("strength", [0.2, 0.3, 0.8, 1.0])
def test_a_face_keeps_its_proportions_at_all_strengths(strength, colour):
    """It is scaled alike both ways, in every layout."""
    portrait = pytest.importorskip("skimage.data").astronaut()
    if not colour:
        portrait = np.repeat(portrait[..., 1:2], 3, axis=2)
    studied = analyse_source(portrait, 256, 256)
    sides = {False: FACE, True: (FACE[0], slice(GRID - FACE[1].stop, GRID - FACE[1].start))}
    for seed in range(8):
        layout = sketch_layout(studied, params_of_strength(strength), seed).guide.layout
        np.testing.assert_allclose(widths(layout, sides[layout.mirrored]), 1, atol=0.02)


def test_a_face_in_a_symmetric_picture_keeps_its_proportions(studied):
    """The layout is the mean with its mirror image, so all of it is held."""
    cells = np.zeros((GRID, GRID), np.float32)
    cells[20:30, 10:20] = 1
    symmetric = tuple(
        replace(
            one,
            kind=replace(one.kind, symmetric=True),
            people=one.people._replace(cells=cells),
        )
        for one in studied
    )
    layout = sketch_layout(symmetric, params_of_strength(1.0), 1).guide.layout
    steps = np.diff(layout.columns, axis=1)
    np.testing.assert_allclose(steps, steps.mean(), rtol=0.01)


def test_parameters_are_adapted_to_the_picture_kind():
    """Textures hardly bend, text even less, a face as much as requested."""
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    asked = params_of_strength(0.8)
    texture, written, shown = (
        _adapt_to_kind(asked, analyse_source(source, 256, 256)[0])
        for source in (noise, flag(200), face(200))
    )
    assert texture.flow_sd < 0.3 * asked.flow_sd
    assert texture.stretch_sd < 0.3 * asked.stretch_sd
    assert written.flow_sd == TEXT_FLOW_FACTOR * asked.flow_sd
    assert written.stretch_sd == TEXT_STRETCH_FACTOR * asked.stretch_sd
    assert shown.stretch_sd > 0.9 * asked.stretch_sd
    assert shown.flow_sd > 0.9 * asked.flow_sd
