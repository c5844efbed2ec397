"""Subject maps of photographs, graphics and textures."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.source_analysis import analyse
from diabelli.synthesis.analysis.subject import subject
from diabelli.synthesis.core.alpha import premultiply
from diabelli.synthesis.core.grid import GRID
from oracles.sources import SOURCES, ball, flag, pebbles

NOTHING = np.zeros((GRID, GRID), np.float32)


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("inked", [False, True])
def test_it_is_a_share(name, inked):
    """The maps are within 0..1 on the grid."""
    both = subject(premultiply(SOURCES[name](128)), NOTHING, NOTHING, NOTHING, inked=inked)
    for found in both:
        assert found.shape == (GRID, GRID)
        assert found.dtype == np.float32
        assert found.min() >= 0
        assert found.max() <= 1


def test_a_ball_is_the_subject_of_its_picture():
    """The ball is the subject, the distant background is not."""
    found = analyse(premultiply(ball(256)), 256, 256).subject
    y, x = np.indices((GRID, GRID)) * 4 + 2
    away = np.hypot(y - 120, x - 130)
    assert found[away < 55].mean() > 0.95
    assert found[away > 90].mean() < 0.05


def test_a_texture_has_no_subject():
    """Noise has no subject, and pebbles only a few that are darker than all others."""
    noise = np.random.default_rng(0).integers(0, 256, (256, 256, 3), np.uint8)
    assert analyse(premultiply(noise), 256, 256).subject.mean() < 0.02
    assert analyse(premultiply(pebbles(256)), 256, 256).subject.mean() < 0.2


def test_all_of_a_graphic_is_the_subject():
    """In a graphic all that differs from an even background is the subject."""
    found = analyse(premultiply(flag(256)), 256, 256).subject
    y, x = np.indices((GRID, GRID)) * 4 + 2
    disc = (y - 100) ** 2 + (x - 90) ** 2 < 44**2
    assert found[disc].min() > 0.9
    assert found[:10].max() < 0.1


def test_a_mast_in_a_plain_is_of_the_subject():
    """A rigid line between smooth areas counts, an edge between two regions does not."""
    image = np.full((256, 256, 4), 200, np.uint8)
    rigid, mast = NOTHING.copy(), NOTHING.copy()
    mast[10:60, 31:33] = rigid[10:60, 31:33] = 1
    plain = 1 - mast
    found = subject(image, NOTHING, rigid, plain, inked=False).around
    assert found[15:55, 31:33].min() > 0.9
    assert found[:, :28].max() == 0
    plain[:, 33:] = 0
    assert subject(image, NOTHING, rigid, plain, inked=False).around.max() == 0


def test_a_solid_shape_is_its_own_outline():
    """The background between the legs of a shape is not the subject."""
    y, x = np.indices((256, 256))
    shape = (y - 90) ** 2 + (x - 128) ** 2 < 60**2
    for left in (80, 104, 146, 170):
        shape |= (y > 90) & (y < 226) & (x >= left) & (x < left + 8)
    planes = premultiply(np.where(shape[..., None], np.uint8(0), np.uint8([255] * 3)))
    analysis = analyse(planes, 256, 256)
    assert not analysis.kind.has_text
    assert analysis.subject[44:54, 30:34].max() == 0
    assert analysis.subject[shape[2::4, 2::4]].min() > 0.2
