"""Art of a panel: lines, flat colours and dots."""

import numpy as np
import pytest

from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.moves.comics.colour_schemes import (
    DAY,
    DUSK,
    FIRE,
    GOLDEN,
    GREY,
    NIGHT,
    NOIR,
    SEA,
    STRAW,
)
from diabelli.synthesis.moves.comics.panel_art import Art, draw_art

SCHEMES = (DAY, DUSK, FIRE, GOLDEN, GREY, NIGHT, NOIR, SEA, STRAW)
SHAPE = (160, 200)
NONE, ALL = (np.full(SHAPE, one, np.float32) for one in (0, 1))


def drawn(colours, scheme=GREY, care=NONE):
    art = Art(scheme._replace(fall=0.0), (-0.8, 0.6), (0.7071, 0.7071), 9.0)
    return draw_art(np.asarray(colours, np.float32), care, NONE, art)


def ramp():
    """Return a soft change from black to white."""
    line = np.linspace(0, 255, SHAPE[1], dtype=np.float32)
    return np.broadcast_to(line[None, :, None], (*SHAPE, 3)).copy()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_tones_of_a_scheme_rise(scheme):
    """Brighter places stay brighter, and the art is within 0..1."""
    tones = [float(luma(np.array(colour, np.float32))) for colour in scheme.ramp]
    assert tones == sorted(tones)
    assert tones[-1] - tones[0] > 200
    made = drawn(ramp(), scheme)
    assert made.min() >= 0
    assert made.max() <= 1
    means = luma(made).mean(0)
    assert means[150:].mean() > means[80:120].mean() > means[:50].mean()


def test_even_places_have_flat_colours_with_soft_steps():
    """Beside its dots a soft change is in few steps; where care is needed it stays soft."""
    steps = np.diff(blur(luma(drawn(ramp()))[:, :, None], 6.0)[80, 20:180, 0])
    careful = np.diff(blur(luma(drawn(ramp(), care=ALL))[:, :, None], 6.0)[80, 20:180, 0])
    assert steps.std() > 1.5 * careful.std()


def test_mid_tones_have_dots_and_faces_have_none():
    """Dots repeat at their period; white has none."""
    grey = np.full((*SHAPE, 3), 110, np.float32)
    grey[:40, :40], grey[:40, 40:80] = 0, 255
    assert luma(drawn(grey))[60:].std() > 0.02
    assert luma(drawn(grey, care=ALL))[60:].std() < 0.01
    assert luma(drawn(grey))[10:30, 50:70].std() < 0.01


def test_edges_are_inked():
    """Beside an edge there is a line that is darker than both sides."""
    sides = np.full((*SHAPE, 3), 230, np.float32)
    sides[:, :100] = 120
    made = luma(drawn(sides))[40:120]
    line = made[:, 94:104].min(1).mean()
    assert line < made[:, 60:80].mean() - 0.15
    face = luma(drawn(sides, care=ALL))[40:120]
    assert face[:, 94:104].min(1).mean() > line + 0.1


def test_details_of_faces_are_kept():
    """Small dark places, as eyes, keep most of their contrast."""
    face = np.full((*SHAPE, 3), 180, np.float32)
    for row in range(20, 140, 24):
        for column in range(20, 180, 24):
            face[row : row + 3, column : column + 4] = 40
    made = luma(drawn(face, care=ALL))
    eyes = [
        float(made[row - 8 : row + 10, column - 8 : column + 10].max() - made[row + 1, column + 1])
        for row in range(20, 140, 24)
        for column in range(20, 180, 24)
    ]
    assert min(eyes) > 0.4


def test_grey_stays_grey_and_night_is_blue():
    """Schemes have the colours of their time of day."""
    grey = ramp()
    made = drawn(grey)
    assert np.ptp(made, axis=2).max() < 1e-3
    night, golden = drawn(grey, NIGHT), drawn(grey, GOLDEN)
    middle = (slice(None), slice(60, 140))
    assert (night[middle][..., 2] > night[middle][..., 0]).mean() > 0.95
    assert (golden[middle][..., 0] > golden[middle][..., 2]).mean() > 0.95


@pytest.mark.parametrize("shape", [(2, 2), (2, 60), (60, 2), (17, 33)])
def test_panels_of_any_size_are_drawn(shape):
    """None of them needs pixels beyond it."""
    care = np.zeros(shape, np.float32)
    art = Art(DAY, (-0.8, 0.6), (0.7071, 0.7071), 9.0)
    made = draw_art(np.full((*shape, 3), 90, np.float32), care, care, art)
    assert made.shape == (*shape, 3)
    assert np.isfinite(made).all()
