"""Colour offsets that hide the steps of light between the copies of a mosaic."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.sor import solve_sor
from diabelli.synthesis.core.types import Floats, Labels
from diabelli.synthesis.moves.ground import BODY, LOW, SIDE, Ground, light
from diabelli.synthesis.moves.mosaic import Mosaic, lay
from diabelli.synthesis.moves.seam_costs import GRID

OFFSET_DECAY = np.float32(0.004)
"""Weight of the offsets towards 0; they decay over the root of its inverse, in cells of GRID."""
KEPT = np.float32(20)
"""Weight that keeps the subject's own colours."""
SOR_ITERATIONS, OMEGA = 150, 1.8


def colour_offsets(ground: Ground, mosaic: Mosaic) -> Floats:
    """Return offsets to add to each copy's colours, (copies, GRID, GRID, 3), in grey levels.

    The light of the ground stays where it is on the canvas. A membrane hides the steps of the low
    band that remain at seams.
    """
    placement, labels = mosaic.placement, mosaic.labels
    planes, _ = lay(ground, placement)
    centres = (np.arange(GRID) + 0.5) / GRID
    wanted = light(ground.trend, centres, centres)
    steps = _membrane(planes, labels)
    out = np.empty((len(planes), GRID, GRID, 3), np.float32)
    for k, copy in enumerate(placement.copies):
        rows = (centres * SIDE - copy.top) / placement.size
        columns = (centres * SIDE - copy.left) / placement.size
        if copy.mirrored:
            columns = 1 - columns
        own = np.clip(rows, 0, 1), np.clip(columns, 0, 1)
        share = blur((labels == k).astype(np.float32), 0.7)[..., None]
        smooth = blur(steps * (labels == k)[..., None], 0.7) / np.maximum(share, np.float32(1e-3))
        out[k] = wanted - light(ground.trend, *own) + np.where(share > 0.02, smooth, steps)
    return out


def _membrane(planes: Floats, labels: Labels) -> Floats:
    """Return the smoothest field that removes the low band's steps at seams, (GRID, GRID, 3)."""
    low = _quartered(planes[..., LOW : LOW + 3])
    body = _quartered(planes[:1, ..., BODY : BODY + 1])[0, ..., 0]
    neighbours = np.full((GRID, GRID), 4, np.float32)
    for edge in (neighbours[0], neighbours[-1], neighbours[:, 0], neighbours[:, -1]):
        edge -= 1
    weight = neighbours + OFFSET_DECAY
    weight += KEPT * np.clip((body - np.float32(0.3)), 0, 1) * (labels == 0)
    links, nothing = np.ones((GRID, GRID), np.float32), np.zeros((GRID, GRID), np.float32)
    out = np.zeros((GRID, GRID, 3), np.float32)
    for c in range(3):
        solved = nothing.copy()
        down, right = _steps(np.ascontiguousarray(low[..., c]), labels)
        solve_sor(solved, nothing, weight, links, links, down, right, OMEGA, SOR_ITERATIONS)
        out[..., c] = solved
    return out


def _quartered(planes: Floats) -> Floats:
    """Return the mean of each 2 x 2 cells of (copies, SIDE, SIDE, p)."""
    upper, lower = planes[:, ::2], planes[:, 1::2]
    total = (upper[:, :, ::2] + upper[:, :, 1::2]) + (lower[:, :, ::2] + lower[:, :, 1::2])
    return total * np.float32(0.25)


@kernel
def _steps(low: Floats, labels: Labels) -> tuple[Floats, Floats]:
    """Return the steps towards the cell below and to the right, as `solve_sor` takes them."""
    side = labels.shape[0]
    down, right = np.zeros((side, side), np.float32), np.zeros((side, side), np.float32)
    for y in range(side):
        for x in range(side):
            a = labels[y, x]
            for into, v, u in ((down, y + 1, x), (right, y, x + 1)):
                if v < side and u < side and labels[v, u] != a:
                    b = labels[v, u]
                    into[y, x] = np.float32(0.5) * (
                        low[b, y, x] - low[a, y, x] + low[b, v, u] - low[a, v, u]
                    )
    return down, right
