"""What is found out about a source once, before any variation of it is made."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from diabelli.synthesis.judge import SIDE
from diabelli.synthesis.rarity import rarity
from diabelli.synthesis.resample import Bytes, Floats, resize
from diabelli.synthesis.salience import salience
from diabelli.synthesis.search import PATCH

COARSEST = 40
"""The side of level 0: small enough for a patch to see a fifth of the picture, large enough for a face."""
WORK = 256
"""The side up to which matches are searched for; beyond it they are carried up."""
STEPS = 5
"""How many steps lead from COARSEST to WORK; each is by 1.45."""
ANALYSED = 48
"""The side at which rarity is measured."""


def scaled(height: int, width: int, side: int) -> tuple[int, int]:
    """The size nearest to the aspect of (height, width) with the area of a square of `side`.

    No side gets shorter than two patches: the aspect of a very long picture gives way.
    """
    scale = side / (height * width) ** 0.5
    return max(2 * PATCH, round(height * scale)), max(2 * PATCH, round(width * scale))


def ladder(height: int, width: int) -> list[tuple[int, int]]:
    """The sizes of the levels for a canvas (height, width), the coarsest first.

    Up to WORK they depend on the aspect alone, so that a composition is the same at every size; beyond, by
    octaves to the canvas itself.
    """
    steps = [COARSEST * (WORK / COARSEST) ** (k / STEPS) for k in range(STEPS + 1)]
    sizes = [scaled(height, width, round(side)) for side in steps]
    while sizes[-1][0] * 2 < height or sizes[-1][1] * 2 < width:
        sizes.append((min(sizes[-1][0] * 2, height), min(sizes[-1][1] * 2, width)))
    if height > sizes[-1][0] or width > sizes[-1][1]:
        sizes.append((max(height, sizes[-1][0]), max(width, sizes[-1][1])))
    return sizes


@dataclass(slots=True, eq=False)
class Analysis:
    """A source and what was found out about it; there is one for each orientation.

    Attributes:
        source: (h, w, 4) uint8; the fourth plane is alpha, with the colours multiplied by it, or 0.
        sizes: of the levels, (height, width), the coarsest first.
        salience: (CELLS, CELLS) float32, 0..1.
        rarity: (rows, columns) float32, 0..1, one a patch of the source at ANALYSED pixels.
        contrast: the standard deviation of the source at SIDE pixels, in grey levels, at least 12.
        references: the source about SIDE pixels large, at the zooms that the judge accepts.
    """

    source: Bytes
    sizes: list[tuple[int, int]]
    salience: Floats
    rarity: Floats
    contrast: float
    references: tuple[Bytes, ...]
    _levels: dict[int, Bytes] = field(default_factory=dict)

    def level(self, index: int) -> Bytes:
        """The source at the size of that level, (height, width, 4) uint8."""
        if index not in self._levels:
            self._levels[index] = resize(self.source, *self.sizes[index])
        return self._levels[index]

    def mirrored(self) -> Analysis:
        """The analysis of the source mirrored left to right."""
        return Analysis(
            source=_flip(self.source),
            sizes=self.sizes,
            salience=_flip(self.salience),
            rarity=_flip(self.rarity),
            contrast=self.contrast,
            references=tuple(_flip(image) for image in self.references),
            _levels={index: _flip(image) for index, image in self._levels.items()},
        )


def analyse(source: Bytes, height: int, width: int) -> Analysis:
    """The analysis of `source` (h, w, 4) uint8 for canvases of (height, width)."""
    sizes = ladder(height, width)
    work = resize(source, *sizes[STEPS])
    side = scaled(height, width, SIDE)
    judged = resize(work, *side)
    return Analysis(
        source=source,
        sizes=sizes,
        salience=salience(work),
        rarity=rarity(resize(work, *scaled(height, width, ANALYSED))),
        contrast=max(float(judged[..., :3].std()), 12.0),
        references=tuple(
            resize(work, round(side[0] * zoom), round(side[1] * zoom)) for zoom in (1.0, 0.87, 1.15)
        ),
        _levels={k: resize(work, *sizes[k]) for k in range(STEPS)} | {STEPS: work},
    )


def _flip(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array[:, ::-1])
