"""Makes the pictures of the faults in docs/engine-log.md, beside another implementation.

Run: python docs/fault_figures.py --against SCRIPT [--against-python PYTHON] [--only wobble,thin]

Each shows a source, a variation by the other implementation and one by the engine, with the same
strength and seed; the seed was chosen for the other's fault. benchmarks/against.py describes
SCRIPT.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import diabelli
from diabelli import pictures
from diabelli.pictures import flatten_on_white
from diabelli.synthesis.core.resample import resize
from diabelli.variation import Image

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "benchmarks"))

from figures import joined  # noqa: E402  docs/figures.py

from against import Other  # noqa: E402  benchmarks/against.py
from pictures import load  # noqa: E402  benchmarks/pictures.py

SIDE, GAP = 256, 6
TILES = {1: 240, 2: 176}
"""Side of a tile in pixels, by number of variations shown."""
SQUARE = 16
"""Side of the checkerboard squares behind transparent pixels, in pixels."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An example of a fault: a benchmark picture, strength, seed and number of variations."""

    picture: str
    strength: float
    seed: int
    n: int = 1


FAULTS = {
    "wobble": Fault("coffee", 0.6, 3),
    "thin": Fault("masts", 0.6, 1),
    "vanish": Fault("camera", 0.7, 3),
    "beyond": Fault("chelsea", 0.6, 1),
    "text": Fault("screenshot", 0.6, 1),
    "alpha": Fault("icon", 0.6, 1),
    "dark": Fault("rocket", 0.6, 4),
    "alike": Fault("grace_hopper", 0.6, 1, 2),
    "portrait": Fault("astronaut", 1.0, 1),
    "ghosts": Fault("china", 0.7, 4),
    "colour": Fault("crest", 0.6, 3),
}
"""Examples by the names of the pictures docs/images/fault-*.jpg."""


def figure(fault: Fault, other: Other) -> Image:
    """Return tiles in a row: the source, the other implementation's results, the engine's."""
    source = load(fault.picture)
    (shown,) = diabelli.vary(source, strength=0, size=SIDE)
    theirs = other.vary(
        flatten_on_white(source), n=fault.n, strength=fault.strength, seed=fault.seed, size=SIDE
    )
    ours = diabelli.vary(source, n=fault.n, strength=fault.strength, seed=fault.seed, size=SIDE)
    groups = [[shown.image], theirs.images, [variation.image for variation in ours]]
    side = TILES[fault.n]
    rows = [[resize(_visible(image), side, side) for image in group] for group in groups]
    return joined([joined(row, gap=2) for row in rows], gap=GAP)


def _visible(image: Image) -> Image:
    """Return the image without alpha, over a grey checkerboard."""
    if image.shape[2] == 3:
        return image
    row, column = np.indices(image.shape[:2]) // SQUARE
    ground = np.where((row + column) % 2, 255, 225)[..., None]
    alpha = image[..., 3:] / 255
    return np.rint(alpha * image[..., :3] + (1 - alpha) * ground).astype(np.uint8)


def main() -> None:
    """Write every figure, or the selected ones."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--against", type=Path, metavar="SCRIPT", required=True)
    parser.add_argument("--against-python", default=sys.executable, help="its interpreter")
    parser.add_argument("--only", default=",".join(FAULTS), help="names, separated by commas")
    arguments = parser.parse_args()
    with Other(arguments.against, arguments.against_python) as other:
        for name in arguments.only.split(","):
            picture = pictures.encode(figure(FAULTS[name], other), "jpeg", quality=70)
            (HERE / "images" / f"fault-{name}.jpg").write_bytes(picture)


if __name__ == "__main__":
    main()
