"""Sources that Pillow reads row by row: bounded time for any width."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PIL import Image as Pillow

from diabelli.pictures import LOCAL, decode
from oracles.picture_files import saved, webp_on_canvas

PIXELS = 1 << 24


def wide(kind: str) -> bytes:
    """Return a picture of one row."""
    if kind == "WEBP":
        return webp_on_canvas(PIXELS, 1)
    return saved(Pillow.fromarray(np.zeros((1, PIXELS, 3), np.uint8)), kind)


@pytest.mark.parametrize("kind", ["WEBP", "BMP", "PPM", "TIFF"])
def test_a_row_of_millions_of_pixels_takes_no_longer_than_a_square(kind: str) -> None:
    """Pillow would copy what it has read of a row with every further piece."""
    side = round(PIXELS**0.5)
    square = saved(Pillow.fromarray(np.zeros((side, side, 3), np.uint8)), kind)
    assert decode(wide(kind), LOCAL).shape[:2] == (1, PIXELS)
    assert cpu_s(wide(kind)) < 3 * cpu_s(square) + 0.2


def cpu_s(data: bytes) -> float:
    started = time.thread_time()
    decode(data, LOCAL)
    return time.thread_time() - started
