"""Decoding can be abandoned between steps, each of them short."""

from __future__ import annotations

import time
from io import BytesIO

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from diabelli.errors import Cancelled
from diabelli.pictures import ANY, LOCAL, decode
from oracles.picture_files import (
    RGB,
    RGB_ALPHA,
    cicp,
    gif,
    iccp,
    jpeg_with_scans,
    png,
    profile,
    saved,
)


def flat(side: int, colour: int, bits: int, *chunks: bytes) -> bytes:
    channels = 4 if colour == RGB_ALPHA else 3
    return png(np.full((side, side, channels), 7), colour, bits, *chunks)


def noisy(kind: str, **options: object) -> bytes:
    samples = np.random.default_rng(1).integers(0, 256, (600, 600, 3), np.uint8)
    return saved(Pillow.fromarray(samples), kind, **options)


FILES = {
    "png": lambda: noisy("PNG"),
    "jpeg": lambda: noisy("JPEG", quality=95),
    "progressive jpeg": lambda: noisy("JPEG", quality=95, progressive=True),
    "gif": lambda: noisy("GIF"),
    "png in pq": lambda: flat(600, RGB, 8, cicp(9, 16)),
    "png of 16 bits in pq": lambda: flat(600, RGB, 16, cicp(9, 16)),
    "png with a profile": lambda: flat(1500, RGB, 8, iccp(profile(1.0))),
}


@pytest.mark.parametrize("name", FILES)
def test_decoding_can_be_abandoned_at_every_step(name):
    """An exception of any call of the callback is raised unchanged."""
    calls = 0

    def count() -> None:
        nonlocal calls
        calls += 1

    file = FILES[name]()
    decode(file, LOCAL, interrupt=count)
    assert calls > 4

    def abandon() -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise Cancelled("enough")

    for before in range(calls):
        left = before
        with pytest.raises(Cancelled, match="enough"):
            decode(file, LOCAL, interrupt=abandon)


def test_a_profile_in_strips_gives_the_picture_of_the_whole():
    """Wide and high pictures, whose strips do not divide them."""
    samples = np.random.default_rng(1).integers(0, 256, (700, 3001, 3), np.uint8)
    picture = Pillow.fromarray(samples)
    srgb = ImageCms.createProfile("sRGB")
    source = ImageCms.ImageCmsProfile(BytesIO(profile(1.4)))
    whole = ImageCms.profileToProfile(picture, source, srgb, outputMode="RGB")
    data = saved(picture, "PNG", icc_profile=profile(1.4))
    np.testing.assert_array_equal(decode(data, ANY), np.asarray(whole))


@pytest.mark.slow
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(lambda: flat(5000, RGB, 8, cicp(9, 18)), id="hlg"),
        pytest.param(lambda: flat(5000, RGB_ALPHA, 16, cicp(12, 16)), id="pq of 16 bits"),
        pytest.param(lambda: flat(5000, RGB, 8, iccp(profile(1.0))), id="profile"),
        pytest.param(lambda: jpeg_with_scans(5000, 90), id="jpeg"),
        pytest.param(lambda: gif((0, 0, 5000, 5000), (5000, 5000)), id="gif"),
    ],
)
def test_no_step_of_the_largest_source_is_long(data):
    """Between two calls pass at most two seconds of one processor."""
    longest, last = 0.0, time.thread_time()

    def measure() -> None:
        nonlocal longest, last
        now = time.thread_time()
        longest, last = max(longest, now - last), now

    file = data()
    last = time.thread_time()
    decode(file, ANY, interrupt=measure)
    measure()
    assert longest < 2
