"""Skeins of thread with a paper band, beside the hoop."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.cross_stitch.hoop import part_around
from diabelli.synthesis.moves.cross_stitch.needlework import Light

HALF_WIDTH, HALF_LENGTH = 0.034, 0.2
"""Halves of the width and of the length of a skein, in sides of the canvas."""
AWAY, LEAN = 0.145, 0.2
"""Distance of a skein from the corner of the canvas, in sides; and how much it is turned."""
STRANDS, TWIST = 8, 26.0
"""Strands across a skein, and twists along each in a side."""
BAND, BAND_PLACE, TIGHT = 0.03, 0.045, 0.16
"""Half of the width of the paper band, its largest distance from the middle, in sides, and share of
the width that it takes."""
STRIPES, STRIPE = 0.72, 0.003
"""Places of two stripes on the band, in half of its width, and half of their width, in sides."""
PAPER = (0.93, 0.91, 0.87)
"""Colour of the band."""
LIFT, SHADOW = 0.012, 0.38
"""Height of a skein, in sides, and strength of its shadow."""
DIAGONAL = 0.70710678


class Pose(NamedTuple):
    """Pose of a skein.

    Attributes:
        down: direction of the skein; with `across` of length 1.
        across: how far to the right.
        band: place of its band from its middle, in sides.
    """

    down: np.float32
    across: np.float32
    band: np.float32

    def along(self, y: Floats, x: Floats) -> Floats:
        """Return places along the skein."""
        return np.asarray(self.down * y + self.across * x, np.float32)

    def off(self, y: Floats, x: Floats) -> Floats:
        """Return places beside its middle line."""
        return np.asarray(self.across * y - self.down * x, np.float32)


def lay_skeins(canvas: Floats, threads: Floats, lit: Light, stream: RandomStream) -> None:
    """Lay one or two skeins across corners of a canvas, in place.

    Args:
        canvas: (h, w, 3) float32, 0..1.
        threads: (n, 3) float32, 0..1, colours from which vivid ones are drawn.
        lit: from where light comes.
        stream: random numbers.
    """
    vivid = np.argsort(-np.ptp(threads, 1), kind="stable")[: max(len(threads) // 2, 1)]
    corners = [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    for _ in range(1 + int(stream.between(0, 2))):
        down, across = corners.pop(int(stream.between(0, len(corners))))
        colour = threads[vivid[int(stream.between(0, len(vivid)))]]
        lean = stream.between(-LEAN, LEAN)
        turn = np.array([-across + lean, down + lean])
        turn /= np.sqrt(turn[0] * turn[0] + turn[1] * turn[1])
        band = stream.between(-BAND_PLACE, BAND_PLACE)
        pose = Pose(np.float32(turn[0]), np.float32(turn[1]), np.float32(band))
        _lay_skein(canvas, colour, (down, across), pose, lit, stream)


def _lay_skein(
    canvas: Floats,
    colour: Floats,
    corner: tuple[int, int],
    pose: Pose,
    lit: Light,
    stream: RandomStream,
) -> None:
    """Lay a skein across a corner: 1 or -1 down and across."""
    side = min(canvas.shape[:2])
    row, column = (
        sign * (count / side / 2 - AWAY * DIAGONAL)
        for count, sign in zip(canvas.shape, corner, strict=False)
    )
    reach = HALF_LENGTH + 2 * HALF_WIDTH
    part = part_around(canvas, row, column, (reach, reach))
    y, x = part.y + np.float32(lit.down * LIFT), part.x + np.float32(lit.across * LIFT)
    shade = smoothstep(LIFT, -LIFT, _beyond(pose.along(y, x), pose.off(y, x), pose))
    part.pixels[:] *= (1 - np.float32(SHADOW) * shade)[..., None]
    along, off = pose.along(part.y, part.x), pose.off(part.y, part.x)
    share = np.clip(np.float32(0.5) - _beyond(along, off, pose) * np.float32(part.side), 0, 1)
    place = off / np.float32(HALF_WIDTH)
    facing = pose.across * np.float32(lit.down) - pose.down * np.float32(lit.across)
    glow = 1 - np.float32(0.28) * place * place + np.float32(0.2) * facing * place
    ends = np.abs(along - pose.band)
    light = glow * _strands(along, place, stream)
    light *= 1 - np.float32(0.3) * smoothstep(1.5 * BAND, BAND, ends)
    shown = colour * np.float32(1.08) * light[..., None]
    paper = np.array(PAPER, np.float32) * (glow + np.float32(0.03))[..., None]
    stripe = smoothstep(1.4 * STRIPE, 0.6 * STRIPE, np.abs(ends - np.float32(STRIPES * BAND)))
    paper += stripe[..., None] * (np.float32(0.8) * colour * glow[..., None] - paper)
    band = np.clip(np.float32(0.5) + (np.float32(BAND) - ends) * np.float32(part.side), 0, 1)
    shown += band[..., None] * (paper - shown)
    part.pixels[:] += share[..., None] * (shown - part.pixels)


def _strands(along: Floats, place: Floats, stream: RandomStream) -> Floats:
    """Return the light of twisted strands, about 1, at places along a skein and across, -1..1."""
    wave = stream.uniform(STRANDS, 2).astype(np.float32)
    row = np.clip((place + 1) * np.float32(STRANDS / 2), 0, STRANDS - 0.01)
    strand = row.astype(np.int64)
    within = 2 * (row - strand) - 1
    twist = along * np.float32(TWIST) + wave[strand, 0] + np.float32(0.35) * within
    ply = 1 - 4 * np.square(twist - np.floor(twist) - np.float32(0.5))
    light = (1 - np.float32(0.3) * within * within) * (np.float32(0.9) + np.float32(0.2) * ply)
    return np.asarray(light * (np.float32(0.94) + np.float32(0.12) * wave[strand, 1]), np.float32)


def _beyond(along: Floats, off: Floats, pose: Pose) -> Floats:
    """Return how far places are beyond the outline of a skein, which is narrow at its band."""
    tight = smoothstep(2.2 * BAND, BAND, np.abs(along - pose.band))
    wide = np.float32(HALF_WIDTH) * (1 - np.float32(TIGHT) * tight)
    beyond = np.maximum(np.abs(along) - np.float32(HALF_LENGTH - HALF_WIDTH), 0)
    return np.asarray(np.sqrt(off * off + beyond * beyond) - wide, np.float32)
