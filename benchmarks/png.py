"""Time and size of a 1024x1024 PNG, compared with Pillow's.

Run: python benchmarks/png.py [picture.png]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from importlib.resources import files
from io import BytesIO

import numpy as np
from PIL import Image

from diabelli import pictures

SIDE = 1024
REPEATS = 7


def pillow(image: pictures.Image, level: int) -> bytes:
    """Return the image as Pillow's PNG at a level of compression, 0..9."""
    written = BytesIO()
    Image.fromarray(image).save(written, "PNG", compress_level=level)
    return written.getvalue()


def main() -> None:
    """Print the shortest of several runs for each encoder."""
    source = sys.argv[1] if len(sys.argv) > 1 else (files("diabelli") / "sample.png").read_bytes()
    scaled = Image.fromarray(pictures.to_image(source)).convert("RGB").resize((SIDE, SIDE))
    image = np.asarray(scaled)
    ways: dict[str, Callable[[], bytes]] = {
        "diabelli": lambda: pictures.encode(image, "png"),
        "Pillow, level 1": lambda: pillow(image, 1),
        "Pillow, level 6": lambda: pillow(image, 6),
    }
    for name, way in ways.items():
        seconds = []
        for _ in range(REPEATS):
            started = time.perf_counter()
            size = len(way())
            seconds.append(time.perf_counter() - started)
        print(f"{name:16} {1000 * min(seconds):6.1f} ms {size // 1000:6} kB")


if __name__ == "__main__":
    main()
