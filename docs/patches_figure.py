"""Makes the picture of entry 27 of docs/engine-log.md, and prints its measures.

    python docs/patches_figure.py

The engine builds all but smooth regions from patches, without zoom. That meets more of the
targets in its log, and looks worse along edges.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from statistics import mean
from unittest.mock import patch

import numpy as np

from diabelli import pictures
from diabelli.engines import run_sequentially
from diabelli.synthesis import pipeline
from diabelli.synthesis.core.grid import sample_bilinear
from diabelli.synthesis.core.resample import resize_map, to_bytes
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.montage.guide import Guide
from diabelli.synthesis.montage.montage import Montage
from diabelli.synthesis.pipeline import analyse_source, build_candidates, render_canvas
from diabelli.synthesis.strength import StrengthParams, params_of_strength
from diabelli.variation import Image

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "benchmarks"))

from measures import Measures, measure  # noqa: E402  benchmarks/measures.py
from pictures import TABLE, load  # noqa: E402  benchmarks/pictures.py

N, SIDE, STRENGTH, SEED = 4, 256, 0.6, 1
SHOWN = {"coffee": (3, 155, 155), "rocket": (0, 60, 84)}
"""Index of the shown variation, row and column of the detail, by picture."""
CLOSE, TILE, GAP = 96, 288, 6


def made(name: str) -> list[Image]:
    """Return the variations of a picture, before light and colour changes."""
    candidates = build_candidates(
        analyse_source(load(name), SIDE, SIDE),
        n=N,
        strength=STRENGTH,
        seed=SEED,
        on_step=unreported,
        run_parallel=run_sequentially,
    )
    return [render_canvas(one, SIDE, SIDE, on_step=unreported)[..., :3] for one in candidates]


@contextmanager
def patches_everywhere() -> Iterator[None]:
    """Build canvases from patches, and keep the source's scale in frames, within the context."""
    unzoomed = patch.object(pipeline, "params_of_strength", _unzoomed)
    everywhere = patch.object(Guide, "mend_mask", _free)
    whole = patch.object(
        Guide, "level", lambda guide, index: guide.render(*guide.analysis.sizes[index])
    )
    seams = patch.object(Montage, "seamless", False)
    with unzoomed, everywhere, whole, seams:
        yield


def _unzoomed(strength: float) -> StrengthParams:
    return replace(params_of_strength(strength), max_zoom=0.0, max_aspect_change=0.0)


def _free(guide: Guide, index: int) -> Bytes:
    """Return a mend mask of 1 except in smooth regions."""
    plain = sample_bilinear(
        guide.analysis.smoothness[..., None], guide.layout.rows, guide.layout.columns
    )
    held = np.clip((plain[..., 0] - 0.3) / 0.3, 0, 1)
    return to_bytes(255 * np.clip(resize_map(1 - held, *guide.analysis.sizes[index]), 0, 1))


def figures(images: dict[str, list[Image]]) -> str:
    """Return the means of the measures over the pictures, in one line."""
    rows = [measure(load(name)[..., :3], variations) for name, variations in images.items()]
    names = [field.name for field in fields(Measures)]
    return " ".join(f"{name} {mean(getattr(row, name) for row in rows):.3f}" for name in names)


def close(image: Image, row: int, column: int) -> Image:
    """Return a part of an image, enlarged to visible pixels."""
    nearest = np.arange(TILE) * CLOSE // TILE
    return np.ascontiguousarray(
        image[row : row + CLOSE, column : column + CLOSE][nearest][:, nearest]
    )


def unreported(stage: str, share: float, preview: object = None) -> None:
    """No-op progress callback."""


def main() -> None:
    """Write the figure and print the measures of both."""
    ours = {name: made(name) for name in TABLE}
    with patches_everywhere():
        patched = {name: made(name) for name in TABLE}
    print("as it is:           ", figures(ours))
    print("patches everywhere: ", figures(patched))
    white = np.full((TILE, GAP, 3), 255, np.uint8)
    tiles = [
        part
        for name, (which, row, column) in SHOWN.items()
        for images in (ours, patched)
        for part in (close(images[name][which], row, column), white)
    ]
    figure = pictures.encode(np.concatenate(tiles[:-1], axis=1), "jpeg", quality=80)
    (HERE / "images" / "patches-everywhere.jpg").write_bytes(figure)


if __name__ == "__main__":
    main()
