"""Refinement: seams are mended at every level, the guide is shown elsewhere."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.source_analysis import analyse
from diabelli.synthesis.core.alpha import is_transparent, premultiply
from diabelli.synthesis.core.pyramid import WORK_LEVEL
from diabelli.synthesis.core.types import PATCH
from diabelli.synthesis.montage.guide import Guide, guide_of
from diabelli.synthesis.patchmatch.nearest_neighbour_field import patch_mask
from diabelli.synthesis.patchmatch.refine import (
    Canvas,
    _every_other,
    expected_matches,
    initial_canvas,
    refine,
)
from oracles.sources import landscape, meadow, pebbles
from synthesis.montage.test_guide import halves
from synthesis.montage.test_shifts import layout


def guide(source: np.ndarray, size: tuple[int, int] = (256, 256), step: float = 0.3) -> Guide:
    return guide_of(analyse(premultiply(source), *size), layout(), halves(step))


def climbed(shown: Guide, levels: int, seed: int = 5) -> Canvas:
    canvas = initial_canvas(shown, seed)
    for _ in range(levels):
        canvas = refine(canvas, shown, seed)
    return canvas


@pytest.mark.parametrize("source", [pebbles(200), landscape(150), meadow(90)])
@pytest.mark.parametrize("size", [(256, 256), (200, 380), (600, 512)])
def test_every_level_is_whole(source, size):
    """At each level canvas and field have its size, and the field points into the source."""
    shown = guide(source, size)
    canvas = initial_canvas(shown, 5)
    for level, (height, width) in enumerate(shown.analysis.sizes):
        assert canvas.level == level
        assert canvas.image.shape == (height, width, 4)
        assert canvas.field.shape == (height - PATCH + 1, width - PATCH + 1, 2)
        assert (canvas.field >= 0).all()
        assert (canvas.field <= (height - PATCH, width - PATCH)).all()
        if level < len(shown.analysis.sizes) - 1:
            canvas = refine(canvas, shown, 5)


def test_pixels_away_from_a_seam_show_the_guide():
    """Pixels outside the mend mask equal the guide at the first and the last level."""
    shown = guide(meadow(256), (512, 512))
    finest = len(shown.analysis.sizes) - 1
    for level in (0, finest):
        held = shown.mend_mask(level) == 0
        assert held.any()
        image = climbed(shown, level).image
        np.testing.assert_array_equal(image[held], shown.level(level)[held])


def test_patches_away_from_a_seam_stay():
    """Inactive patches stay near the position that the layout implies."""
    shown = guide(pebbles(256))
    canvas = initial_canvas(shown, 5)
    held = ~patch_mask(shown.mend_mask(0))
    assert held.any()
    off = np.abs(canvas.field[held] - expected_matches(shown, 0)[held] / 16)
    assert off.max() <= 1


def broken(image: np.ndarray) -> float:
    """Return the excess of neighbour differences of the middle columns over the others."""
    steps = np.abs(np.diff(image[..., 1].astype(int), axis=1)).mean(0)
    middle = image.shape[1] // 2
    return float(steps[middle - 2 : middle + 1].max() / np.median(steps))


def ramp(side: int = 256) -> np.ndarray:
    """Return ripples on a slope, in which every seam shows."""
    y, x = np.indices((side, side))
    waves = (x * 8 * 256 // side + y) % 64
    return np.repeat((60 + waves * 2 + y // 4)[..., None], 3, -1).astype(np.uint8)


def test_a_seam_is_mended():
    """At a seam of unequal halves the canvas has a smaller step than the guide."""
    shown = guide(ramp(), step=0.26)
    canvas = climbed(shown, WORK_LEVEL)
    assert broken(canvas.image) < 0.75 * broken(shown.render(256, 256))


def test_opaque_canvases_have_no_alpha():
    """An opaque source gives opaque canvases at the first and the last level."""
    shown = guide(landscape(100))
    for level in (0, WORK_LEVEL):
        assert not is_transparent(climbed(shown, level).image)


@pytest.mark.parametrize("size", [(16, 16), (17, 30), (64, 21)])
def test_a_quarter_of_the_patches_covers_a_fine_level(size):
    """Where only some patches vote, every pixel still has a vote."""
    places = (size[0] - PATCH + 1, size[1] - PATCH + 1)
    covered = np.zeros(size, bool)
    voters = np.argwhere(_every_other(*places))
    assert len(voters) < 0.4 * places[0] * places[1]
    for y, x in voters:
        covered[y : y + PATCH, x : x + PATCH] = True
    assert covered.all()


def test_a_canvas_depends_on_the_seed_only():
    """The same guide and seed give the same canvas, another seed another one."""
    shown = guide(pebbles(100))
    images = [climbed(shown, 1, seed).image for seed in (5, 5, 6)]
    np.testing.assert_array_equal(images[0], images[1])
    assert (images[0] != images[2]).any()
