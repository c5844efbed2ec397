"""The guide: a montage of the source under a layout.

It is plausible everywhere except along its seams, which patches of the source mend; see `refine`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from diabelli.synthesis.analysis.source_analysis import Analysis
from diabelli.synthesis.core.filters import blur, dilate
from diabelli.synthesis.core.grid import sample_bilinear
from diabelli.synthesis.core.pyramid import WORK_LEVEL
from diabelli.synthesis.core.resample import to_bytes
from diabelli.synthesis.core.types import PATCH, Bytes, Floats, Labels
from diabelli.synthesis.core.warp import enlarge, enlarge_labels, tint, warp
from diabelli.synthesis.layout.layout import Layout
from diabelli.synthesis.montage.montage import Montage

SEAM_RADIUS = 3
"""Distance from a seam within which patches decide alone, in pixels of levels up to WORK_SIDE."""


@dataclass(slots=True, eq=False)
class Guide:
    """An analysed source under one layout and one montage.

    Attributes:
        analysis: of the source, in the layout's orientation.
        layout: source position of each place.
        montage: shift of each place.
        subject: (GRID, GRID) float32, 0..1, subject on the canvas.
    """

    analysis: Analysis
    layout: Layout
    montage: Montage
    subject: Floats
    _images: dict[int, Bytes] = field(default_factory=dict)
    _labels: dict[tuple[int, int], Labels] = field(default_factory=dict)
    _freedom: dict[int, Bytes] = field(default_factory=dict)

    def render(self, height: int, width: int, hidden: Bytes | None = None) -> Bytes:
        """Render the guide at that size.

        Args:
            height: rows.
            width: columns.
            hidden: (height, width) uint8; pixels with 255 are skipped.

        Returns:
            (height, width, 4) uint8.
        """
        detailed = self.analysis.image_for_warp(height, width, self.layout.scale)
        return self._shown(detailed, height, width, hidden)

    def _shown(self, image: Bytes, height: int, width: int, hidden: Bytes | None) -> Bytes:
        """Warp `image` by the layout and the montage, with the colour offsets."""
        labels = self.labels(height, width)
        shown = warp(
            image,
            self.layout.rows,
            self.layout.columns,
            labels,
            self.montage.shifts,
            calm=self.analysis.kind.is_graphic,
            hidden=hidden,
        )
        if not self.montage.seamless:
            tint(shown, labels, self.montage.labels, self.montage.colour_offsets)
        return shown

    def labels(self, height: int, width: int) -> Labels:
        """Return the index of the copy that each pixel shows, (height, width) uint8."""
        if (height, width) not in self._labels:
            self._labels[height, width] = enlarge_labels(self.montage.labels, height, width)
        return self._labels[height, width]

    def level(self, index: int) -> Bytes:
        """Return the guide at the size of that level, (height, width, 4) uint8.

        Level 0 and the last one are complete; others are rendered near seams only.
        """
        if index not in self._images:
            height, width = self.analysis.sizes[index]
            free = self.mend_mask(index)
            if index == 0:
                self._images[index] = self.render(height, width)
            elif index == len(self.analysis.sizes) - 1:
                self._images[index] = self.render(height, width, free)
            else:
                near = dilate((free > 0).astype(np.float32), PATCH) > 0
                hidden = np.where(near, np.uint8(0), np.uint8(255))
                source = self.analysis.level(index)
                self._images[index] = self._shown(source, height, width, hidden)
        return self._images[index]

    def mend_mask(self, index: int) -> Bytes:
        """Return the weight of patches per pixel of that level, (height, width) uint8, 0..255."""
        if index not in self._freedom:
            height, width = self.analysis.sizes[index]
            if index <= WORK_LEVEL:
                self._freedom[index] = _seam_mask(self.labels(height, width))
            else:
                coarse = self.mend_mask(WORK_LEVEL).astype(np.float32) / np.float32(255)
                self._freedom[index] = enlarge(coarse, height, width)
        return self._freedom[index]


def _seam_mask(labels: Labels) -> Bytes:
    """255 within SEAM_RADIUS pixels of label changes, falling off beyond: (h, w) uint8."""
    seam = np.zeros(labels.shape, np.float32)
    seam[:-1] = labels[:-1] != labels[1:]
    seam[:, :-1] = np.maximum(seam[:, :-1], labels[:, :-1] != labels[:, 1:])
    return to_bytes(255 * np.clip(1.6 * blur(dilate(seam, SEAM_RADIUS), 1.2), 0, 1))


def guide_of(analysis: Analysis, layout: Layout, montage: Montage) -> Guide:
    """Return the guide of an analysed source, in the layout's orientation."""
    subject = sample_bilinear(analysis.subject[..., None], layout.rows, layout.columns)[..., 0]
    return Guide(analysis, layout, montage, subject)
