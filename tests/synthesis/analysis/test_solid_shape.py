"""Solid shapes: one shape that is no letter."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.solid_shape import _euler_number, is_solid_shape
from diabelli.synthesis.core.alpha import premultiply
from oracles.sources import SOURCES

SIDE = 256
Y, X = np.indices((SIDE, SIDE))


def disc(y: float, x: float, radius: float) -> np.ndarray:
    return (Y - y) ** 2 + (X - x) ** 2 < radius**2


def box(top: int, left: int, bottom: int, right: int) -> np.ndarray:
    return (top <= Y) & (bottom > Y) & (left <= X) & (right > X)


def beast() -> np.ndarray:
    """Return a round body on four thin legs, with a tail."""
    shape = disc(110, 130, 60) | box(60, 30, 68, 130)
    for left in (90, 110, 150, 170):
        shape |= box(120, left, 230, left + 7)
    return shape


def letter() -> np.ndarray:
    """Return a bold E."""
    shape = box(30, 50, 226, 90)
    for top in (30, 110, 186):
        shape |= box(top, 50, top + 40, 200)
    return shape


def drawn(shape: np.ndarray, ink=(0, 0, 0), ground=(255, 255, 255)) -> np.ndarray:
    return premultiply(np.where(shape[..., None], np.uint8(ink), np.uint8(ground)))


def test_a_beast_is_a_solid_shape():
    """Dark on light and light on dark, also where an edge cuts it."""
    assert is_solid_shape(drawn(beast()))
    assert is_solid_shape(drawn(beast(), (250, 200, 90), (20, 20, 60)))
    assert is_solid_shape(drawn(np.roll(beast(), 60, axis=1) & (X > 40)))


@pytest.mark.parametrize("shape", [letter(), letter().T, letter()[::-1]])
def test_a_letter_is_none(shape):
    """A shape with one stroke width is a letter."""
    assert not is_solid_shape(drawn(shape))


def test_a_shape_with_holes_or_beside_others_is_none():
    """A badge may contain letters, and several shapes may be a word."""
    assert not is_solid_shape(drawn(beast() & ~disc(110, 130, 12)))
    assert not is_solid_shape(drawn(beast() | disc(30, 220, 14)))


def test_other_colours_in_it_are_not_overlooked():
    """A third colour may be text on the shape."""
    image = drawn(beast())
    image[80:140, 100:160, :3] = (70, 20, 20)
    assert not is_solid_shape(image)


@pytest.mark.parametrize("name", SOURCES)
def test_photographs_show_none(name):
    """Shaded pictures show no solid shape."""
    assert not is_solid_shape(premultiply(SOURCES[name](SIDE)))


@pytest.mark.parametrize("shape", [(1, 1), (16, 16), (3, 300)])
def test_empty_pictures_show_none(shape):
    """A background alone is no shape at any size."""
    assert not is_solid_shape(np.full((*shape, 4), 200, np.uint8))


def test_parts_and_holes_are_counted():
    """Parts that touch by a corner are connected, and a hole subtracts one."""
    ring, corner = box(10, 10, 40, 40) & ~box(20, 20, 30, 30), box(40, 40, 50, 50)
    assert _euler_number(corner) == 1
    assert _euler_number(ring) == 0
    assert _euler_number(ring | corner) == 0
    assert _euler_number(ring | box(60, 60, 70, 70)) == 1
    assert _euler_number(np.zeros((9, 9), bool)) == 0
