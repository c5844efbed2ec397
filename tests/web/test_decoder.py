"""The decoder, against the browser's: a reference of another family."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image as Pillow
from playwright.sync_api import Browser, Page

from diabelli.pictures import ANY, decode
from oracles.picture_files import (
    COLOURS,
    GREY,
    KINDS,
    PALETTE,
    RGB,
    avif,
    chunk,
    exif,
    gif,
    jpeg_with_scans,
    noise,
    png,
    profile,
    saved,
    segment,
)

PIXELS = """async (source) => {
    const image = new Image();
    image.src = source;
    await image.decode();
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const pixels = context.getImageData(0, 0, canvas.width, canvas.height).data;
    return [canvas.height, canvas.width, btoa(String.fromCharCode(...pixels))];
}"""
Shown = Callable[[bytes, str], np.ndarray]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    page = browser.new_page()
    page.goto("about:blank")
    return page


def shown(page: Page, data: bytes, kind: str) -> np.ndarray:
    """What the browser shows, as (row, column, 4)."""
    source = f"data:image/{kind};base64," + base64.b64encode(data).decode()
    height, width, pixels = page.evaluate(PIXELS, source)
    return np.frombuffer(base64.b64decode(pixels), np.uint8).reshape(height, width, 4)


def agree(page: Page, data: bytes, kind: str, tolerance: int = 1) -> None:
    """Assert that browser and decoder agree where the picture is opaque, and in alpha."""
    expected, image = shown(page, data, kind), decode(data, ANY)
    assert image.shape[:2] == expected.shape[:2]
    alpha = image[..., 3] if image.shape[2] == 4 else np.full(image.shape[:2], 255)
    np.testing.assert_array_equal(alpha, expected[..., 3])
    opaque = alpha == 255
    difference = np.abs(image[..., :3].astype(int) - expected[..., :3])[opaque]
    assert difference.max(initial=0) <= tolerance


@pytest.mark.parametrize("name", COLOURS)
def test_colours_agree(page, name):
    """Every chunk of colour, sound, malformed, repeated and misplaced."""
    # The browser approximates the tone-mapping curve by seven cubic pieces.
    tolerance = 3 if name.endswith(("pq", "hlg")) else 2
    agree(page, COLOURS[name][0](noise(RGB, 8)), "png", tolerance)


@pytest.mark.parametrize(("colour", "bits"), KINDS)
def test_every_kind_of_png_agrees(page, colour, bits):
    """Depths and colour types, without and with a transparent colour or palette."""
    samples = noise(colour, bits)
    plte = chunk(b"PLTE", np.random.default_rng(3).bytes(3 * min(2**bits, 256)))
    extra = [plte] if colour == PALETTE else []
    agree(page, png(samples, colour, bits, *extra), "png")
    if colour in (GREY, RGB):
        key = struct.pack(f">{samples.shape[2]}H", *samples[3, 4])
        agree(page, png(samples, colour, bits, chunk(b"tRNS", key)), "png")
    if colour == PALETTE:
        agree(page, png(samples, colour, bits, plte, chunk(b"tRNS", b"\0\xff\0")), "png")


@pytest.mark.parametrize("points", [(1, 13), (12, 13), (12, 1), (9, 16), (9, 18), (9, 14), (2, 2)])
def test_code_points_of_avif_agree(page, points):
    """Display P3, BT.2020, PQ and HLG."""
    pixels = np.random.default_rng(1).integers(0, 256, (4, 4, 3), np.uint8)
    agree(page, avif(pixels.repeat(4, axis=0).repeat(4, axis=1), *points), "avif", 2)


@pytest.mark.parametrize("box", [(2, 1, 6, 5), (0, 0, 10, 8), (3, 2, 8, 8)])
@pytest.mark.parametrize("key", [None, 2])
def test_frames_of_gif_agree(page, box, key):
    """Smaller and larger than the canvas."""
    agree(page, gif(box, (10, 8), key=key), "gif")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientations_agree(page, orientation):
    """Of JPEG, PNG and AVIF; that of WebP is ignored."""
    pixels = np.random.default_rng(1).integers(0, 256, (3, 2, 3), np.uint8)
    picture = Pillow.fromarray(pixels.repeat(8, axis=0).repeat(8, axis=1))
    block = exif(orientation)
    jpeg = saved(picture, "JPEG", quality=100, subsampling=0)
    agree(page, jpeg[:2] + segment(0xE1, block) + jpeg[2:], "jpeg", 3)
    whole = saved(picture, "PNG")
    head = whole[:33] + chunk(b"eXIf", block.removeprefix(b"Exif\0\0")) + whole[33:]
    agree(page, head, "png")
    agree(page, saved(picture, "WEBP", lossless=True, exif=block), "webp")
    turned = saved(picture, "AVIF", quality=100, subsampling="4:4:4", exif=block)
    agree(page, turned, "avif", 2)
    damaged = b"nonsense".ljust(len(block) - 6, b"!")
    agree(page, turned.replace(block[6:], damaged), "avif", 2)
    agree(page, turned.replace(block[6:], exif(6)[6:]), "avif", 2)


@pytest.mark.parametrize("kind", ["jpeg", "webp", "avif", "png"])
def test_profiles_agree(page, kind):
    """In every format that has them."""
    pixels = np.random.default_rng(1).integers(0, 256, (3, 2, 3), np.uint8)
    picture = Pillow.fromarray(pixels.repeat(8, axis=0).repeat(8, axis=1))
    options = {"lossless": True} if kind == "webp" else {"quality": 95}
    agree(page, saved(picture, kind.upper(), icc_profile=profile(1.4), **options), kind, 3)


def test_progressive_scans_agree(page):
    """Scans up to the limit are decoded alike."""
    agree(page, jpeg_with_scans(64, 40), "jpeg")


def test_a_wrong_checksum_of_pixels_is_ignored(page):
    """All rows are there."""
    data = png(noise(RGB, 8), RGB, 8, end=b"")
    body = data[data.index(b"IDAT") + 4 : -4]
    wrong = chunk(b"IDAT", body[:-4] + bytes(byte ^ 255 for byte in body[-4:]))
    agree(page, data[: data.index(b"IDAT") - 4] + wrong + chunk(b"IEND", b""), "png")


def test_trailing_pixels_are_ignored(page):
    """More compressed rows than the header declares."""
    samples = noise(RGB, 8)
    agree(page, png(samples, RGB, 8, rows=9), "png")
    agree(page, png(samples, RGB, 8) + zlib.compress(bytes(100)), "png")
