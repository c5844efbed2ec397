"""Graph-cut montage of shifted copies, so that the surroundings of the subject are new.

Each cell of the canvas shows one of the copies. The labelling maximises new content and puts seams
where adjacent copies look alike (graph-cut textures: Kwatra, Schödl, Essa, Turk, Bobick 2003;
shift maps: Pritch, Kav-Venaki, Peleg 2009). Unary costs keep the subject in place, once, and skies
up. The labelling is improved by alpha-expansion moves (Boykov, Veksler, Zabih 2001).

Where copies of different brightness meet, smooth colour offsets on both sides hide the step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diabelli.synthesis.core.binary_mrf import Pairs, minimise_binary_mrf
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.sor import solve_sor
from diabelli.synthesis.core.types import Floats, Labels
from diabelli.synthesis.montage.shifts import FORBIDDEN_COST, ShiftedCopies

EXPANSION_ROUNDS = 2
"""Rounds of alpha-expansion over all copies."""
MRF_SWEEPS = 8
"""TRW-S sweeps per expansion move."""
TEXTURE_MASKING_SCALE = np.float32(90)
"""Texture energy, summed over both sides of a seam, that halves its cost by masking it."""
BASE_SEAM_COST = np.float32(10)
"""Cost of a seam between copies of equal appearance."""
STIFFNESS_SEAM_GAIN = np.float32(2)
"""Additional cost factor of a seam per unit of stiffness."""
OFFSET_DECAY = np.float32(0.01)
"""Weight towards 0 of colour offsets; they decay over the root of its inverse, in cells."""
MAX_HIDDEN_STEP = np.float32(40)
"""Steps in grey levels up to which offsets hide them; from twice as many they count as edges."""
SOR_ITERATIONS = 60
"""SOR iterations for the colour offsets."""


@dataclass(frozen=True, slots=True, eq=False)
class Montage:
    """Labelling of the cells of a canvas.

    Attributes:
        labels: (GRID, GRID) uint8, index of the copy that each cell shows.
        shifts: (copies, 2) float32, vertical and horizontal shift of each copy, in the source's
            sides.
        colour_offsets: (GRID, GRID, 3) float32, added to the colours, in grey levels.
    """

    labels: Labels
    shifts: Floats
    colour_offsets: Floats

    @property
    def seamless(self) -> bool:
        """Whether it shows a single copy."""
        return not self.labels.any()


def unshifted() -> Montage:
    """Return the montage of copy 0 alone."""
    nothing = np.zeros((GRID, GRID, 3), np.float32)
    return Montage(np.zeros((GRID, GRID), np.uint8), np.zeros((1, 2), np.float32), nothing)


def solve_montage(copies: ShiftedCopies) -> Montage:
    """Minimise the energy of the labelling by alpha-expansion."""
    labels = np.zeros(copies.unary.shape[1:], np.uint8)
    least = _energy(
        copies.unary, copies.appearance, copies.texture_energy, copies.stiffness, labels
    )
    for _ in range(EXPANSION_ROUNDS):
        before = least
        for alpha in range(len(copies.shifts)):
            tried = _alpha_expansion(copies, labels, alpha)
            cost = _energy(
                copies.unary, copies.appearance, copies.texture_energy, copies.stiffness, tried
            )
            if cost < least:
                labels, least = tried, cost
        if least == before:
            break
    return Montage(labels, copies.shifts, _colour_offsets(copies.appearance, labels))


def _alpha_expansion(copies: ShiftedCopies, labels: Labels, alpha: int) -> Labels:
    """Return the labels after one expansion move of `alpha`."""
    right, down = _pairwise_costs(
        copies.unary, copies.appearance, copies.texture_energy, copies.stiffness, labels, alpha
    )
    kept = np.take_along_axis(copies.unary, labels[None].astype(np.int64), 0)[0]
    takes = minimise_binary_mrf(np.stack([kept, copies.unary[alpha]], 2), right, down, MRF_SWEEPS)
    return np.where(takes, np.uint8(alpha), labels)


@kernel
def _seam_cost(
    appearance: Floats,
    texture_energy: Floats,
    stiffness: Floats,
    a: int,
    b: int,
    y: int,
    x: int,
    v: int,
    u: int,
) -> np.float32:
    """Cost of label a at cell (y, x) next to label b at its neighbour (v, u)."""
    if a == b:
        return np.float32(0)
    apart = np.float32(0)
    for c in range(appearance.shape[3]):
        apart += abs(appearance[a, y, x, c] - appearance[b, y, x, c])
        apart += abs(appearance[a, v, u, c] - appearance[b, v, u, c])
    detail = (
        texture_energy[a, y, x]
        + texture_energy[b, y, x]
        + texture_energy[a, v, u]
        + texture_energy[b, v, u]
    )
    through = max(stiffness[a, y, x], stiffness[b, y, x], stiffness[a, v, u], stiffness[b, v, u])
    return (apart / (1 + detail / TEXTURE_MASKING_SCALE) + BASE_SEAM_COST) * (
        1 + STIFFNESS_SEAM_GAIN * through
    )


@kernel
def _energy(
    unary: Floats, appearance: Floats, texture_energy: Floats, stiffness: Floats, labels: Labels
) -> np.float64:
    """Energy of a labelling: unary and seam costs.

    Args:
        unary: (copies, rows, columns) float32.
        appearance: (copies, rows, columns, 20) float32.
        texture_energy: (copies, rows, columns) float32.
        stiffness: (copies, rows, columns) float32.
        labels: (rows, columns) uint8.
    """
    rows, columns = labels.shape
    total = np.float64(0)
    for y in range(rows):
        for x in range(columns):
            a = labels[y, x]
            total += unary[a, y, x]
            if x + 1 < columns:
                total += _seam_cost(
                    appearance, texture_energy, stiffness, a, labels[y, x + 1], y, x, y, x + 1
                )
            if y + 1 < rows:
                total += _seam_cost(
                    appearance, texture_energy, stiffness, a, labels[y + 1, x], y, x, y + 1, x
                )
    return total


@kernel
def _pairwise_costs(
    unary: Floats,
    appearance: Floats,
    texture_energy: Floats,
    stiffness: Floats,
    labels: Labels,
    alpha: int,
) -> tuple[Pairs, Pairs]:
    """Seam costs to the right of and below each cell for keeping its label or taking `alpha`.

    Arrays as in `_energy`.

    Returns:
        Two (rows, columns, 4) float32 arrays.
    """
    rows, columns = labels.shape
    right = np.zeros((rows, columns, 4), np.float32)
    down = np.zeros((rows, columns, 4), np.float32)
    for y in range(rows):
        for x in range(columns):
            for pair, v, u in ((right[y, x], y, x + 1), (down[y, x], y + 1, x)):
                if v == rows or u == columns:
                    continue
                if unary[alpha, y, x] >= FORBIDDEN_COST and unary[alpha, v, u] >= FORBIDDEN_COST:
                    continue
                a, b = labels[y, x], labels[v, u]
                pair[0] = _seam_cost(appearance, texture_energy, stiffness, a, b, y, x, v, u)
                pair[1] = _seam_cost(appearance, texture_energy, stiffness, a, alpha, y, x, v, u)
                pair[2] = _seam_cost(appearance, texture_energy, stiffness, alpha, b, y, x, v, u)
    return right, down


def _colour_offsets(appearance: Floats, labels: Labels) -> Floats:
    """Smoothest colour offsets that remove the steps between copies.

    Agarwala et al. (2004) solve this with gradients, Burt and Adelson (1983) with bands.

    Args:
        appearance: (copies, GRID, GRID, 20) float32 as in `ShiftedCopies`.
        labels: (GRID, GRID) uint8.

    Returns:
        (GRID, GRID, 3) float32 in grey levels.
    """
    colours = appearance.reshape(*appearance.shape[:3], 4, 5)[..., :3].sum(3)
    return _solve_colour_offsets(np.stack([blur(alpha, 0.8) for alpha in colours]), labels)


@kernel
def _solve_colour_offsets(colours: Floats, labels: Labels) -> Floats:
    """Solve for the colour offsets by successive over-relaxation.

    Args:
        colours: (copies, rows, columns, 3) float32, blurred colours of each copy in grey levels.
        labels: (rows, columns) uint8.

    Returns:
        (rows, columns, 3) float32 in grey levels.
    """
    rows, columns = labels.shape
    diagonal = np.full((rows, columns), OFFSET_DECAY)
    links = np.ones((rows, columns), np.float32)
    steps = np.zeros((3, 2, rows, columns), np.float32)
    for y in range(rows):
        for x in range(columns):
            for dy, dx in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                v, u = y + dy, x + dx
                if not (0 <= v < rows and 0 <= u < columns):
                    continue
                diagonal[y, x] += 1
                a, b = labels[y, x], labels[v, u]
                if a == b or dy + dx < 0:
                    continue
                for c in range(3):
                    step = colours[b, y, x, c] - colours[a, y, x, c]
                    step += colours[b, v, u, c] - colours[a, v, u, c]
                    step *= np.float32(0.5)
                    hidden = min(max(2 - abs(step) / MAX_HIDDEN_STEP, np.float32(0)), np.float32(1))
                    steps[c, 0 if dy != 0 else 1, y, x] = step * hidden
    offsets = np.zeros((rows, columns, 3), np.float32)
    nothing = np.zeros((rows, columns), np.float32)
    for c in range(3):
        solved = nothing.copy()
        solve_sor(
            solved, nothing, diagonal, links, links, steps[c, 0], steps[c, 1], 1.6, SOR_ITERATIONS
        )
        offsets[..., c] = solved
    return offsets
