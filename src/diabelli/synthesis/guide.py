"""The guide: the source under a layout, which canvases start from and keep where it is rigid.

A guide is a smooth deformation of the source: plausible everywhere, but soft and close to it.  A
canvas shows the guide where it is rigid, and patches of the source where it is free.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from diabelli.synthesis.analysis import Analysis
from diabelli.synthesis.field import expected_field
from diabelli.synthesis.layout import Layout, folded
from diabelli.synthesis.resample import Bytes, Floats, sample, to_bytes
from diabelli.synthesis.rigidity import GRID
from diabelli.synthesis.search import Field
from diabelli.synthesis.warp import enlarge, warp


@dataclass(slots=True, eq=False)
class Guide:
    """An analysed source under one layout.

    Attributes:
        analysis: of the source, in the orientation that the layout wants.
        layout: where each place comes from.
        rigidity: (GRID, GRID) float32, 0..1, of the places of the canvas.
        plainness: likewise; what the layout magnifies counts as plain, since patches would repeat.
    """

    analysis: Analysis
    layout: Layout
    rigidity: Floats
    plainness: Floats
    _images: dict[int, Bytes] = field(default_factory=dict)

    def at(self, height: int, width: int, hidden: Bytes | None = None) -> Bytes:
        """The source under the layout, (height, width, 4) uint8, but where `hidden` is 255."""
        return warp(
            self.analysis.detailed(height, width),
            self.layout.rows,
            self.layout.columns,
            height,
            width,
            calm=self.analysis.kind.drawn,
            hidden=hidden,
        )

    def level(self, index: int) -> Bytes:
        """The source under the layout at the size of that level, where canvases show it."""
        if index not in self._images:
            self._images[index] = self.at(*self.analysis.sizes[index], self.freedom(index))
        return self._images[index]

    def freedom(self, index: int) -> Bytes:
        """How much of each pixel of that level patches decide, (height, width) uint8, 0..255."""
        free = freedom(self.rigidity, self.plainness) * np.float32(not self.analysis.kind.drawn)
        return enlarge(free, *self.analysis.sizes[index])

    def expected(self, index: int) -> Field:
        """The places that matches of that level are expected at, in units of 1/16 pixel."""
        return expected_field(*self.layout.shuffled(*self.analysis.sizes[index]))


def freedom(rigidity: Floats, plainness: Floats) -> Floats:
    """How much patches decide where a picture is so rigid and plain, (GRID, GRID) 0..1."""
    return np.clip(1.4 - 2.8 * np.maximum(rigidity, plainness), 0, 1).astype(np.float32)


def guide_of(analysis: Analysis, layout: Layout) -> Guide:
    """The guide of an analysed source, in the orientation of the layout."""
    shares = (layout.rows, layout.columns)
    places = [folded(share) * GRID - np.float32(0.5) for share in shares]
    beyond = np.max(
        [np.clip(np.abs(share - np.float32(0.5)) - np.float32(0.5), 0, 1) for share in shares],
        axis=0,
    )
    inside = np.clip(1 - 2 * GRID * beyond, 0, 1)
    maps = to_bytes(255 * np.stack([analysis.rigidity, analysis.plainness], axis=2))
    moved = sample(maps, *places) / np.float32(255)
    return Guide(
        analysis,
        layout,
        rigidity=(moved[..., 0] * inside).astype(np.float32),
        plainness=np.maximum(moved[..., 1], layout.magnified()),
    )
