"""PNG sources: every depth, colour type and chunk, against values of the specifications."""

import struct
import time
import zlib
from io import BytesIO

import numpy as np
import pytest
from PIL import Image as Pillow

from diabelli.errors import InvalidPicture
from diabelli.pictures import ANY, LOCAL, OPENAI, decode, encode, to_image
from oracles.colour_spaces import shown
from oracles.picture_files import (
    ADOBE_RGB,
    CHANNELS,
    COLOURS,
    GREY,
    GREY_ALPHA,
    KINDS,
    PALETTE,
    RGB,
    RGB_ALPHA,
    SIGNATURE,
    chrm,
    chunk,
    cicp,
    gama,
    iccp,
    noise,
    png,
    profile,
)

GREY_DEPTHS = (1, 2, 4, 8, 16)


def opened(data: bytes) -> Pillow.Image:
    return Pillow.open(BytesIO(data))


def loaded(data: bytes) -> Pillow.Image:
    picture = opened(data)
    picture.load()
    return picture


@pytest.mark.parametrize("name", COLOURS)
def test_colours_are_those_that_the_specifications_state(name):
    """Chunks count by precedence; malformed, repeated and misplaced ones are ignored."""
    make, space = COLOURS[name]
    samples = noise(RGB, 8, side=16)
    image = decode(make(samples), OPENAI)
    tolerance = 2.0 if "iccp" in name or "profile" in name else 0.75
    assert image.shape == samples.shape
    assert np.abs(image - shown(samples, space)).max() <= tolerance


DEEP = {
    "linear": (gama(1.0),),
    "linear of a profile": (iccp(profile(1.0)),),
    "p3": (cicp(12, 13),),
    "pq": (cicp(9, 16),),
    "adobe": (gama(0.45455), chrm(ADOBE_RGB)),
    "linear before 2.2": (iccp(profile(1.0)), gama(0.45455)),
}


@pytest.mark.parametrize("name", DEEP)
@pytest.mark.parametrize("colour", [GREY, RGB, GREY_ALPHA, RGB_ALPHA])
@pytest.mark.parametrize("most", [3000, 65_536])
def test_colour_spaces_apply_to_all_16_bits(name, colour, most):
    """Shadows of linear light have many levels within one of 8 bits."""
    samples = np.random.default_rng(1).integers(0, most, (16, 16, CHANNELS[colour]))
    if colour in (GREY_ALPHA, RGB_ALPHA):
        samples[..., -1] = 0xFE00
    image = decode(png(samples, colour, 16, *DEEP[name]), OPENAI)
    light = samples[..., :1] if colour in (GREY, GREY_ALPHA) else samples[..., :3]
    expected = shown(np.broadcast_to(light, (16, 16, 3)) / 257, name.split()[0])
    assert np.abs(image[..., :3] - expected).max() <= 0.75
    assert image.shape[2] == 3 or np.unique(image[..., 3]).tolist() == [0xFE]


def test_colour_spaces_apply_to_all_16_bits_of_interlaced_pictures():
    """A picture of one pixel has one pass."""
    samples = np.full((1, 1, 2), 1234)
    samples[..., 1] = 65_535
    data = bytearray(png(samples, GREY_ALPHA, 16, gama(1.0)))
    data[28] = 1
    data[29:33] = zlib.crc32(data[12:29]).to_bytes(4, "big")
    expected = shown(np.full(3, 1234) / 257, "linear")
    assert np.abs(decode(bytes(data), OPENAI) - expected).max() <= 0.75


@pytest.mark.parametrize("name", ["cicp p3", "gama and chrm", "cicp pq"])
def test_an_unread_pillow_picture_has_the_colours_of_its_file(name):
    """A Pillow image that was only opened is decoded like its file."""
    data = COLOURS[name][0](noise(RGB, 8))
    np.testing.assert_array_equal(to_image(opened(data)), decode(data, LOCAL))


@pytest.mark.parametrize("door", [lambda data: decode(data, OPENAI), lambda d: to_image(opened(d))])
@pytest.mark.parametrize("high", [0, 0x100, 0xFF00])
@pytest.mark.parametrize("bits", GREY_DEPTHS)
def test_every_grey_level_can_be_transparent(bits, high, door):
    """The key has the file's depth; bits above it are masked."""
    samples = np.arange(256).reshape(16, 16, 1) % 2**bits * (257 if bits == 16 else 1)
    for key in sorted({0, 1, 2**bits - 1, int(samples[3, 3, 0])}):
        if bits == 16 and high:
            continue
        body = struct.pack(">H", key | (high if bits <= 8 else 0))
        image = door(png(samples, GREY, bits, chunk(b"tRNS", body)))
        expected = np.where(samples[..., 0] == key, 0, 255)
        alpha = image[..., 3] if image.shape[2] == 4 else np.full((16, 16), 255)
        np.testing.assert_array_equal(alpha, expected, err_msg=str(key))


@pytest.mark.parametrize("bits", GREY_DEPTHS)
def test_a_loaded_pillow_picture_keeps_its_transparent_grey(bits):
    """Pillow stretches the samples, not the key: both are compared in the same depth."""
    samples = np.arange(256).reshape(16, 16, 1) % 2**bits
    for key in (0, 1, 2**bits - 1):
        data = png(samples, GREY, bits, chunk(b"tRNS", struct.pack(">H", key)))
        np.testing.assert_array_equal(to_image(loaded(data)), decode(data, LOCAL))


@pytest.mark.parametrize("door", [lambda data: decode(data, OPENAI), lambda d: to_image(opened(d))])
@pytest.mark.parametrize("channel", range(3))
@pytest.mark.parametrize("bits", [8, 16])
def test_colours_are_compared_in_all_bits(bits, channel, door):
    """A sample that differs from the key in its lowest bit is opaque."""
    samples = np.full((4, 4, 3), 2**bits // 2)
    samples[0, 0, channel] += 1
    samples[0, 1, channel] -= 1
    key = struct.pack(">HHH", *[2**bits // 2] * 3)
    image = door(png(samples, RGB, bits, chunk(b"tRNS", key)))
    assert image[..., 3].ravel().tolist() == [255, 255] + [0] * 14


def test_unused_bits_of_a_colour_key_are_masked():
    """The key of an 8-bit picture is its low byte."""
    samples = noise(RGB, 8)
    key = struct.pack(">HHH", *(samples[2, 3] | 0x1200))
    image = decode(png(samples, RGB, 8, chunk(b"tRNS", key)), OPENAI)
    assert image[2, 3, 3] == 0


@pytest.mark.parametrize(("colour", "bits"), KINDS)
@pytest.mark.parametrize("rows", [2, 3, 24, 100])
def test_missing_rows_are_noticed(colour, bits, rows):
    """A picture whose compressed pixels end early, in due form, is damaged."""
    samples = noise(colour, bits)[: rows // 2 + 1] * 0
    extra = [chunk(b"PLTE", bytes(6))] if colour == PALETTE else []
    with pytest.raises(InvalidPicture, match="damaged: its pixels end after"):
        decode(png(samples, colour, bits, *extra, rows=len(samples) + rows), ANY)


@pytest.mark.parametrize(("colour", "bits"), KINDS)
def test_black_pictures_are_whole(colour, bits):
    """A last row of zeros is no missing row."""
    extra = [chunk(b"PLTE", bytes(6))] if colour == PALETTE else []
    assert decode(png(noise(colour, bits) * 0, colour, bits, *extra), ANY)[..., :3].max() == 0


@pytest.mark.parametrize("level", [1, 6, 9])
@pytest.mark.parametrize("side", [836, 1024, 2048])
def test_large_black_pictures_are_whole(side, level):
    """A decompressor that has read every byte may still have rows; of any checksum."""
    rows = bytes(side * (1 + 3 * side))
    data = zlib.compress(rows, level)
    for pixels in (data, data[:-4] + bytes(4)):
        header = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, RGB, 0, 0, 0))
        file = SIGNATURE + header + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
        assert decode(file, OPENAI).shape == (side, side, 3)


@pytest.mark.parametrize(("colour", "bits"), KINDS)
def test_missing_passes_are_noticed(colour, bits):
    """An interlaced picture without its last pass is damaged."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, bits, colour, 0, 0, 1))
    row = 1 + -(-16 * CHANNELS[colour] * bits // 8)
    half = 1 + -(-8 * CHANNELS[colour] * bits // 8)
    quarter = 1 + -(-4 * CHANNELS[colour] * bits // 8)
    eighth = 1 + -(-2 * CHANNELS[colour] * bits // 8)
    size = 2 * eighth * 2 + 2 * quarter + 4 * quarter + 4 * half + 8 * half
    extra = chunk(b"PLTE", bytes(6)) if colour == PALETTE else b""

    def file(pixels: int) -> bytes:
        data = chunk(b"IDAT", zlib.compress(bytes(pixels)))
        return SIGNATURE + header + extra + data + chunk(b"IEND", b"")

    assert decode(file(size + 8 * row), ANY).shape[:2] == (16, 16)
    with pytest.raises(InvalidPicture, match="damaged: its pixels end after"):
        decode(file(size + 7 * row), ANY)


def test_a_file_may_end_after_its_pixels():
    """A file cut before the end of the pixels is refused; cut after it, the picture is the same."""
    samples = noise(RGB, 8)
    data = png(samples, RGB, 8)
    last = data.index(b"IEND") - 4
    for end in range(len(SIGNATURE), len(data)):
        if end < last:
            with pytest.raises(InvalidPicture):
                decode(data[:end], OPENAI)
        else:
            np.testing.assert_array_equal(decode(data[:end], OPENAI), samples)


@pytest.mark.parametrize(("colour", "bits"), [(RGB, 8), (GREY, 1), (RGB_ALPHA, 16)])
def test_a_wrong_checksum_of_all_rows_is_ignored(colour, bits):
    """As in browsers; rows that are missing are not."""
    samples = noise(colour, bits)
    whole = png(samples, colour, bits)
    start = whole.index(b"IDAT") + 4
    body = whole[start : whole.index(b"IEND") - 8]
    wrong = body[:-4] + bytes(byte ^ 255 for byte in body[-4:])
    image = decode(whole[: start - 8] + chunk(b"IDAT", wrong) + chunk(b"IEND", b""), OPENAI)
    np.testing.assert_array_equal(image, decode(whole, OPENAI))
    half = body[: len(body) // 2] + wrong[-4:]
    with pytest.raises(InvalidPicture, match="damaged"):
        decode(whole[: start - 8] + chunk(b"IDAT", half) + chunk(b"IEND", b""), OPENAI)


def test_damaged_pixels_are_refused():
    """One flipped bit among the pixels is noticed by the checksum."""
    data = bytearray(encode(noise(RGB, 8).astype(np.uint8), "png"))
    data[data.index(b"IDAT") + 30] ^= 1
    with pytest.raises(InvalidPicture, match="checksum in its IDAT"):
        decode(bytes(data), OPENAI)


@pytest.mark.parametrize("chunks", [(), (chunk(b"PLTE", b""),), (chunk(b"PLTE", bytes(771)),)])
def test_a_picture_without_its_palette_is_refused(chunks):
    """The message names the chunk."""
    with pytest.raises(InvalidPicture, match="PLTE"):
        decode(png(noise(PALETTE, 8), PALETTE, 8, *chunks), OPENAI)


@pytest.mark.parametrize("entries", [1, 2, 100])
def test_indices_beyond_the_palette_have_its_last_colour(entries):
    """As in browsers; bytes that make no whole colour do not count."""
    samples = np.arange(144).reshape(12, 12, 1)
    plte = chunk(b"PLTE", bytes(range(3 * entries % 256)) if entries < 80 else bytes(range(240)))
    last = min(entries, 80) - 1
    for extra in (plte, chunk(b"PLTE", plte[8:-4] + b"\1")):
        image = decode(png(samples, PALETTE, 8, extra), OPENAI)
        index = np.minimum(samples, last)
        np.testing.assert_array_equal(image, 3 * index + np.arange(3))


def test_a_palette_s_alpha_comes_after_it():
    """As in browsers, tRNS before PLTE is ignored, and its last entry counts beyond the palette."""
    samples = np.arange(16).reshape(4, 4, 1)
    plte, alpha = chunk(b"PLTE", bytes(9)), chunk(b"tRNS", b"\x80\x90\xa0\xb0")
    assert decode(png(samples, PALETTE, 8, alpha, plte), OPENAI).shape[2] == 3
    image = decode(png(samples, PALETTE, 8, plte, alpha), OPENAI)
    assert image[..., 3].ravel().tolist() == [0x80, 0x90] + [0xA0] * 14


def damaged(body: bytes) -> bytes:
    """Return a profile whose checksum is wrong."""
    return chunk(b"iCCP", body, sound=False)


BOMBS = {
    "profiles": lambda: [iccp(bytes(1_048_000))] * 3500,
    "damaged profiles": lambda: [damaged(b"x\0\0" + zlib.compress(bytes(2000)))] * 9000,
    "a profile of 200 MB": lambda: [iccp(bytes(200_000_000))],
    "gammas": lambda: [gama(1.0), chrm(ADOBE_RGB)] * 40_000,
    "profiles of other names": lambda: [iccp(profile(2.0), b"%d" % one) for one in range(1000)],
    "empty texts": lambda: [chunk(b"tEXt", b"")] * 250_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_repeated_chunks_cost_nothing(name):
    """Of a repeated chunk the first alone is unpacked."""
    data = png(noise(RGB, 8), RGB, 8, *BOMBS[name]())
    started = time.process_time()
    decode(data, ANY)
    assert time.process_time() - started < 1


def test_chunks_are_bounded():
    """More chunks than any encoder writes are refused, not looped over."""
    data = png(noise(RGB, 8), RGB, 8, *[chunk(b"tEXt", b"")] * 300_000)
    with pytest.raises(InvalidPicture, match="more than the 262144 chunks"):
        decode(data, ANY)


@pytest.mark.parametrize(
    "header",
    [(3, 2, 0, 0, 0), (8, 1, 0, 0, 0), (16, 3, 0, 0, 0), (8, 2, 1, 0, 0), (8, 2, 0, 1, 0)],
)
def test_impossible_headers_are_refused(header):
    """Depth, colour type, compression, filter and interlacing are checked."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, *header))
    with pytest.raises(InvalidPicture, match="its header declares"):
        decode(SIGNATURE + head + chunk(b"IDAT", zlib.compress(bytes(99))), OPENAI)
