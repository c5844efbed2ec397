"""Brickwork: stones in a bond, with joints, as a relief.

Positions on a wall are in courses: multiples of the height of a stone with its joint.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import ramp
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.types import Floats

LATTICE = 64
"""Rows and columns of the noise of stones; a power of two."""
BONDS = STRETCHERS, FLEMISH, ENGLISH = 0, 1, 2
"""Bonds: long sides only; long sides and ends in each course; in turn by course."""
FAR = 1024.0
"""Added to positions, in courses, so that they are positive."""


class Bond(NamedTuple):
    """How stones are laid.

    Attributes:
        kind: STRETCHERS, FLEMISH or ENGLISH.
        length: of a stone with its joint, in courses.
        joint: width of a joint, in courses.
        edge: width of the rounded edge of a stone, in courses.
        rough: how uneven stones are, about 0.5..1.5.
    """

    kind: int
    length: np.float32
    joint: np.float32
    edge: np.float32
    rough: np.float32


@kernel
def lay_stones(
    rows: Floats, scales: Floats, columns: Floats, bond: Bond, lattice: Floats
) -> Floats:
    """Render stones as maps.

    Args:
        rows: (h,) float32, positions of rows, in courses.
        scales: (h,) float32, factor of the positions of columns in each row.
        columns: (w,) float32, positions of columns, in courses if the factor is 1.
        bond: how they are laid.
        lattice: (LATTICE, LATTICE) float32, normal.

    Returns:
        (h, w, 4) float32: height of the relief, about 0 in joints to 1; how far a place is on a
        stone, 0..1; a number of the stone, normal; grain, about -1..1.
    """
    one, half, zero, two = np.float32(1), np.float32(0.5), np.float32(0), np.float32(2)
    out = np.empty((rows.shape[0], columns.shape[0], 4), np.float32)
    round_ = np.float32(0.09)
    for r in range(rows.shape[0]):
        for c in range(columns.shape[0]):
            v, u = rows[r] + np.float32(FAR), columns[c] * scales[r] + np.float32(FAR)
            low = value_noise(lattice, np.float32(0.37) * v, np.float32(0.31) * u)
            fine = value_noise(lattice, np.float32(6.1) * v, np.float32(5.3) * u)
            finest = value_noise(lattice, np.float32(17) * v, np.float32(15) * u)
            down = v + np.float32(0.035) * bond.rough * low
            course = int(down)
            odd = course & 1
            length, along, number = bond.length, u, 0
            if bond.kind == FLEMISH:
                period = np.float32(1.5) * bond.length
                along += np.float32(0.75) * bond.length * np.float32(odd)
                number = int(along / period)
                along -= np.float32(number) * period
                number *= 2
                if along >= length:
                    along -= length
                    length *= half
                    number += 1
            else:
                if bond.kind == ENGLISH and odd:
                    length *= half
                    along += half * length
                elif bond.kind == STRETCHERS:
                    along += half * length * np.float32(odd)
                number = int(along / length)
                along -= np.float32(number) * length
            # The factors make all numbers of a stone differ within the lattice.
            a, b = (31 * number + 18 * course) % LATTICE, (7 * number + 57 * course) % LATTICE
            tone, lean = lattice[a, b], lattice[b, a]
            shift = np.float32(0.018) * bond.rough * lattice[a, (b + 9) % LATTICE]
            p = abs(along - half * length - shift) - half * (length - bond.joint) + round_
            q = abs(down - np.float32(course) - half - half * shift)
            q -= half * (one - bond.joint) - round_
            outside = np.sqrt(max(p, zero) * max(p, zero) + max(q, zero) * max(q, zero))
            depth = round_ - outside - min(max(p, q), zero)
            depth += bond.rough * (np.float32(0.022) * fine + np.float32(0.012) * finest)
            face = ramp(depth / bond.edge + half)
            pit = max(fine * np.float32(0.7) + half * finest - np.float32(0.9), zero)
            rise = one + np.float32(0.13) * bond.rough * tone
            rise += np.float32(0.16) * bond.rough * lean * (along / length - half)
            rise += bond.rough * (np.float32(0.02) * fine + np.float32(0.035) * finest)
            rise -= np.float32(0.3) * bond.rough * pit
            mortar = np.float32(0.34) + np.float32(0.08) * finest + np.float32(0.05) * fine
            out[r, c, 0] = mortar + face * (rise - mortar)
            out[r, c, 1] = face
            out[r, c, 2] = tone
            out[r, c, 3] = half * (fine + finest) / two + half * low
    return out
