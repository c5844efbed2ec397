"""Analysis of a source, computed once for all of its variations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import NamedTuple, cast

import numpy as np

from diabelli.synthesis.analysis.cell_features import (
    LINE_DENSITY,
    TEXTURE,
    CellFeatures,
    cell_features,
)
from diabelli.synthesis.analysis.colour_objects import ColourObject
from diabelli.synthesis.analysis.extension import ExtensionLimits, extension_limits
from diabelli.synthesis.analysis.ground_texture import is_one_texture
from diabelli.synthesis.analysis.lettering import (
    INPUT,
    READABLE,
    Lettering,
    LikeliestLettering,
    enlarged_lettering,
    find_lettering,
)
from diabelli.synthesis.analysis.orientation import tilt_tolerance
from diabelli.synthesis.analysis.patch_uniqueness import patch_uniqueness
from diabelli.synthesis.analysis.people import People, find_people
from diabelli.synthesis.analysis.picture_border import NO_BORDER, Insets, border_insets
from diabelli.synthesis.analysis.picture_kind import PictureKind, classify
from diabelli.synthesis.analysis.recolouring import recolourable_objects
from diabelli.synthesis.analysis.rigidity import rigidity, smoothness
from diabelli.synthesis.analysis.saliency import descriptors, saliency
from diabelli.synthesis.analysis.subject import subject
from diabelli.synthesis.core.alpha import is_transparent
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.parallel import ParallelMap, run_sequentially
from diabelli.synthesis.core.pyramid import WORK_LEVEL, WORK_SIDE, pyramid_sizes, size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import GATE_SIDE, Bytes, Floats

UNIQUENESS_SIDE = 48
"""Side in pixels at which patch uniqueness is measured."""
MIN_TEXT_TILT = 0.4
"""Minimum tilt tolerance of pictures with text."""
OVERSAMPLING = 1.25
"""Images for warps are this factor larger than the canvas if the source has the detail."""


@dataclass(slots=True, eq=False)
class Analysis:
    """A source and the results of its analysis, in one orientation.

    Attributes:
        sizes: (height, width) of the levels, coarsest first.
        pyramid: the source (h, w, 4) uint8, premultiplied, and its halves, finest first.
        rigidity: (GRID, GRID) float32, 0..1.
        subject: (GRID, GRID) float32, 0..1, cells that no frame should cut.
        body: (GRID, GRID) float32, 0..1, cells that certainly belong to the subject.
        smoothness: (GRID, GRID) float32, 0..1.
        people: where people are.
        cells: cell features for montages.
        border: thin even lines along the edges, which are not shown.
        extension: how far frames may extend beyond the edges.
        contrast: standard deviation at GATE_SIDE pixels, in grey levels, at least 12.
        kind: picture kind.
        has_lettering: whether it may show lettering, which is unreadable mirrored.
        lettering_excluded: whether it hardly shows any; neither is true where that is unsure.
        lettering: (GRID, GRID) float32, 0..1, what may be lettering, widened.
        lettering_chances: (rows, columns) float32, 0..1, how likely each place is lettering.
        likeliest_lettering: the place where lettering is likeliest.
        divisible: whether a montage may rearrange the surroundings of the subject.
        tilt_tolerance: 0..1, share of the maximum tilt.
        colour_objects: objects that can be recoloured.
    """

    sizes: list[tuple[int, int]]
    pyramid: list[Bytes]
    rigidity: Floats
    subject: Floats
    body: Floats
    smoothness: Floats
    people: People
    cells: CellFeatures
    border: Insets
    extension: ExtensionLimits
    contrast: float
    kind: PictureKind
    has_lettering: bool
    lettering_excluded: bool
    lettering: Floats
    lettering_chances: Floats
    likeliest_lettering: LikeliestLettering
    divisible: bool
    tilt_tolerance: float
    colour_objects: list[ColourObject]
    _unmirrored: Analysis | None = None
    _resized: dict[tuple[int, int], Bytes] = field(default_factory=dict)
    _resizing: Lock = field(default_factory=Lock)
    _enlarged: float | None = None
    _enlarging: Lock = field(default_factory=Lock)

    @property
    def has_words(self) -> bool:
        """Whether it surely shows words, which are lost where they become smaller or are cut."""
        return self.likeliest_lettering.value > READABLE

    @property
    def lettering_share(self) -> float:
        """Share of the picture that may be lettering, 0..1."""
        return float(self.lettering.mean())

    def enlarged_lettering(self) -> float:
        """Return the chance 0..1 of lettering at the likeliest place, enlarged; cached.

        It finds smaller words than the map of the whole picture.
        """
        with self._enlarging:
            if self._enlarged is None:
                small = self.image_at(*size_with_area(*self.sizes[-1], INPUT))
                self._enlarged = enlarged_lettering(small, self.likeliest_lettering)
            return self._enlarged

    def level(self, index: int) -> Bytes:
        """Return the source at the size of that level, (height, width, 4) uint8."""
        return self.image_at(*self.sizes[index])

    def image_at(self, height: int, width: int) -> Bytes:
        """Return the source at that size, (height, width, 4) uint8; cached, thread-safe."""
        with self._resizing:
            if (height, width) not in self._resized:
                self._resized[height, width] = self._made(height, width)
            return self._resized[height, width]

    def _made(self, height: int, width: int) -> Bytes:
        """Resize the source, or mirror the resized image of the other orientation."""
        if self._unmirrored is not None:
            return _flip(self._unmirrored.image_at(height, width))
        return resize(self._with_detail(height), height, width)

    def image_for_warp(self, height: int, width: int, scale: float = 1.0) -> Bytes:
        """Return the source for a warp to that size under a layout that shrinks it by `scale`.

        It is the source itself if it has no more detail than the warp shows. Otherwise it is
        OVERSAMPLING times the displayed size, rounded to an eighth, so that variations share
        resized images.
        """
        finer = round(8 * OVERSAMPLING / max(scale, 1.0)) / 8
        image = self._with_detail(height)
        if image.shape[0] <= height * min(finer, 1) and image.shape[1] <= width * min(finer, 1):
            return image
        finer = min(finer, max(1.0, min(image.shape[0] / height, image.shape[1] / width)))
        return self.image_at(round(height * finer), round(width * finer))

    def _with_detail(self, height: int) -> Bytes:
        """Return the smallest pyramid image with at least OVERSAMPLING times `height` rows."""
        fine = [image for image in self.pyramid if image.shape[0] >= OVERSAMPLING * height]
        return fine[-1] if fine else self.pyramid[0]

    def mirrored(self) -> Analysis:
        """Return the analysis of the source mirrored left to right."""
        likeliest = self.likeliest_lettering
        return Analysis(
            sizes=self.sizes,
            pyramid=[_flip(image) for image in self.pyramid],
            rigidity=_flip(self.rigidity),
            subject=_flip(self.subject),
            body=_flip(self.body),
            smoothness=_flip(self.smoothness),
            people=People(*(_flip(one) for one in self.people)),
            cells=self.cells.mirrored(),
            border=self.border.mirrored(),
            extension=self.extension.mirrored(),
            contrast=self.contrast,
            kind=self.kind,
            has_lettering=self.has_lettering,
            lettering_excluded=self.lettering_excluded,
            lettering=_flip(self.lettering),
            lettering_chances=_flip(self.lettering_chances),
            likeliest_lettering=likeliest._replace(column=1 - likeliest.column),
            divisible=self.divisible,
            tilt_tolerance=self.tilt_tolerance,
            colour_objects=self.colour_objects,
            _unmirrored=self,
        )


def analyse(
    source: Bytes, height: int, width: int, run_parallel: ParallelMap = run_sequentially
) -> Analysis:
    """Analyse a source.

    Args:
        source: (h, w, 4) uint8, premultiplied.
        height: rows of the canvas.
        width: columns of the canvas.
        run_parallel: runs independent pieces of work.
    """
    sizes = pyramid_sizes(height, width)
    ((pyramid, work),) = run_parallel([partial(_build_pyramid, source, sizes[WORK_LEVEL])])
    pieces: list[Callable[[], object]] = [
        partial(_analyse_locally, work),
        partial(_analyse_regionally, work),
        partial(_find_lettering, pyramid),
        partial(find_people, work),
    ]
    local, regional, lettering, people = cast(
        tuple[_LocalFindings, _RegionalFindings, Lettering, People], tuple(run_parallel(pieces))
    )
    (analysis,) = run_parallel(
        [partial(_combine_findings, sizes, pyramid, work, local, regional, lettering, people)]
    )
    return analysis


def _build_pyramid(source: Bytes, size: tuple[int, int]) -> tuple[list[Bytes], Bytes]:
    """Return the source with its halves, and the source at the size of analysis."""
    pyramid = [source]
    while min(pyramid[-1].shape[:2]) >= 2 * WORK_SIDE:
        pyramid.append(resize(pyramid[-1], pyramid[-1].shape[0] // 2, pyramid[-1].shape[1] // 2))
    return pyramid, resize(pyramid[-1], *size)


def _find_lettering(pyramid: list[Bytes]) -> Lettering:
    """Find lettering in the smallest image that has the detail."""
    fine = [image for image in pyramid if image.shape[0] * image.shape[1] >= INPUT**2]
    return find_lettering(fine[-1] if fine else pyramid[0])


class _LocalFindings(NamedTuple):
    """Results of the analyses of small neighbourhoods.

    Attributes:
        uniqueness: (rows, columns) float32, 0..1, of each patch.
        smoothness: (GRID, GRID) float32, 0..1.
        kind: picture kind.
    """

    uniqueness: Floats
    smoothness: Floats
    kind: PictureKind


class _RegionalFindings(NamedTuple):
    """Results of the analyses of regions.

    Attributes:
        texture: (features, rows, columns) float32 texture descriptors.
        saliency: (GRID, GRID) float32, 0..1.
        tilt_tolerance: 0..1.
    """

    texture: Floats
    saliency: Floats
    tilt_tolerance: float


def _analyse_locally(image: Bytes) -> _LocalFindings:
    """Analyse small neighbourhoods of `image` (h, w, 4) uint8."""
    height, width = image.shape[:2]
    small = resize(image, *size_with_area(height, width, UNIQUENESS_SIDE))
    return _LocalFindings(patch_uniqueness(small), smoothness(image), classify(image))


def _analyse_regionally(image: Bytes) -> _RegionalFindings:
    """Analyse regions of `image` (h, w, 4) uint8."""
    texture = descriptors(image)
    salient = np.clip(resize_map(saliency(texture), GRID, GRID), 0, 1)
    return _RegionalFindings(texture, salient, tilt_tolerance(image, texture))


def _combine_findings(
    sizes: list[tuple[int, int]],
    pyramid: list[Bytes],
    work: Bytes,
    local: _LocalFindings,
    regional: _RegionalFindings,
    lettering: Lettering,
    people: People,
) -> Analysis:
    """Derive the analysis from the findings about `work` (h, w, 4) uint8."""
    kind, plain = local.kind, local.smoothness
    whole = kind.is_graphic or kind.has_text or kind.symmetric or is_transparent(work)
    border = NO_BORDER if whole else border_insets(work)
    rigid = rigidity(work, regional.saliency, local.uniqueness, plain)
    parts = subject(work, regional.saliency, rigid, plain, inked=kind.is_graphic or kind.has_text)
    # Lettering is readable only whole and undistorted.
    rigid = np.maximum(rigid, lettering.cells)
    around = np.maximum(parts.around, lettering.cells)
    cells = cell_features(work, around, rigid, plain, regional.texture)
    divisible = (
        not whole and border == NO_BORDER and is_one_texture(cells.features[..., TEXTURE:], around)
    )
    extension = ExtensionLimits(0.0, 0.0, 0.0)
    if border == NO_BORDER:
        extension = extension_limits(
            around,
            cells.features[..., TEXTURE:],
            cells.features[..., LINE_DENSITY],
            plain,
            divisible=divisible,
        )
    return Analysis(
        sizes=sizes,
        pyramid=pyramid,
        rigidity=rigid,
        subject=around,
        body=parts.body,
        smoothness=plain,
        people=people,
        cells=cells,
        border=border,
        extension=extension,
        contrast=max(float(resize(work, GATE_SIDE, GATE_SIDE)[..., :3].std()), 12.0),
        kind=kind,
        has_lettering=lettering.possible,
        lettering_excluded=lettering.excluded,
        lettering=lettering.cells,
        lettering_chances=lettering.chances,
        likeliest_lettering=lettering.likeliest,
        divisible=divisible,
        tilt_tolerance=_tilt_tolerance_of_kind(kind, regional.tilt_tolerance),
        colour_objects=[] if kind.is_graphic or kind.is_cut_out else recolourable_objects(work),
    )


def _tilt_tolerance_of_kind(kind: PictureKind, measured: float) -> float:
    """Tilt tolerance 0..1: 0 for graphics and symmetry, at least MIN_TEXT_TILT for text."""
    if kind.is_graphic or kind.symmetric:
        return 0.0
    return max(measured, MIN_TEXT_TILT * kind.has_text)


def _flip(array: np.ndarray) -> np.ndarray:
    """Mirror an array left to right."""
    if array.dtype == np.uint8:  # four planes are moved as one number, which is quicker
        return np.ascontiguousarray(array.view(np.uint32)[:, ::-1]).view(np.uint8)
    return np.ascontiguousarray(array[:, ::-1])
