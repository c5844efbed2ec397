"""AVIF sources: code points of colours, and frames counted before decoding."""

import struct
import time

import numpy as np
import pytest
from PIL import Image as Pillow

from diabelli.errors import InvalidPicture
from diabelli.pictures import ANY, decode
from diabelli.pictures.colour import _upright
from diabelli.pictures.readers.avif import is_avif, read_facts
from oracles.colour_spaces import shown
from oracles.picture_files import avif, exif, profile, saved

SPACES = {
    (1, 13): "srgb",
    (1, 1): "srgb",
    (1, 6): "srgb",
    (2, 2): "srgb",
    (2, 13): "srgb",
    (12, 13): "p3",
    (12, 1): "p3",
    (12, 2): "p3",
    (9, 16): "pq",
    (9, 18): "hlg",
    (12, 16): "p3 pq",
    (1, 8): "linear",
    (3, 13): "srgb",
    (1, 3): "srgb",
}


@pytest.mark.parametrize("points", SPACES)
def test_colours_are_those_of_the_code_points(points):
    """Cameras' transfer functions count as that of sRGB, as in browsers."""
    samples = np.random.default_rng(1).integers(20, 236, (4, 4, 3), np.uint8)
    pixels = samples.repeat(4, axis=0).repeat(4, axis=1)
    plain = decode(avif(pixels, 1, 13), ANY)
    assert np.abs(plain.astype(int) - pixels).max() <= 3
    image = decode(avif(pixels, *points), ANY)
    assert np.abs(image - shown(plain, SPACES[points])).max() <= 0.75


def test_a_profile_precedes_the_code_points():
    """As in browsers."""
    pixels = np.full((16, 16, 3), 90, np.uint8)
    data = saved(Pillow.fromarray(pixels), "AVIF", quality=100, icc_profile=profile(1.0))
    at = data.index(b"colrnclx") + 8
    data = data[:at] + struct.pack(">HH", 12, 16) + data[at + 4 :]
    assert np.abs(decode(data, ANY) - shown(pixels, "linear")).max() <= 3


@pytest.mark.parametrize("frames", [1, 3])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
@pytest.mark.parametrize("size", [(16, 16), (1000, 700)])
def test_ordinary_files_code_few_pixels(size, mode, frames):
    """Colour and alpha, as an item and as a track."""
    picture = Pillow.new(mode, size, 9)
    options = {"save_all": True, "append_images": [picture] * (frames - 1)} if frames > 1 else {}
    data = saved(picture, "AVIF", speed=10, **options)
    assert is_avif(data)
    coded = read_facts(data).coded_pixels
    assert size[0] * size[1] <= coded <= 4 * size[0] * size[1]
    assert decode(data, ANY).shape[:2] == size[::-1]


def with_item(data: bytes, item: bytes) -> bytes:
    """The AVIF with other bytes for its first item."""
    at = data.index(b"iloc") + 4 + 14
    return data[:at] + struct.pack(">II", len(data), len(item)) + data[at + 8 :] + item


def first_item(data: bytes) -> bytes:
    at = data.index(b"iloc") + 4
    offset, length = struct.unpack(">II", data[at + 14 : at + 22])
    return data[offset : offset + length]


@pytest.mark.parametrize("times", [20, 5000])
def test_hidden_frames_are_counted(times):
    """A decoder would decode each of them before it shows one."""
    data = saved(Pillow.new("RGB", (1500, 1500), 9), "AVIF", speed=10)
    item = first_item(data)
    header = 2 + item[1] if item[0] == 0x0A else 4 + item[3]
    bomb = with_item(data, item[:header] + item[header:] * times)
    started = time.process_time()
    with pytest.raises(InvalidPicture, match="pixels for a picture of 1500x1500"):
        decode(bomb, ANY)
    assert time.process_time() - started < 1


def test_frames_larger_than_the_picture_are_counted():
    """Boxes may declare another size than the frames have."""
    large = first_item(saved(Pillow.new("RGB", (3000, 3000), 9), "AVIF", speed=10))
    small = saved(Pillow.new("RGB", (16, 16), 9), "AVIF", speed=10)
    with pytest.raises(InvalidPicture):
        decode(with_item(small, large), ANY)
    assert read_facts(with_item(small, large)).coded_pixels >= 9_000_000


def test_boxes_are_bounded():
    """Millions of empty boxes are not looped over."""
    data = saved(Pillow.new("RGB", (16, 16)), "AVIF")
    with pytest.raises(InvalidPicture, match="more than the 16384 boxes"):
        decode(data + (struct.pack(">I", 8) + b"free") * 20_000, ANY)


def test_damaged_files_are_refused_in_time():
    """No byte that is altered makes parsing fail otherwise or hang."""
    whole = saved(Pillow.new("RGB", (16, 16), 9), "AVIF")
    rng = np.random.default_rng(1)
    for _ in range(300):
        data = bytearray(whole)
        for at in rng.integers(0, len(data), 3):
            data[at] = rng.integers(0, 256)
        try:
            decode(bytes(data), ANY)
        except InvalidPicture:
            continue


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_rotate_and_exif_does_not(orientation):
    """EXIF that disagrees with the boxes, or is damaged, is ignored."""
    pixels = np.random.default_rng(1).integers(0, 256, (3, 2, 3), np.uint8)
    picture = Pillow.fromarray(pixels.repeat(16, axis=0).repeat(16, axis=1))
    upright = decode(saved(picture, "AVIF", quality=100), ANY)
    data = saved(picture, "AVIF", quality=100, exif=exif(orientation))
    image = decode(data, ANY)
    expected = _upright(upright, orientation)
    assert np.abs(image.astype(int) - expected).max() <= 8
    for block in (exif(6)[6:], exif(3)[6:], b"nonsense".ljust(len(exif(6)) - 6, b"!")):
        other = data.replace(exif(orientation)[6:], block)
        np.testing.assert_array_equal(decode(other, ANY), image)
