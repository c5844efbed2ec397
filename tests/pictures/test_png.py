"""PNG by the chunk, against Pillow."""

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from diabelli.errors import InvalidPicture
from diabelli.pictures import png


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


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
    """A view with strides of its own is written as it looks."""
    image = noise(20, 30, 3)[::2, ::-1]
    with Image.open(BytesIO(png.encode_png(image))) as read:
        np.testing.assert_array_equal(np.asarray(read), image)


def test_the_xmp_packet_is_found_where_readers_look_for_it():
    """The packet is an uncompressed iTXt chunk under Adobe's keyword, before the pixels."""
    written = png.encode_png(noise(2, 2, 3), "<x>é</x>".encode())
    assert written.index(b"iTXt") < written.index(b"IDAT")
    with Image.open(BytesIO(written)) as read:
        assert read.info["xmp"] == "<x>é</x>".encode()


def test_essence_keeps_the_picture_alone():
    """Text, unknown chunks, animation and what follows the end are dropped; the rest stays."""
    plain = png.encode_png(noise(4, 4, 3))
    text = chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(1000)))
    stuffed = plain.replace(b"\x00\x00\x00\x01sRGB", text + b"\x00\x00\x00\x01sRGB")
    assert stuffed != plain
    assert png.strip_ancillary_chunks(stuffed + b"trailing") == plain


def test_essence_drops_an_optional_chunk_with_a_wrong_checksum():
    """A damaged chunk that browsers would skip is skipped."""
    plain = png.encode_png(noise(4, 4, 3))
    gamma = bytearray(chunk(b"gAMA", struct.pack(">I", 100000)))
    gamma[-1] ^= 1
    start = plain.index(b"\x00\x00\x00\x01sRGB")
    assert png.strip_ancillary_chunks(plain[:start] + bytes(gamma) + plain[start:]) == plain


def test_essence_refuses_damaged_pixels():
    """One flipped bit among the pixels is noticed by the checksum."""
    data = bytearray(png.encode_png(noise(8, 8, 3)))
    data[data.index(b"IDAT") + 30] ^= 1
    with pytest.raises(InvalidPicture, match="checksum in its IDAT"):
        png.strip_ancillary_chunks(bytes(data))


def test_essence_refuses_a_file_cut_anywhere():
    """No beginning of a PNG passes for a whole one, not even without its last byte."""
    data = png.encode_png(noise(3, 3, 4))
    for end in range(len(png.SIGNATURE), len(data)):
        with pytest.raises(InvalidPicture):
            png.strip_ancillary_chunks(data[:end])
