"""Memory of decoding: within what docs/operations.md states, for each format and shape."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from diabelli.errors import TooManyPixels
from diabelli.pictures import ANY, decode
from oracles.picture_files import RGB_ALPHA, cicp, gif, png, profile, saved, webp_on_canvas

BYTES_PER_PIXEL = 28
"""As docs/operations.md states."""
MORE_BYTES = 20e6
"""Of tables, rows and threads, for any size."""
PROGRAM = """
import resource, sys
from diabelli.pictures import ANY, decode
data = open(sys.argv[1], "rb").read()
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before = peak()
image = decode(data, ANY, max_short_side=2048)
print(peak() - before)
"""


def flat(width: int, height: int, channels: int) -> Pillow.Image:
    return Pillow.fromarray(np.full((height, width, channels), 99, np.uint8))


SOURCES = {
    "webp": (lambda: saved(flat(4000, 4000, 3), "WEBP", method=0), 16e6),
    "webp with alpha": (lambda: saved(flat(4000, 4000, 4), "WEBP", method=0), 16e6),
    "wide webp": (lambda: webp_on_canvas(1 << 24, 1), 1 << 24),
    "tall webp": (lambda: webp_on_canvas(25, 1_000_000, 4), 25e6),
    "avif with alpha": (lambda: saved(flat(4000, 4000, 4), "AVIF", speed=10), 16e6),
    "png with alpha": (lambda: saved(flat(4000, 4000, 4), "PNG"), 16e6),
    "tall png": (lambda: saved(flat(25, 1_000_000, 4), "PNG"), 25e6),
    "wide png": (lambda: saved(flat(16_000_000, 1, 4), "PNG"), 16e6),
    "wide png in pq": (
        lambda: png(np.full((1, 8_000_000, 4), 99, np.uint16), RGB_ALPHA, 16, cicp(9, 16)),
        8e6,
    ),
    "jpeg": (lambda: saved(flat(4000, 4000, 3), "JPEG", icc_profile=profile(1.0)), 16e6),
    "gif": (lambda: gif((0, 0, 4000, 4000), (4000, 4000)), 16e6),
    "gif on a larger canvas": (lambda: gif((0, 0, 1, 1), (400, 60_000)), 24e6),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SOURCES)
def test_the_memory_of_a_pixel_is_bounded(tmp_path: Path, name: str) -> None:
    """By the peak of a process that decodes one source."""
    make, pixels = SOURCES[name]
    file = tmp_path / "source"
    file.write_bytes(make())
    command = [sys.executable, "-c", PROGRAM, str(file)]
    peak = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert peak < BYTES_PER_PIXEL * pixels + MORE_BYTES


def test_too_many_rows_are_refused() -> None:
    """Each takes memory beside its pixels."""
    with pytest.raises(TooManyPixels, match="1x1000001 pixels, more than the 1000000 rows"):
        decode(saved(flat(1, 1_000_001, 3), "PNG"), ANY)
