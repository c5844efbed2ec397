"""JPEG sources: scans are bounded, the end is optional, and XMP rotates nothing."""

import time
from io import BytesIO

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageOps

from diabelli.errors import InvalidPicture
from diabelli.pictures import ANY, LOCAL, decode
from oracles.picture_files import exif, jpeg_with_scans, profile, saved, segment

XMP = (
    b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF "
    b"xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about='' "
    b"xmlns:tiff='http://ns.adobe.com/tiff/1.0/' tiff:Orientation='6'/></rdf:RDF></x:xmpmeta>"
)


def picture(width: int = 48, height: int = 32, mode: str = "RGB") -> Pillow.Image:
    rng = np.random.default_rng(2)
    small = rng.integers(0, 256, (height // 8, width // 8, 3), np.uint8)
    return Pillow.fromarray(small).resize((width, height)).convert(mode)


def with_segments(data: bytes, *segments: bytes) -> bytes:
    return data[:2] + b"".join(segments) + data[2:]


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_every_kind_is_read(mode, progressive):
    """Pixels are those of Pillow."""
    data = saved(picture(mode=mode), "JPEG", progressive=progressive)
    with Pillow.open(BytesIO(data)) as read:
        np.testing.assert_array_equal(decode(data, ANY), np.asarray(read.convert("RGB")))


@pytest.mark.parametrize("limits", [ANY, LOCAL], ids=["any", "local"])
def test_scans_are_bounded(limits):
    """A small file with a thousand scans of 25 megapixels is refused before decoding."""
    data = jpeg_with_scans(5000, 1000)
    assert len(data) < 100_000
    started = time.process_time()
    with pytest.raises(InvalidPicture, match="more than the 100 scans that are accepted"):
        decode(data, limits)
    assert time.process_time() - started < 0.5


def test_as_many_scans_as_encoders_write_are_read():
    """The limit is far above usual progressive files, and the work up to it is bounded."""
    started = time.process_time()
    assert decode(jpeg_with_scans(2000, 99), ANY).shape == (2000, 2000, 3)
    assert time.process_time() - started < 5


def test_segments_are_bounded():
    """Millions of empty segments are not looped over."""
    data = with_segments(saved(picture(), "JPEG"), segment(0xE5, b"") * 70_000)
    with pytest.raises(InvalidPicture, match="more than the 65536 segments"):
        decode(data, ANY)


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
def test_the_end_is_optional(mode, options):
    """Without its end marker, a file with all of its pixels gives the same picture."""
    data = saved(picture(mode=mode), "JPEG", **options)
    assert data.endswith(b"\xff\xd9")
    for cut in (data[:-2], data[:-1], data[:-2] + b"\xff"):
        np.testing.assert_array_equal(decode(cut, ANY), decode(data, ANY))


@pytest.mark.parametrize("share", [0.4, 0.6, 0.8, 0.95])
@pytest.mark.parametrize("options", [{}, {"progressive": True}])
def test_missing_pixels_are_not_made_up(share, options):
    """A file without its end is refused if pixels are missing."""
    noise = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    data = saved(Pillow.fromarray(noise), "JPEG", quality=90, **options)
    with pytest.raises(InvalidPicture):
        decode(data[: int(share * len(data))], ANY)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotates(orientation):
    """All eight orientations agree with Pillow."""
    data = with_segments(saved(picture(), "JPEG"), segment(0xE1, exif(orientation)))
    with Pillow.open(BytesIO(data)) as read:
        expected = np.asarray(ImageOps.exif_transpose(read))
    np.testing.assert_array_equal(decode(data, ANY), expected)


@pytest.mark.parametrize("block", [exif(0), exif(9), exif(6)[:20], b"Exif\0\0", b"Exif\0\0II*\0"])
def test_damaged_exif_is_ignored(block):
    """No warning, no rotation."""
    plain = saved(picture(), "JPEG")
    data = with_segments(plain, segment(0xE1, block))
    np.testing.assert_array_equal(decode(data, ANY), decode(plain, ANY))


@pytest.mark.parametrize("blocks", [(XMP,), (XMP, exif(1)), (exif(1), XMP)])
def test_xmp_never_rotates(blocks):
    """XMP's orientation is ignored, with and without EXIF."""
    plain = saved(picture(), "JPEG")
    data = with_segments(plain, *(segment(0xE1, block) for block in blocks))
    np.testing.assert_array_equal(decode(data, ANY), decode(plain, ANY))


def test_large_profiles_work():
    """A profile over 1 MiB is put together from its segments."""
    plain = saved(picture(), "JPEG", quality=95)
    parts = [profile(1.0, 1_100_000)[at : at + 60_000] for at in range(0, 1_101_000, 60_000)]
    segments = [
        segment(0xE2, b"ICC_PROFILE\0" + bytes([number, len(parts)]) + part)
        for number, part in enumerate(parts, 1)
    ]
    light = decode(plain, ANY) / 255
    expected = 255 * np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    assert np.abs(decode(with_segments(plain, *segments), ANY) - expected).max() <= 2


def test_a_file_without_a_frame_is_refused():
    """The message does not depend on Pillow."""
    with pytest.raises(InvalidPicture, match="it has no picture"):
        decode(b"\xff\xd8" + segment(0xFE, b"x") + b"\xff\xd9", ANY)
