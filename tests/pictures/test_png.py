"""The PNG encoder, against Pillow."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from diabelli.pictures import png


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize("channels", [3, 4])
@pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 1), (33, 65), (256, 256)])
def test_pillow_reads_back_what_is_written(size, channels):
    """Every size and kind that is written comes back from Pillow byte for byte."""
    image = noise(*size, channels)
    with Image.open(BytesIO(png.encode_png(image))) as read:
        np.testing.assert_array_equal(np.asarray(read), image)


def test_images_of_any_memory_layout_are_written():
    """A view with other strides is written correctly."""
    image = noise(20, 30, 3)[::2, ::-1]
    with Image.open(BytesIO(png.encode_png(image))) as read:
        np.testing.assert_array_equal(np.asarray(read), image)


def test_the_xmp_packet_is_found_where_readers_look_for_it():
    """The packet is an uncompressed iTXt chunk under Adobe's keyword, before the pixels."""
    written = png.encode_png(noise(2, 2, 3), "<x>é</x>".encode())
    assert written.index(b"iTXt") < written.index(b"IDAT")
    with Image.open(BytesIO(written)) as read:
        assert read.info["xmp"] == "<x>é</x>".encode()
