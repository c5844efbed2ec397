"""What is found out about a source once, before any variation of it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from diabelli.synthesis.judge import SIDE
from diabelli.synthesis.kind import Kind, kind_of
from diabelli.synthesis.rarity import rarity
from diabelli.synthesis.resample import Bytes, Floats, resize, resize_map
from diabelli.synthesis.rigidity import GRID, plainness, rigidity
from diabelli.synthesis.salience import salience
from diabelli.synthesis.search import PATCH
from diabelli.synthesis.things import Thing, things_of

COARSEST = 40
"""The side of level 0: small enough for a patch to see a fifth of the picture, large enough for
a face."""
WORK = 256
"""The side up to which matches are searched for; beyond it they are carried up."""
STEPS = 5
"""How many steps lead from COARSEST to WORK; each is by 1.45."""
EVEN = 0.8
"""The share of the outermost pixels that must be alike for a ground to be even."""
ANALYSED = 48
"""The side at which rarity is measured."""
FINER = 1.25
"""Images are kept this much larger than a level, where the source has the detail: frames need
it."""


def scaled(height: int, width: int, side: int) -> tuple[int, int]:
    """The size nearest to the aspect of (height, width) with the area of a square of `side`.

    No side gets shorter than two patches: the aspect of a very long picture gives way.
    """
    scale = side / (height * width) ** 0.5
    return max(2 * PATCH, round(height * scale)), max(2 * PATCH, round(width * scale))


def ladder(height: int, width: int) -> list[tuple[int, int]]:
    """The sizes of the levels for a canvas (height, width), the coarsest first.

    Up to WORK they depend on the aspect alone, so that a composition is the same at every size;
    beyond, by octaves to the canvas itself.
    """
    steps = [COARSEST * (WORK / COARSEST) ** (k / STEPS) for k in range(STEPS + 1)]
    sizes = [scaled(height, width, round(side)) for side in steps]
    while sizes[-1][0] < height or sizes[-1][1] < width:
        sizes.append(
            (
                max(min(sizes[-1][0] * 2, height), sizes[-1][0]),
                max(min(sizes[-1][1] * 2, width), sizes[-1][1]),
            )
        )
    return sizes


@dataclass(slots=True, eq=False)
class Analysis:
    """A source and what was found out about it; there is one for each orientation.

    Attributes:
        sizes: of the levels, (height, width), the coarsest first.
        pyramid: the source (h, w, 4) uint8 and its halves, the finest first; the fourth plane is
        alpha, with
            the colours multiplied by it.
        rarity: (rows, columns) float32, 0..1, one a patch of the source at ANALYSED pixels.
        rigidity, plainness: (GRID, GRID) float32, 0..1.
        subject: likewise, what no frame should cut.
        contrast: the standard deviation of the source at SIDE pixels, in grey levels, at least 12.
        kind: what kind of picture it is.
        things: what in it may get another colour.
    """

    sizes: list[tuple[int, int]]
    pyramid: list[Bytes]
    rarity: Floats
    rigidity: Floats
    subject: Floats
    plainness: Floats
    contrast: float
    kind: Kind
    things: list[Thing]
    _unmirrored: Analysis | None = None
    _resized: dict[tuple[int, int], Bytes] = field(default_factory=dict)
    _resizing: Lock = field(default_factory=Lock)

    def level(self, index: int) -> Bytes:
        """The source at the size of that level, (height, width, 4) uint8."""
        return self.at(*self.sizes[index])

    def at(self, height: int, width: int) -> Bytes:
        """The source at that size, (height, width, 4) uint8; made once, whichever thread asks."""
        with self._resizing:
            if (height, width) not in self._resized:
                self._resized[height, width] = self._made(height, width)
            return self._resized[height, width]

    def _made(self, height: int, width: int) -> Bytes:
        if self._unmirrored is not None:
            return _flip(self._unmirrored.at(height, width))
        return resize(self._with_detail(height), height, width)

    def detailed(self, height: int, width: int) -> Bytes:
        """The source for a warp to that size: itself where it is smaller, else the source at that
        size or, where it has more detail, at up to FINER times that size."""
        image = self._with_detail(height)
        if image.shape[0] <= height and image.shape[1] <= width:
            return image
        finer = max(1.0, min(FINER, image.shape[0] / height, image.shape[1] / width))
        return self.at(round(height * finer), round(width * finer))

    def _with_detail(self, height: int) -> Bytes:
        """The smallest image of the pyramid that is finer than FINER times `height`."""
        fine = [image for image in self.pyramid if image.shape[0] >= FINER * height]
        return fine[-1] if fine else self.pyramid[0]

    def mirrored(self) -> Analysis:
        """The analysis of the source mirrored left to right."""
        return Analysis(
            sizes=self.sizes,
            pyramid=[_flip(image) for image in self.pyramid],
            rarity=_flip(self.rarity),
            rigidity=_flip(self.rigidity),
            subject=_flip(self.subject),
            plainness=_flip(self.plainness),
            contrast=self.contrast,
            kind=self.kind,
            things=self.things,
            _unmirrored=self,
        )


def analyse(source: Bytes, height: int, width: int) -> Analysis:
    """The analysis of `source` (h, w, 4) uint8 for canvases of (height, width)."""
    sizes = ladder(height, width)
    pyramid = [source]
    while min(pyramid[-1].shape[:2]) >= 2 * WORK:
        pyramid.append(resize(pyramid[-1], pyramid[-1].shape[0] // 2, pyramid[-1].shape[1] // 2))
    work = resize(pyramid[-1], *sizes[STEPS])
    rare = rarity(resize(work, *scaled(height, width, ANALYSED)))
    salient, plain, kind = salience(work), plainness(work), kind_of(work)
    return Analysis(
        sizes=sizes,
        pyramid=pyramid,
        rarity=rare,
        rigidity=rigidity(work, salient, rare, plain),
        subject=_subject(work, salient, plain, written=kind.written),
        plainness=plain,
        contrast=max(float(resize(work, SIDE, SIDE)[..., :3].std()), 12.0),
        kind=kind,
        things=[] if kind.drawn else things_of(work),
    )


def _subject(image: Bytes, salient: Floats, plain: Floats, *, written: bool) -> Floats:
    """What no frame should cut, (GRID, GRID) 0..1: before an even ground whatever differs from it,
    else what is salient, and all that is `written`."""
    edge = np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]]).astype(np.float32)
    ground = np.sort(edge, axis=0)[len(edge) // 2]
    if (np.abs(edge - ground).max(1) < 12).mean() < EVEN:
        subject = np.clip(resize_map(salient, GRID, GRID), 0, 1)
        return np.asarray(np.maximum(subject, 1 - plain) if written else subject, np.float32)
    apart = np.abs(image.astype(np.float32) - ground).max(2)
    return np.clip(resize_map(np.clip(apart / 40, 0, 1).astype(np.float32), GRID, GRID), 0, 1)


def _flip(array: np.ndarray) -> np.ndarray:
    if array.dtype == np.uint8:  # four planes are moved as one number, which is quicker
        return np.ascontiguousarray(array.view(np.uint32)[:, ::-1]).view(np.uint8)
    return np.ascontiguousarray(array[:, ::-1])
