"""Light in the hall of a cinema."""

import numpy as np
import pytest

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.cinema.cinema import EMITTERS, make_hall
from diabelli.synthesis.moves.cinema.hall import PI, light_at, light_field

TO_LEFT, TO_RIGHT, TO_SCREEN, TO_SEATS = (
    tuple(np.float32(one) for one in normal)
    for normal in ((-1, 0, 0), (1, 0, 0), (0, 0, -1), (0, 0, 1))
)


@pytest.fixture(scope="module")
def hall():
    return make_hall(0.6, RandomStream(1), 300, 300)


def light(field, hall, place, normal):
    """Return the light (3,) on a surface."""
    found = np.zeros(3, np.float32)
    light_at(field, hall, tuple(np.float32(one) for one in place), normal, found)
    return found


def test_walls_get_the_colour_of_the_nearer_half(hall):
    """A screen that is red at the left and blue at the right."""
    emitters = np.zeros((EMITTERS, EMITTERS, 3), np.float32)
    emitters[:, : EMITTERS // 2, 0] = 1
    emitters[:, EMITTERS // 2 :, 2] = 1
    field = light_field(emitters, hall)
    left = light(field, hall, (-hall.wall, 0, 0.1), TO_RIGHT)
    right = light(field, hall, (hall.wall, 0, 0.1), TO_LEFT)
    assert left[0] > 1.5 * left[2]
    assert right[2] > 1.5 * right[0]
    assert left[1] == right[1] == 0


def test_light_falls_off_with_distance_and_comes_from_the_screen(hall):
    """What faces the seats only gets light that walls scatter."""
    field = light_field(np.ones((EMITTERS, EMITTERS, 3), np.float32), hall)
    depths = [share * float(hall.z) for share in (0.1, 0.3, 0.6, 0.9)]
    levels = [light(field, hall, (0, 0, z), TO_SCREEN)[0] for z in depths]
    assert levels == sorted(levels, reverse=True)
    assert all(light(field, hall, (0, 0, z), TO_SEATS)[0] < 0.3 * levels[0] for z in depths)


def test_light_far_away_is_that_of_a_small_lamp(hall):
    """At the camera, it is about the screen's area over the squared distance, over pi."""
    field = light_field(np.ones((EMITTERS, EMITTERS, 3), np.float32), hall)
    area = 4 * float(hall.half_width) * float(hall.half_height)
    scattered = light(field, hall, (0, 0, hall.z), TO_SEATS)[0]
    found = light(field, hall, (0, 0, hall.z), TO_SCREEN)[0] - scattered
    assert found == pytest.approx(area / (PI * float(hall.z) ** 2), rel=0.1)
