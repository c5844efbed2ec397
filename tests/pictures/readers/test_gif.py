"""GIF sources: the first frame on a transparent canvas, in bounded time."""

import time

import numpy as np
import pytest
from PIL import Image as Pillow

from diabelli.errors import InvalidPicture, PictureTooLarge
from diabelli.pictures import ANY, decode
from oracles.picture_files import gif, saved

PALETTE = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [90, 90, 90]])


@pytest.mark.parametrize("key", [None, 1])
@pytest.mark.parametrize("box", [(0, 0, 6, 5), (2, 1, 6, 5), (4, 3, 6, 5), (0, 0, 10, 8)])
def test_the_canvas_around_a_frame_is_transparent(box, key):
    """Inside of the frame, the palette and its transparent entry count."""
    left, top, width, height = box
    image = decode(gif(box, (10, 8), key=key), ANY)
    indices = np.arange(width * height).reshape(height, width) % 4
    expected = np.zeros((8, 10), int)
    expected[top : top + height, left : left + width] = np.where(indices == key, 0, 255)
    alpha = image[..., 3] if image.shape[2] == 4 else np.full((8, 10), 255)
    np.testing.assert_array_equal(alpha, expected)
    inside = image[top : top + height, left : left + width, :3]
    opaque = indices != key
    np.testing.assert_array_equal(inside[opaque], PALETTE[indices[opaque]])


def test_a_frame_may_be_larger_than_its_canvas():
    """The canvas grows, as in browsers; the limit on pixels holds for it."""
    assert decode(gif((3, 2, 8, 8), (8, 8)), ANY).shape == (10, 11, 4)
    with pytest.raises(PictureTooLarge):
        decode(gif((60_000, 60_000, 8, 8), (8, 8)), ANY)


def extended(data: bytes, extension: bytes) -> bytes:
    """The GIF with an extension before its first frame."""
    at = data.index(b"\x2c" + bytes(4))
    return data[:at] + extension + data[at:]


@pytest.mark.parametrize("label", [0xFE, 0xFF, 0x01, 0x77])
def test_extensions_cost_nothing(label):
    """Megabytes of comments are skipped, and never put together."""
    plain = gif((0, 0, 9, 9), (9, 9))
    blocks = (b"\xff" + bytes(255)) * 90_000
    started = time.process_time()
    image = decode(extended(plain, bytes([0x21, label]) + blocks + b"\0"), ANY)
    assert time.process_time() - started < 1
    np.testing.assert_array_equal(image, decode(plain, ANY))


def test_blocks_are_bounded():
    """Blocks of one byte are not looped over for ever."""
    data = extended(gif((0, 0, 9, 9), (9, 9)), b"\x21\xfe" + b"\1x" * 300_000 + b"\0")
    with pytest.raises(InvalidPicture, match="more than the 262144 data blocks"):
        decode(data, ANY)


def test_a_missing_trailer_is_no_damage():
    """The first frame is whole."""
    plain = gif((0, 0, 9, 9), (9, 9))
    np.testing.assert_array_equal(decode(plain.removesuffix(b";"), ANY), decode(plain, ANY))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_file_cut_short_is_refused(share):
    """Pixels that are missing are not made up."""
    noise = np.random.default_rng(1).integers(0, 256, (40, 40), np.uint8)
    data = saved(Pillow.fromarray(noise), "GIF")
    with pytest.raises(InvalidPicture):
        decode(data[: int(share * len(data))], ANY)
