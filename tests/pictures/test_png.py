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
def test_pillow_decodes_the_same_pixels(size, channels):
    """Pillow returns the same bytes for every size and kind."""
    image = noise(*size, channels)
    with Image.open(BytesIO(png.encode_png(image))) as read:
        np.testing.assert_array_equal(np.asarray(read), image)


def test_images_of_any_memory_layout_are_written():
    """A view with other strides is written correctly."""
    image = noise(20, 30, 3)[::2, ::-1]
    with Image.open(BytesIO(png.encode_png(image))) as read:
        np.testing.assert_array_equal(np.asarray(read), image)


def test_the_xmp_packet_is_an_itxt_chunk():
    """It is uncompressed, has Adobe's keyword, and precedes the pixels."""
    written = png.encode_png(noise(2, 2, 3), "<x>é</x>".encode())
    assert written.index(b"iTXt") < written.index(b"IDAT")
    with Image.open(BytesIO(written)) as read:
        assert read.info["xmp"] == "<x>é</x>".encode()
