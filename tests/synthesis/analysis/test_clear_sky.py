"""Clear sky: where it is, how much room it has, and how sure it is."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.clear_sky import SIDE, find_clear_sky
from oracles.sources import landscape

NO_SUBJECT = np.zeros((8, 8), np.float32)


def painted(side: int = SIDE) -> np.ndarray:
    """Return a blue upper half above noise."""
    image = np.random.default_rng(1).integers(0, 256, (side, side, 3), np.uint8)
    image[: side // 2] = (90, 140, 220)
    return image


def test_the_sky_is_the_even_part_up_to_the_upper_edge():
    """It ends where noise begins."""
    sky = find_clear_sky(painted(), NO_SUBJECT)
    assert (sky.room > 0)[: SIDE // 2 - 8].all()
    assert not (sky.room > 0)[SIDE // 2 + 2 :].any()
    assert sky.share == pytest.approx(0.48, abs=0.03)
    assert (sky.width, sky.footing) == (1.0, 0.0)
    assert sky.bottom == pytest.approx(0.46, abs=0.03)
    assert sky.redness == pytest.approx(-130 / 255, abs=0.02)
    assert sky.contrast == pytest.approx(sky.luma - 0.5, abs=0.1)


def test_water_below_the_sky_has_even_rows():
    """Waves change from row to row; the same picture with columns in their place is no water."""
    waves = np.random.default_rng(2).integers(60, 110, (SIDE, 1, 1), np.uint8)
    sea, fence = painted(), painted()
    sea[SIDE // 2 :] = waves[SIDE // 2 :]
    fence[SIDE // 2 :] = waves.transpose(1, 0, 2)
    wet, dry = (find_clear_sky(image, NO_SUBJECT) for image in (sea, fence))
    assert wet.upright < 0.05 < 0.9 < dry.upright
    assert wet.unevenness < 0.005 < 0.03 < dry.unevenness
    assert wet.certainty_of_water(0.0) > 3
    assert dry.certainty_of_water(0.0) < -5


def test_an_even_part_below_something_is_no_sky():
    """It is not joined to the upper edge."""
    image = painted()[::-1]
    assert find_clear_sky(image, NO_SUBJECT) is None


@pytest.mark.parametrize("colour", [(60, 150, 70), (120, 160, 90)])
def test_even_green_is_a_meadow(colour):
    """Blurred grass reaches the upper edge, too."""
    image = painted()
    image[: SIDE // 2] = colour
    assert find_clear_sky(image, NO_SUBJECT) is None


def test_even_things_are_no_sky():
    """The subject map marks things."""
    subject = np.zeros((8, 8), np.float32)
    subject[:, :4] = 1
    sky = find_clear_sky(painted(), subject)
    assert not (sky.room > 0)[:, : SIDE * 3 // 8].any()
    assert (sky.room > 0)[: SIDE // 3, SIDE * 5 // 8 :].all()


def test_room_is_the_distance_to_the_frame_and_to_things():
    """Chamfer distances are at most 6 % too long or too short."""
    sky = find_clear_sky(painted(), NO_SUBJECT)
    rows, columns = np.nonzero(sky.room > 0)
    height = rows.max() + 1
    for row, column in zip(rows[::97], columns[::97], strict=True):
        nearest = min(row + 1, height - row, column + 1, SIDE - column) / SIDE
        assert sky.room[row, column] == pytest.approx(nearest, rel=0.06, abs=2 / SIDE)


def test_blue_above_sure_ground_is_surely_the_sky():
    """Red and dark parts, and those above other ground, are less sure."""
    sky = find_clear_sky(painted(), NO_SUBJECT)
    assert sky.certainty(0.5) > 2
    assert sky.certainty(-0.5) < sky.certainty(0.5)
    assert replace(sky, redness=0.4).certainty(0.5) < sky.certainty(0.5)
    assert replace(sky, contrast=-0.3).certainty(0.5) < sky.certainty(0.5)


def test_the_sky_is_the_same_at_every_size():
    """It is found at one small size."""
    small, large = (find_clear_sky(landscape(side), NO_SUBJECT) for side in (256, 512))
    assert ((small.room > 0) != (large.room > 0)).mean() < 0.02


def test_a_wing_in_the_sky_has_no_room():
    """It is as even and joined to the sky, but of another hue."""
    image = np.full((SIDE, SIDE, 3), (90, 140, 220), np.uint8)
    wing = 3 * SIDE // 4
    image[:, wing:] = (150, 145, 140)
    image[:, wing - 6 : wing + 6] = np.linspace((90, 140, 220), (150, 145, 140), 12)
    sky = find_clear_sky(image, np.zeros((8, 8), np.float32))
    assert sky.room[SIDE // 2, SIDE // 3] > 0.1
    assert sky.room[SIDE // 2, (wing + SIDE) // 2] == 0
