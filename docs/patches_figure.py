"""Makes the picture of entry 27 of docs/engine-log.md, and tells its figures:

    python docs/patches_figure.py

The engine is made to build whatever is not plain of patches, without zoom, which meets more of the
aims that its log measures it by, and looks worse along edges.
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
from diabelli.synthesis.core.resample import Bytes, resize_map, to_bytes
from diabelli.synthesis.layout.layout import sample_bilinear
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
"""Of which pictures which variation is shown, and from which row and column on."""
CLOSE, TILE, GAP = 96, 288, 6


def made(name: str) -> list[Image]:
    """The variations of a picture, before light and colour."""
    candidates = build_candidates(
        analyse_source(load(name), SIDE, SIDE),
        n=N,
        strength=STRENGTH,
        seed=SEED,
        report=unreported,
        spread=run_sequentially,
    )
    return [render_canvas(one, SIDE, SIDE, report=unreported)[..., :3] for one in candidates]


@contextmanager
def patches_everywhere() -> Iterator[None]:
    """Within it canvases are made of patches, and frames keep the source's scale."""
    unzoomed = patch.object(pipeline, "dial", _unzoomed)
    free = patch.object(Guide, "freedom", _free)
    whole = patch.object(
        Guide, "level", lambda guide, index: guide.at(*guide.analysis.sizes[index])
    )
    seams = patch.object(Montage, "seamless", False)
    with unzoomed, free, whole, seams:
        yield


def _unzoomed(strength: float) -> StrengthParams:
    return replace(params_of_strength(strength), zoom=0.0, aspect=0.0)


def _free(guide: Guide, index: int) -> Bytes:
    """What is not plain is free."""
    plain = sample_bilinear(
        guide.analysis.smoothness[..., None], guide.layout.rows, guide.layout.columns
    )
    held = np.clip((plain[..., 0] - 0.3) / 0.3, 0, 1)
    return to_bytes(255 * np.clip(resize_map(1 - held, *guide.analysis.sizes[index]), 0, 1))


def figures(images: dict[str, list[Image]]) -> str:
    """The means of the measures over the pictures, in one line."""
    rows = [measure(load(name)[..., :3], variations) for name, variations in images.items()]
    names = [field.name for field in fields(Measures)]
    return " ".join(f"{name} {mean(getattr(row, name) for row in rows):.3f}" for name in names)


def close(image: Image, row: int, column: int) -> Image:
    """A part of an image, enlarged so that its pixels are seen."""
    nearest = np.arange(TILE) * CLOSE // TILE
    return np.ascontiguousarray(
        image[row : row + CLOSE, column : column + CLOSE][nearest][:, nearest]
    )


def unreported(stage: str, share: float, preview: object = None) -> None:
    """A report that nobody reads."""


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
