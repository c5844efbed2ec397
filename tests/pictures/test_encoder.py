"""Encoding: formats, quality, the mark, and JPEG without alpha."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from diabelli.errors import InvalidParameter
from diabelli.pictures import ANY, decode, encode, format_of


def ramp(channels: int) -> np.ndarray:
    """A smooth image, which lossy formats keep well."""
    across = np.linspace(0, 255, 64).astype(np.uint8)
    return np.dstack([np.tile(across, (64, 1))] * channels)


@pytest.mark.parametrize("output_format", ["png", "webp", "jpeg"])
def test_every_format_can_be_read_back(output_format):
    """The decoded picture is nearly the encoded one."""
    read = decode(encode(ramp(3), output_format), ANY)
    assert np.abs(read.astype(int) - ramp(3)).max() <= 8


@pytest.mark.parametrize("output_format", ["png", "webp"])
def test_alpha_is_kept_where_the_format_has_it(output_format):
    """PNG and WebP keep alpha exactly."""
    read = decode(encode(ramp(4), output_format), ANY)
    np.testing.assert_array_equal(read[..., 3], ramp(4)[..., 3])


def test_jpeg_lays_alpha_on_white():
    """Transparent pixels become white, half transparent ones paler."""
    image = np.zeros((8, 16, 4), np.uint8)
    image[:, 8:, 3] = 128
    read = decode(encode(image, "jpeg", quality=100), ANY)
    assert read[0, 0].tolist() == [255, 255, 255]
    assert abs(int(read[0, 12, 0]) - 127) <= 2


@pytest.mark.parametrize("output_format", ["webp", "jpeg"])
def test_a_higher_quality_is_a_larger_file(output_format):
    """The whole range is accepted."""
    image = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    sizes = [len(encode(image, output_format, quality=quality)) for quality in (0, 50, 100)]
    assert sizes == sorted(set(sizes))


@pytest.mark.parametrize("output_format", ["png", "webp", "jpeg"])
def test_every_format_has_the_mark(output_format):
    """The XMP packet is in the standard place of each format."""
    with Image.open(BytesIO(encode(ramp(3), output_format, xmp=b"<x:xmpmeta/>"))) as read:
        assert read.info["xmp"] == b"<x:xmpmeta/>"


@pytest.mark.parametrize(
    ("path", "output_format"),
    [("a.png", "png"), ("b/a.JPG", "jpeg"), ("a.jpeg", "jpeg"), ("a.b.webp", "webp")],
)
def test_a_suffix_selects_a_format(path, output_format):
    """Case does not matter."""
    assert format_of(path) == output_format


@pytest.mark.parametrize("path", ["a", "a.gif", "png"])
def test_other_suffixes_are_refused(path):
    """The message lists the accepted suffixes."""
    with pytest.raises(InvalidParameter, match=r"\.png, \.webp, \.jpg, \.jpeg"):
        format_of(path)
