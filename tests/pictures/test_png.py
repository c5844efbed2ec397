"""The PNG encoder, against Pillow."""

import threading
import zlib
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


def sensitive_data() -> bytes:
    """Data in which every 32 KiB repeat a string that a wrong hash of the third byte may find.

    ISA-L does not hash the string at its first place, which is in the last bytes of a match.
    """
    windows = 1024
    lines = np.zeros((8 * windows, 4096), np.uint8)
    lines[:, 0] = 2
    lines[7:-1:8, -5:] = 9, 8, 7, 6, 5
    pairs = np.arange(windows)[:, np.newaxis] // (1, 200) % 200 + 10
    lines[0::8, 4:6] = pairs
    lines[2::8, 100] = 4
    lines[2::8, 103:105] = pairs
    return lines.tobytes()


def test_the_bytes_do_not_depend_on_the_thread():
    """Threads with stacks at 200 addresses compress the same data to the same bytes."""
    data, made, all_started = sensitive_data(), set(), threading.Barrier(200)

    def compress() -> None:
        all_started.wait()
        made.add(b"".join(png.deflate(data)))

    threads = [threading.Thread(target=compress) for _ in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 1


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 100_000])
def test_compressed_data_unpack_to_the_same(size):
    """The standard library unpacks data of any length."""
    data = noise(size).tobytes()
    assert zlib.decompress(b"".join(png.deflate(data))) == data
