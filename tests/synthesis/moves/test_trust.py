"""Trust in a move: what strict judges found broken, drawn by hand, is refused."""

import numpy as np
import pytest

from diabelli.synthesis.moves.trust import trust_in_light, trust_in_thing

SIDE = 256
YELLOW = (255, 235, 150)


def even(level: int) -> np.ndarray:
    return np.full((SIDE, SIDE, 4), level, np.uint8)


def ring(canvas: np.ndarray, change: int) -> np.ndarray:
    """Return a canvas with a bubble: a rim that differs from it by `change`, and a bright glint."""
    y, x = np.mgrid[:SIDE, :SIDE] - SIDE // 2
    radius = np.sqrt(y * y + x * x)
    shown = canvas.astype(np.int64)
    shown[radius < 40] -= 1
    shown[(radius < 40) & (radius > 36)] -= change - 1
    shown[(abs(y + 20) < 3) & (abs(x + 15) < 3)] -= 60
    return np.clip(shown, 0, 255).astype(np.uint8)


def test_a_wall_that_is_blown_to_yellow_is_refused():
    """A tenth of the picture, as of a living room in low sun."""
    before, after = even(200), even(190)
    after[: SIDE // 10, :, :3] = YELLOW
    assert trust_in_light(before, after) == 0


def test_a_few_yellow_lights_are_trusted():
    """A hundredth of the picture."""
    before, after = even(200), even(190)
    after[: SIDE // 10, : SIDE // 10, :3] = YELLOW
    assert trust_in_light(before, after) == 1


def test_a_wall_that_is_lit_to_orange_or_cream_is_trusted():
    """Low sun on plaster and wood."""
    for colour in ((255, 200, 120), (255, 235, 185)):
        before, after = even(200), even(190)
        after[: SIDE // 2, :, :3] = colour
        assert trust_in_light(before, after) == 1


def test_white_or_rough_places_may_turn_yellow():
    """Low sun colours foam and clouds in this way, which no judge minds."""
    rough = even(200)
    rough[::4, :, :3] = 120
    for before in (even(255), rough):
        after = even(190)
        after[: SIDE // 2, :, :3] = YELLOW
        assert trust_in_light(before, after) == 1


@pytest.mark.parametrize(("change", "trust"), [(3, 0), (40, 1)])
def test_a_bubble_is_trusted_where_its_rim_is_seen(change, trust):
    """On a white wall a glint alone is seen."""
    wall = even(230)
    assert trust_in_thing(wall, ring(wall, change), see_through=True) == trust


def test_a_faint_bubble_is_lost_in_grass():
    """The same change is seen before an even ground."""
    grass = even(120)
    grass[..., :3] += np.random.default_rng(1).integers(0, 100, (SIDE, SIDE, 1), np.uint8)
    plain = even(160)
    assert trust_in_thing(grass, ring(grass, 12), see_through=True) == 0
    assert trust_in_thing(plain, ring(plain, 12), see_through=True) == 1


def test_a_thing_without_an_outline_has_to_be_there():
    """Lamps out of focus have no rim; where there was no room for them, the name would be wrong."""
    wall = even(230)
    assert trust_in_thing(wall, ring(wall, 3), see_through=False) == 1
    assert trust_in_thing(wall, wall, see_through=False) == 0
