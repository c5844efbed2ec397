"""What is found out about a source once, before any variation of it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from threading import Lock

import numpy as np

from diabelli.synthesis.analysis.cell_features import LINED, TEXTURE, CellFeatures, cell_features
from diabelli.synthesis.analysis.colour_objects import find_colour_objects
from diabelli.synthesis.analysis.patch_uniqueness import patch_uniqueness
from diabelli.synthesis.analysis.picture_kind import PictureKind, classify
from diabelli.synthesis.analysis.rigidity import GRID, rigidity, smoothness
from diabelli.synthesis.analysis.saliency import descriptors, saliency
from diabelli.synthesis.analysis.subject import subject
from diabelli.synthesis.analysis.thing import ColourObject
from diabelli.synthesis.core.alpha import is_transparent
from diabelli.synthesis.core.parallel import ParallelMap, run_sequentially
from diabelli.synthesis.core.resample import Bytes, Floats, resize, resize_map
from diabelli.synthesis.layout.frame import ExtensionLimits, extension_limits
from diabelli.synthesis.layout.tilt import tilt_tolerance
from diabelli.synthesis.patchmatch.patchmatch import PATCH
from diabelli.synthesis.selection.artefact_gate import SIDE

COARSEST = 84
"""The side of level 0: small enough for a patch to see a tenth of the picture, and for the judge
to look at every candidate."""
WORK = 256
"""The side up to which matches are searched for; beyond it they are carried up."""
STEPS = 3
"""How many steps lead from COARSEST to WORK; each is by 1.45."""
ANALYSED = 48
"""The side at which rarity is measured."""
PAGE = 0.4
"""How far what is written may lean at least, as a share of what any picture may."""
FINER = 1.25
"""Images are kept this much larger than a level, where the source has the detail: frames need
it."""


def size_with_area(height: int, width: int, side: int) -> tuple[int, int]:
    """The size nearest to the aspect of (height, width) with the area of a square of `side`.

    No side gets shorter than two patches: the aspect of a very long picture gives way.
    """
    scale = side / (height * width) ** 0.5
    return max(2 * PATCH, round(height * scale)), max(2 * PATCH, round(width * scale))


def pyramid_sizes(height: int, width: int) -> list[tuple[int, int]]:
    """The sizes of the levels for a canvas (height, width), the coarsest first.

    Up to WORK they depend on the aspect alone, so that a composition is the same at every size;
    beyond, by octaves to the canvas itself.
    """
    steps = [COARSEST * (WORK / COARSEST) ** (k / STEPS) for k in range(STEPS + 1)]
    sizes = [size_with_area(height, width, round(side)) for side in steps]
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
        rigidity, plainness: (GRID, GRID) float32, 0..1.
        subject: (GRID, GRID) float32, 0..1, what no frame should cut.
        body: likewise, what of it is surely there.
        contrast: the standard deviation of the source at SIDE pixels, in grey levels, at least 12.
        kind: what kind of picture it is.
        divisible: whether its surroundings may be arranged anew.
        looseness: how far it may lean, as a share of what any picture may, 0..1.
        things: what in it may get another colour.
    """

    sizes: list[tuple[int, int]]
    pyramid: list[Bytes]
    rigidity: Floats
    subject: Floats
    body: Floats
    smoothness: Floats
    cells: CellFeatures
    extension: ExtensionLimits
    contrast: float
    kind: PictureKind
    divisible: bool
    tilt_tolerance: float
    colour_objects: list[ColourObject]
    _unmirrored: Analysis | None = None
    _resized: dict[tuple[int, int], Bytes] = field(default_factory=dict)
    _resizing: Lock = field(default_factory=Lock)

    def level(self, index: int) -> Bytes:
        """The source at the size of that level, (height, width, 4) uint8."""
        return self.image_at(*self.sizes[index])

    def image_at(self, height: int, width: int) -> Bytes:
        """The source at that size, (height, width, 4) uint8; made once, whichever thread asks."""
        with self._resizing:
            if (height, width) not in self._resized:
                self._resized[height, width] = self._made(height, width)
            return self._resized[height, width]

    def _made(self, height: int, width: int) -> Bytes:
        if self._unmirrored is not None:
            return _flip(self._unmirrored.image_at(height, width))
        return resize(self._with_detail(height), height, width)

    def image_for_warp(self, height: int, width: int, scale: float = 1.0) -> Bytes:
        """The source for a warp to that size under a layout that shrinks it by `scale`.

        The source itself, where it has no more detail than the warp shows; else at FINER times the
        size at which it is shown, to an eighth, so that variations share what is resized.
        """
        finer = round(8 * FINER / max(scale, 1.0)) / 8
        image = self._with_detail(height)
        if image.shape[0] <= height * min(finer, 1) and image.shape[1] <= width * min(finer, 1):
            return image
        finer = min(finer, max(1.0, min(image.shape[0] / height, image.shape[1] / width)))
        return self.image_at(round(height * finer), round(width * finer))

    def _with_detail(self, height: int) -> Bytes:
        """The smallest image of the pyramid that is finer than FINER times `height`."""
        fine = [image for image in self.pyramid if image.shape[0] >= FINER * height]
        return fine[-1] if fine else self.pyramid[0]

    def mirrored(self) -> Analysis:
        """The analysis of the source mirrored left to right."""
        return Analysis(
            sizes=self.sizes,
            pyramid=[_flip(image) for image in self.pyramid],
            rigidity=_flip(self.rigidity),
            subject=_flip(self.subject),
            body=_flip(self.body),
            smoothness=_flip(self.smoothness),
            cells=self.cells.mirrored(),
            extension=self.extension.mirrored(),
            contrast=self.contrast,
            kind=self.kind,
            divisible=self.divisible,
            tilt_tolerance=self.tilt_tolerance,
            colour_objects=self.colour_objects,
            _unmirrored=self,
        )


def analyse(
    source: Bytes, height: int, width: int, spread: ParallelMap = run_sequentially
) -> Analysis:
    """The analysis of `source` (h, w, 4) uint8 for canvases of (height, width).

    spread: runs what does not depend on each other.
    """
    sizes = pyramid_sizes(height, width)
    ((pyramid, work),) = spread([partial(_scaled, source, sizes[STEPS])])
    findings = _Findings(work)
    spread([findings.look_locally, findings.look_regionally])
    (analysis,) = spread([partial(_concluded, sizes, pyramid, findings)])
    return analysis


def _scaled(source: Bytes, size: tuple[int, int]) -> tuple[list[Bytes], Bytes]:
    """The source with its halves, and at the size at which it is analysed."""
    pyramid = [source]
    while min(pyramid[-1].shape[:2]) >= 2 * WORK:
        pyramid.append(resize(pyramid[-1], pyramid[-1].shape[0] // 2, pyramid[-1].shape[1] // 2))
    return pyramid, resize(pyramid[-1], *size)


@dataclass(slots=True, eq=False)
class _Findings:
    """What is found out about an image, by two looks that do not depend on each other.

    Attributes:
        image: (h, w, 4) uint8.
        rare, plain, kind: what small neighbourhoods tell.
        texture, salient, loose: what regions tell.
    """

    image: Bytes
    rare: Floats = field(init=False)
    plain: Floats = field(init=False)
    kind: PictureKind = field(init=False)
    texture: Floats = field(init=False)
    salient: Floats = field(init=False)
    loose: float = field(init=False)

    def look_locally(self) -> None:
        height, width = self.image.shape[:2]
        self.rare = patch_uniqueness(resize(self.image, *size_with_area(height, width, ANALYSED)))
        self.plain = smoothness(self.image)
        self.kind = classify(self.image)

    def look_regionally(self) -> None:
        self.texture = descriptors(self.image)
        self.salient = np.clip(resize_map(saliency(self.texture), GRID, GRID), 0, 1)
        self.loose = tilt_tolerance(self.image, self.texture)


def _concluded(sizes: list[tuple[int, int]], pyramid: list[Bytes], found: _Findings) -> Analysis:
    """What follows from all that."""
    work, kind, plain = found.image, found.kind, found.plain
    divisible = not (kind.is_graphic or kind.has_text or kind.symmetric or is_transparent(work))
    rigid = rigidity(work, found.salient, found.rare, plain)
    thing = subject(work, found.salient, rigid, plain, inked=kind.is_graphic or kind.has_text)
    cells = cell_features(work, thing.around, rigid, plain, found.texture)
    return Analysis(
        sizes=sizes,
        pyramid=pyramid,
        rigidity=rigid,
        subject=thing.around,
        body=thing.body,
        smoothness=plain,
        cells=cells,
        extension=extension_limits(
            thing.around,
            cells.features[..., TEXTURE:],
            cells.features[..., LINED],
            divisible=divisible,
        ),
        contrast=max(float(resize(work, SIDE, SIDE)[..., :3].std()), 12.0),
        kind=kind,
        divisible=divisible,
        tilt_tolerance=_looseness(found),
        colour_objects=[] if kind.is_graphic or kind.is_cut_out else find_colour_objects(work),
    )


def _looseness(found: _Findings) -> float:
    """How far a picture may lean: drawings stand fast, a page may lie a little askew."""
    if found.kind.is_graphic or found.kind.symmetric:
        return 0.0
    return max(found.loose, PAGE * found.kind.has_text)


def _flip(array: np.ndarray) -> np.ndarray:
    if array.dtype == np.uint8:  # four planes are moved as one number, which is quicker
        return np.ascontiguousarray(array.view(np.uint32)[:, ::-1]).view(np.uint8)
    return np.ascontiguousarray(array[:, ::-1])
