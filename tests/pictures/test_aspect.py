"""Another aspect ratio, in bounded memory."""

import time
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diabelli.pictures import fit

sides = st.integers(1, 40)


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize("how", ["crop", "pad"])
def test_the_right_aspect_is_unchanged(how):
    """An image of that aspect ratio is returned unchanged, at any size."""
    image = noise(4, 6, 3)
    assert fit(image, 1024, 1536, how) is image


def test_a_crop_keeps_the_centre():
    """As much is cut from one side as from the other."""
    image = noise(10, 30, 3)
    np.testing.assert_array_equal(fit(image, 1, 1, "crop"), image[:, 10:20])
    tall = noise(30, 10, 3)
    np.testing.assert_array_equal(fit(tall, 1, 1, "crop"), tall[10:20])


def test_padding_with_alpha_is_transparent():
    """An image with alpha gets transparent bars."""
    padded = fit(noise(10, 30, 4), 1, 1, "pad")
    assert padded.shape == (30, 30, 4)
    assert padded[:10].max() == padded[20:].max() == 0


def test_padding_without_alpha_has_the_colour_of_the_edge():
    """Each bar continues the mean colour of the edge that it touches."""
    image = np.zeros((10, 30, 3), np.uint8)
    image[0] = (10, 20, 30)
    image[-1, ::2] = 200
    padded = fit(image, 1, 1, "pad")
    assert np.unique(padded[:10].reshape(-1, 3), axis=0).tolist() == [[10, 20, 30]]
    assert np.unique(padded[20:].reshape(-1, 3), axis=0).tolist() == [[100, 100, 100]]


@given(sides, sides, sides, sides, st.sampled_from(["crop", "pad"]))
def test_the_aspect_is_exact_to_a_pixel(rows, columns, height, width, how):
    """One side or the other is within a pixel of the exact value, and nothing is scaled."""
    image = np.zeros((rows, columns, 3), np.uint8)
    fitted = fit(image, height, width, how)
    new_rows, new_columns = fitted.shape[:2]
    assert (
        abs(new_rows - new_columns * height / width) <= 1
        or abs(new_columns - new_rows * width / height) <= 1
    )
    larger = new_rows >= rows and new_columns >= columns
    smaller = new_rows <= rows and new_columns <= columns
    assert larger if how == "pad" else smaller


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("shape", [(1, 20_000), (20_000, 1), (1, 2_000_000)])
def test_an_image_is_scaled_before_it_is_padded(shape, channels):
    """The bars of an extreme aspect take no more memory than the largest square source."""
    image = np.full((*shape, channels), 200, np.uint8)
    tracemalloc.start()
    started = time.process_time()
    padded = fit(image, 1, 1, "pad")
    assert tracemalloc.get_traced_memory()[1] < 250_000_000
    tracemalloc.stop()
    assert time.process_time() - started < 2
    assert padded.shape == (5000, 5000, channels)
    assert padded[2499, 2499, :3].tolist() == [200, 200, 200]


@pytest.mark.parametrize("how", ["crop", "pad"])
@pytest.mark.parametrize("shape", [(1, 25_000), (25_000, 1), (300, 300), (301, 200), (64, 128)])
def test_the_longest_side_is_bounded(shape, how):
    """The result has at most `max_side` pixels a side, with the aspect asked for."""
    fitted = fit(np.full((*shape, 3), 9, np.uint8), 1, 1, how, max_side=100)
    assert fitted.shape[0] == fitted.shape[1] <= 100
    assert (fitted == 9).all()


def test_a_wide_result_is_bounded_too():
    """Neither a side of the image nor a bar exceeds `max_side`."""
    for shape in [(10, 5000), (5000, 10), (400, 400)]:
        for height, width in [(1, 2), (2, 1), (3, 500), (500, 3)]:
            for how in ("crop", "pad"):
                fitted = fit(noise(*shape, 4), height, width, how, max_side=256)
                assert max(fitted.shape[:2]) <= 256
