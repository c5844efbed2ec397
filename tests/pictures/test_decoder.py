"""Decoding: limits are checked first, hostile files are refused, every input type is accepted."""

import struct
import subprocess
import sys
import time
import tracemalloc
import warnings
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from diabelli import pictures
from diabelli.errors import (
    InvalidPicture,
    MemoryUnavailable,
    NotSquare,
    PictureTooLarge,
    TooManyPixels,
)
from diabelli.pictures import ANY, LOCAL, OPENAI, decode, to_image
from diabelli.pictures.png import SIGNATURE


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, pixels: bytes, *extra: bytes) -> bytes:
    """Return an RGB PNG built by hand; `pixels` include the filter bytes."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(pixels))
    return SIGNATURE + header + b"".join(extra) + data + chunk(b"IEND", b"")


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, shape, np.uint8)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def test_a_bomb_is_refused_before_decompression():
    """A header of 900 million pixels costs neither time nor memory."""
    bomb = png(30_000, 30_000, bytes(100_000))
    tracemalloc.start()
    started = time.perf_counter()
    with pytest.raises(PictureTooLarge, match="30000x30000 pixels, more than the 25000000"):
        decode(bomb, OPENAI)
    assert time.perf_counter() - started < 0.5
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "GIF"])
def test_too_many_pixels_are_refused_in_every_format(kind):
    """The limit on pixels holds in every format."""
    rules = pictures.DecodeLimits(formats=ANY.formats, max_bytes=10**6, max_pixels=99, square=False)
    with pytest.raises(PictureTooLarge, match="10x10 pixels, more than the 99"):
        decode(saved(Image.new("RGB", (10, 10)), kind), rules)


def test_pillow_s_own_bomb_warning_counts_as_too_large():
    """A format whose header only Pillow reads is refused by Pillow's own limit."""
    header = b"GIF89a" + struct.pack("<HHBBB", 65_535, 65_535, 0, 0, 0)
    frame = b"," + struct.pack("<HHHHB", 0, 0, 65_535, 65_535, 0) + b"\2\2\x4c\1\0;"
    with pytest.raises(PictureTooLarge):
        decode(header + frame, ANY)


def test_text_is_never_decompressed():
    """A megabyte of text that decompresses to a gigabyte is skipped."""
    bomb = chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(50_000_000)))
    started = time.perf_counter()
    assert decode(png(1, 1, bytes(4), *[bomb] * 20), OPENAI).shape == (1, 1, 3)
    assert time.perf_counter() - started < 0.5


def test_the_size_of_a_colour_profile_is_bounded():
    """A profile larger than any real one is ignored, and never completely in memory."""
    bomb = chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(50_000_000)))
    tracemalloc.start()
    assert decode(png(1, 1, bytes(4), bomb), OPENAI).shape == (1, 1, 3)
    assert tracemalloc.get_traced_memory()[1] < 40_000_000
    tracemalloc.stop()


def test_four_megabytes_are_too_many():
    """4 MB is 4 * 1024 * 1024 bytes, and the limit is strict."""
    small = png(1, 1, bytes(4))
    full = small + bytes(4 * 1024 * 1024 - len(small))
    assert decode(full[:-1], OPENAI).shape == (1, 1, 3)
    with pytest.raises(PictureTooLarge, match="4194304 bytes"):
        decode(full, OPENAI)


def test_openais_rule_requires_a_square():
    """The message states the width and the height, in that order."""
    with pytest.raises(NotSquare, match="got 4x3") as caught:
        decode(pictures.encode(noise(3, 4, 3), "png"), OPENAI)
    assert (caught.value.width, caught.value.height) == (4, 3)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "GIF", "BMP"])
def test_openais_rule_accepts_only_png(kind):
    """The format is that of the bytes, not of a file name."""
    with pytest.raises(InvalidPicture, match="cannot be read as one of PNG"):
        decode(saved(Image.new("RGB", (8, 8)), kind), OPENAI)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "GIF"])
def test_the_wider_rule_accepts_formats_of_browsers(kind):
    """Every format of the rule is read, in any shape."""
    assert decode(saved(Image.new("RGB", (9, 8)), kind), ANY).shape == (8, 9, 3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF", "GIF"])
@pytest.mark.parametrize("share", [0.1, 0.5])
def test_a_truncated_file_is_said_to_be_cut_short(kind, share):
    """Not to be of another format, nor to have had no pixels."""
    data = saved(Image.fromarray(noise(64, 64, 3)), kind)
    with pytest.raises(InvalidPicture, match=r"cut short|truncated"):
        decode(data[: round(share * len(data))], ANY)
    with pytest.raises(InvalidPicture, match=r"cut short|truncated"):
        decode(data[:30], ANY)


def test_a_format_that_is_not_accepted_is_not_said_to_be_cut_short():
    """More bytes would not help."""
    data = saved(Image.fromarray(noise(64, 64, 3)), "WEBP")
    with pytest.raises(InvalidPicture, match="one of PNG"):
        decode(data[:1000], OPENAI)


@pytest.mark.parametrize("rules", [OPENAI, ANY, LOCAL])
def test_an_empty_file_is_said_to_be_empty(rules):
    """It has no format."""
    with pytest.raises(InvalidPicture, match="empty: it has 0 bytes"):
        decode(b"", rules)


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n", b"hello", b"<svg/>", bytes(1000)])
@pytest.mark.parametrize("rules", [OPENAI, ANY, LOCAL])
def test_other_files_are_refused(data, rules):
    """The message is that of Diabelli, not of Pillow."""
    with pytest.raises(InvalidPicture):
        decode(data, rules)


@pytest.mark.parametrize("kept", [0, 1, 50, 2000])
def test_compressed_pixels_that_end_early_are_refused(kept):
    """Missing pixels are not invented, even if every checksum is right."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 100, 100, 8, 2, 0, 0, 0))
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in noise(100, 300)))[:kept]
    with pytest.raises(InvalidPicture, match="damaged"):
        decode(SIGNATURE + header + chunk(b"IDAT", data) + chunk(b"IEND", b""), OPENAI)


@pytest.mark.parametrize("size", [(0, 5), (5, 0)])
def test_a_picture_without_pixels_is_refused(size):
    """A side of length zero is refused."""
    with pytest.raises(InvalidPicture, match="no pixels"):
        decode(png(*size, b""), ANY)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
def test_a_file_cut_short_is_refused(kind):
    """Half a file is no picture."""
    whole = saved(Image.fromarray(noise(64, 64, 3)), kind)
    with pytest.raises(InvalidPicture):
        decode(whole[: len(whole) // 2], ANY)


@settings(max_examples=300, deadline=1000)
@given(st.data())
def test_damage_gives_a_picture_or_invalid_picture(data):
    """If bytes are altered, the result is a picture or `InvalidPicture`."""
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]))
    whole = bytearray(saved(Image.fromarray(noise(12, 12, 3)), kind))
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    try:
        with warnings.catch_warnings(action="ignore"):
            image = decode(bytes(whole), ANY)
    except InvalidPicture:
        return
    assert image.dtype == np.uint8
    assert image.ndim == 3


def test_paths_bytes_pillow_images_and_arrays_are_converted(tmp_path):
    """Every input type of one picture gives the same image."""
    image = noise(5, 6, 4)
    data = pictures.encode(image, "png")
    path = tmp_path / "a.png"
    path.write_bytes(data)
    for form in (path, str(path), data, Image.fromarray(image), image):
        np.testing.assert_array_equal(to_image(form), image)


def test_grey_arrays_become_colour():
    """(row, column) and (row, column, 1) are both grey."""
    grey = noise(4, 5)
    expected = np.dstack([grey] * 3)
    np.testing.assert_array_equal(to_image(grey), expected)
    np.testing.assert_array_equal(to_image(grey[..., np.newaxis]), expected)


def test_the_caller_s_array_is_not_shared():
    """Later changes of the array do not change the image."""
    array = noise(4, 4, 3)
    image = to_image(array)
    before = image.copy()
    array[:] = 0
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize(
    "array", [np.zeros((4, 4)), noise(4, 4, 2), noise(0, 4, 3), noise(4), noise(2, 4, 4, 3)]
)
def test_other_arrays_are_refused(array):
    """The message lists the accepted arrays."""
    with pytest.raises(InvalidPicture, match="accepted"):
        to_image(array)


@pytest.mark.parametrize("shape", [(300, 200), (200, 300), (100, 9), (64, 64)])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "LA"])
def test_a_source_is_scaled_right_after_decoding(mode, shape):
    """The shorter side is bounded, the aspect ratio stays, and smaller sources keep every pixel."""
    channels = len(mode) if mode != "L" else 1
    samples = noise(*shape, channels)
    data = saved(Image.fromarray(samples.squeeze()).convert(mode), "PNG")
    image = decode(data, LOCAL, max_short_side=50)
    whole = decode(data, LOCAL)
    assert min(image.shape[:2]) == min(50, *shape)
    assert abs(image.shape[0] / image.shape[1] - shape[0] / shape[1]) < 0.05
    assert image.shape[2] == whole.shape[2]
    assert np.abs(image[..., :3].mean(axis=(0, 1)) - whole[..., :3].mean(axis=(0, 1))).max() < 25
    if min(shape) <= 50:
        np.testing.assert_array_equal(image, whole)


def test_transparent_pixels_do_not_bleed_into_a_scaled_source():
    """Alpha weighs the colours."""
    samples = np.zeros((400, 400, 4), np.uint8)
    samples[::2] = (200, 10, 10, 255)
    image = decode(pictures.encode(samples, "png"), LOCAL, max_short_side=100)
    assert image[50, 50, 0] >= 195


def floats(samples: np.ndarray) -> bytes:
    return saved(Image.fromarray(samples.astype(np.float32)), "TIFF")


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([[0.0, 0.5, 1.0]], [0, 128, 255]),
        ([[0.0, 0.25, 1.5]], [0, 64, 255]),
        ([[0.0, 128.0, 255.0]], [0, 128, 255]),
        ([[-1.0, 0.5, np.nan]], [0, 128, 0]),
        ([[0.0, np.inf, 1.0]], [0, 0, 255]),
    ],
)
def test_float_pictures_are_scaled(samples, expected):
    """Samples of 0..1 are not black; those of 0..255 stay."""
    array = np.array(samples, np.float32)
    for image in (decode(floats(array), LOCAL), to_image(Image.fromarray(array))):
        assert image[0, :, 0].tolist() == expected


FAILURES = [MemoryError(), OSError("out of memory error when reading image file")]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "AVIF", "GIF"])
@pytest.mark.parametrize("failure", FAILURES, ids=["MemoryError", "OSError"])
def test_too_little_memory_is_a_server_error(kind, failure, monkeypatch):
    """Pillow raises MemoryError, or reports the failed allocation as damage."""
    data = saved(Image.new("RGB", (64, 64)), kind)

    def load(self: object) -> None:
        raise failure

    def empty(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", load)
    monkeypatch.setattr("diabelli.pictures.decoder.np.empty", empty)
    for read in (lambda: decode(data, ANY), lambda: to_image(data)):
        with pytest.raises(MemoryUnavailable):
            read()


UNDER_A_LIMIT = """
import resource, sys
from diabelli.errors import MemoryUnavailable
from diabelli.pictures import ANY, decode
small, large = sys.stdin.buffer.read(int(sys.argv[1])), sys.stdin.buffer.read()
decode(small, ANY)
taken = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (taken + (50 << 20), -1))
try:
    decode(large, ANY)
except MemoryUnavailable:
    print("memory", decode(small, ANY).shape)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is one of Linux")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_real_limit_on_memory_is_reported(kind):
    """With little address space left, a large picture is a server error."""
    small, large = (saved(Image.new("RGB", (side, side)), kind) for side in (64, 4000))
    code = [sys.executable, "-c", UNDER_A_LIMIT, str(len(small))]
    ended = subprocess.run(code, input=small + large, capture_output=True, timeout=60, check=False)
    assert ended.stdout.decode() == "memory (64, 64, 3)\n", ended.stderr.decode()


def test_a_webp_canvas_is_checked_before_it_is_allocated():
    """A header of 268 million pixels costs nothing."""
    data = bytearray(saved(Image.new("RGB", (8, 8)), "WEBP", lossless=True))
    data[21:25] = (0x3FFF | 0x3FFF << 14).to_bytes(4, "little")
    with pytest.raises(TooManyPixels, match="16384x16384 pixels"):
        decode(bytes(data), ANY)
