"""Climbing: from level to level, with what is rigid shown as it is."""

import numpy as np
import pytest

from diabelli.synthesis.alpha import is_transparent, joined
from diabelli.synthesis.analysis import analyse
from diabelli.synthesis.climb import _every_other, climb, start
from diabelli.synthesis.dial import dial
from diabelli.synthesis.field import patch_mask
from diabelli.synthesis.guide import Guide, guide_of
from diabelli.synthesis.layout import random_layout
from diabelli.synthesis.search import PATCH
from diabelli.synthesis.stream import Stream
from oracles.sources import face, landscape, pebbles


def guide(source: np.ndarray, size: tuple[int, int], strength: float = 0.8) -> Guide:
    analysis = analyse(joined(source), *size)
    return guide_of(
        analysis,
        random_layout(
            analysis.rigidity, analysis.subject, dial(strength), Stream(1), mirrored=False
        ),
    )


@pytest.mark.parametrize("source", [pebbles(200), landscape(150), face(90)])
@pytest.mark.parametrize("size", [(256, 256), (200, 380)])
def test_every_level_is_whole(source, size):
    """At each level canvas and field have its size, and the field points into the source."""
    shown = guide(source, size)
    canvas = start(shown, dial(0.8), 5)
    for level, (height, width) in enumerate(shown.analysis.sizes[:4]):
        assert canvas.level == level
        assert canvas.image.shape == (height, width, 4)
        assert canvas.field.shape == (height - PATCH + 1, width - PATCH + 1, 2)
        assert (canvas.field >= 0).all()
        assert (canvas.field <= (height - PATCH, width - PATCH)).all()
        canvas = climb(canvas, shown, dial(0.8), 5)


def test_what_is_not_free_shows_the_guide():
    """Pixels without freedom are those of the source under its layout, at every level."""
    shown = guide(face(200), (256, 256))
    canvas = start(shown, dial(0.8), 5)
    for level in range(3):
        held = shown.freedom(level) == 0
        assert held.any()
        np.testing.assert_array_equal(canvas.image[held], shown.level(level)[held])
        canvas = climb(canvas, shown, dial(0.8), 5)


def test_patches_that_are_not_searched_do_not_wander():
    """A wholly rigid patch is taken from about where its layout says."""
    shown = guide(face(200), (256, 256))
    canvas = start(shown, dial(0.8), 5)
    held = ~patch_mask(shown.freedom(0))
    assert held.any()
    off = np.abs(canvas.field[held] - shown.expected(0)[held] / 16)
    assert off.max() <= 1


def test_a_texture_is_laid_anew():
    """Where all is free, the canvas is neither the source nor the guide."""
    shown = guide(pebbles(200), (256, 256), 1.0)
    shown.rigidity[:] = 0
    canvas = start(shown, dial(1.0), 5)
    for other in (shown.level(0), shown.analysis.level(0)):
        difference = canvas.image[..., :3].astype(int) - other[..., :3]
        assert np.abs(difference).mean() > 2


def test_opaque_canvases_have_no_alpha():
    """What was opaque stays so all the way up."""
    shown = guide(landscape(100), (256, 256))
    canvas = start(shown, dial(1.0), 5)
    for _ in range(3):
        assert not is_transparent(canvas.image)
        canvas = climb(canvas, shown, dial(1.0), 5)


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


def test_a_canvas_is_its_seeds_alone():
    """The same guide and seed give the same canvas, another seed another one."""
    shown = guide(pebbles(100), (256, 256))
    images = [
        climb(start(shown, dial(0.8), seed), shown, dial(0.8), seed).image for seed in (5, 5, 6)
    ]
    np.testing.assert_array_equal(images[0], images[1])
    assert (images[0] != images[2]).any()
