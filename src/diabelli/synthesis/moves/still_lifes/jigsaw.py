"""Move: the picture as a jigsaw puzzle on a table of wood, seen from above and nearly finished.

Each piece is drawn from its outline, so all of the picture is seen as it is. A few pieces without
faces, lettering and much of the subject are beside the puzzle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import bell, ramp
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.grid import look_up
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.still_lifes.jigsaw_pieces import Piece, lay_pieces
from diabelli.synthesis.moves.still_lifes.jigsaw_trace import Trace, trace_outline
from diabelli.synthesis.moves.still_lifes.tabletop import finished
from diabelli.synthesis.moves.still_lifes.wooden_table import WOODS, View, Wood, draw_wood

TILTS = (0.05, 0.14)
"""Bounds of the camera's tilt: change of the scale over the height of the canvas."""
THICKNESS, WALL = 0.095, 0.42
"""Thickness of the cardboard in cells, and the share of it that is seen at a lower edge."""
GAP, BEVEL = 0.008, 0.06
"""Half of the width of a gap, and width of a bevel, in cells."""
SLOPES = (-0.75, -0.1)
"""Bounds of how far up the canvas the lamp is, relative to how far it is at one side."""
LEAST_LIGHT, LIGHT = 0.38, 0.95
"""Light on the table beside a black picture, and how much more there is beside a white one."""
GLOSS = (0.06, 0.11)
"""Bounds of the light of the window that the pieces mirror."""
WINDOW, UNEVEN = 0.24, 0.06
"""Place in sides, towards the lamp, where the window is mirrored, and how far the lean of a piece
moves it."""
CARDBOARD = (0.33, 0.3, 0.265)
"""Linear light of cardboard."""
SHADOW, SOFTNESS, CONTACT = 1.7, 0.45, 1.3
"""Length of a shadow, its softness, and the reach of the shade at an edge, in thicknesses."""
SHADOW_SIDE = 512
"""Largest side in pixels at which shadows are blurred."""
FIBRES = 64
"""Rows and columns of the noise of which the fibres of cardboard are made."""


@dataclass(frozen=True, slots=True, eq=False)
class Jigsaw:
    """Places of a picture that a jigsaw puzzle treats with care.

    Attributes:
        kept: (GRID, GRID) float32, how much of the subject places show, 0..1; above 1 where no
            piece may be missing.
        calm: (GRID, GRID) float32, 0..1, where gaps are fine and gloss is weak.
    """

    kept: Floats
    calm: Floats


class _Light(NamedTuple):
    """Light on the table.

    Attributes:
        colour: (3,) float32, linear light that falls on it, relative.
        board: (3,) float32, linear light of cardboard.
        down: how far below the pieces the lamp is; with `across` of length 1.
        across: how far to their right it is.
        gloss: light of the window that the pieces mirror.
    """

    colour: Floats
    board: Floats
    down: np.float32
    across: np.float32
    gloss: np.float32


def show_jigsaw(image: Bytes, jigsaw: Jigsaw, stream: RandomStream, *, grey: bool = False) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a jigsaw puzzle on a table.

    Args:
        image: (h, w, 4) uint8, opaque.
        jigsaw: places of the image that it treats with care.
        stream: random numbers.
        grey: whether wood and cardboard are grey, as the image is.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    tilt = stream.between(*TILTS) / height
    view = View(*(np.float32(one) for one in (tilt, height / 2, width / 2, side)))
    wood = _wood(image, stream)
    light = _light(image, stream, grey=grey)
    pieces, cell = lay_pieces(jigsaw.kept, (height, width), tilt, stream)
    canvas = np.empty((height, width, 3), np.float32)
    tone = np.full(3, sum(wood.tone) / 3) if grey else np.array(wood.tone)
    draw_wood(canvas, view, wood, np.asarray(tone * light.colour, np.float32), stream)
    layer = np.zeros((height, width, 4), np.float32)
    picture = np.ascontiguousarray(image[..., :3])
    calm = np.ascontiguousarray(jigsaw.calm[..., None])
    fibres = stream.normal(FIBRES, FIBRES).astype(np.float32)
    for piece in pieces:
        trace = trace_outline(piece.outline, np.float32(BEVEL * cell + 2), height, width)
        _add_piece(layer, piece, trace, picture, calm, fibres, view, light, np.float32(cell))
    thickness = THICKNESS * cell
    cast, contact = _shadows(np.minimum(layer[..., 3], np.float32(1)), light, thickness)
    _lay(canvas, layer, cast, contact, light, np.float32(WALL * thickness), view)
    return finished(canvas)


def _wood(image: Bytes, stream: RandomStream) -> Wood:
    """Return that of three random woods whose brightness differs most from that of an image."""
    level = float(np.square(image[..., 1].astype(np.float64) / 255).mean()) ** 0.5
    drawn = [WOODS[int(stream.between(0, len(WOODS)))] for _ in range(3)]
    return max(drawn, key=lambda one: abs(one.tone[1] ** 0.5 - level))


def _light(image: Bytes, stream: RandomStream, *, grey: bool) -> _Light:
    """Return the light on a table; its brightness and its warmth are those of the image."""
    means = image[..., :3].astype(np.float64).mean((0, 1)) / 255
    mean = float(means.mean())
    tint = 1 + 0.35 * (means - mean) / max(mean, 0.2)
    if grey:
        tint = np.ones(3)
    colour = np.asarray((LEAST_LIGHT + LIGHT * mean) * tint, np.float32)
    board = np.array([sum(CARDBOARD) / 3] * 3 if grey else CARDBOARD, np.float32)
    sign = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    slope = stream.between(*SLOPES)
    length = (1 + slope * slope) ** 0.5
    gloss = stream.between(*GLOSS) * (0.35 + 0.65 * mean)
    down, across, shine = (np.float32(one) for one in (slope / length, sign / length, gloss))
    return _Light(colour, board * colour, down, across, shine)


def _shadows(cover: Floats, light: _Light, thickness: float) -> tuple[Floats, Floats]:
    """Return the shares of the shadow of the lamp and of the shade close to pieces, (h, w) float32.

    Args:
        cover: (h, w) float32, share of pixels that pieces cover.
        light: on the table.
        thickness: of a piece, in pixels.
    """
    height, width = cover.shape
    small = cover
    if height * width > SHADOW_SIDE * SHADOW_SIDE:
        small = resize_map(cover, *size_with_area(height, width, SHADOW_SIDE))
    scale = thickness * small.shape[0] / height
    moved = _shifted(small, *(-SHADOW * scale * float(one) for one in (light.down, light.across)))
    cast, contact = (
        resize_map(blur(values, deviation * scale), height, width)
        for values, deviation in ((moved, SOFTNESS), (small, CONTACT))
    )
    return cast, contact


def _shifted(values: Floats, down: float, across: float) -> Floats:
    """Return values (h, w) float32 shifted by whole pixels; those at the edges are repeated."""
    rows, columns = (
        np.clip(np.arange(count) - round(step), 0, count - 1)
        for count, step in zip(values.shape, (down, across), strict=True)
    )
    return np.ascontiguousarray(values[rows][:, columns])


@kernel
def _add_piece(
    layer: Floats,
    piece: Piece,
    trace: Trace,
    picture: Bytes,
    calm: Floats,
    fibres: Floats,
    view: View,
    light: _Light,
    cell: np.float32,
) -> None:
    """Add a piece to a layer, in place. Pieces are disjoint, so their shares are added.

    Args:
        layer: (h, w, 4) float32, linear light, multiplied by the share in the last channel.
        piece: which is drawn.
        trace: of the piece.
        picture: (h, w, 3) uint8.
        calm: (GRID, GRID, 1) float32, where gaps are fine and gloss is weak, 0..1.
        fibres: (FIBRES, FIBRES) float32, normal.
        view: of the camera.
        light: on the table.
        cell: side of a piece, in pixels.
    """
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    tall, wide = np.float32(picture.shape[0]), np.float32(picture.shape[1])
    place, bevel = piece.place, np.float32(BEVEL) * cell
    colour, gentle = np.empty(3, np.float32), np.empty(1, np.float32)
    for r in range(trace.distance.shape[0]):
        v = np.float32(r + trace.top) + half - view.row
        scale = one / (one + view.tilt * v)
        v *= scale
        inside = np.uint8(0)
        for c in range(trace.distance.shape[1]):
            inside ^= trace.crossings[r, c]
            depth = trace.distance[r, c] if inside else -trace.distance[r, c]
            if depth < -one:
                continue
            u = scale * (np.float32(c + trace.left) + half - view.column)
            row = place[0] * v + place[1] * u + place[2]
            column = place[3] * v + place[4] * u + place[5]
            look_up(calm, row / tall, column / wide, gentle)
            rough = one if piece.turned else one - half * gentle[0]
            cover = min(max(depth - np.float32(GAP) * cell * rough + half, zero), one)
            if cover <= zero:
                continue
            # How far the bevel falls, and how far towards the lamp.
            down, across = trace.edge[r, c, 0], trace.edge[r, c, 1]
            away = max(np.sqrt(down * down + across * across), np.float32(1e-6))
            fall = one - min(max(depth / bevel, zero), one)
            fall *= fall * rough
            lean = fall * (down * light.down + across * light.across) / away
            if depth <= zero:
                lean = zero
            level = piece.shade * (one + half * lean - np.float32(0.16) * fall * fall)
            near = (v * light.down + u * light.across) / view.side
            beside = (u * light.down - v * light.across) / view.side
            level *= one + np.float32(0.16) * near
            shine = zero
            if piece.turned:
                speck = _fibre(fibres, v / view.side, u / view.side)
                for i in range(3):
                    colour[i] = light.board[i] * (one + np.float32(0.045) * speck)
            else:
                sample(picture, row - half, column - half, colour)
                shine = light.gloss * _shine(piece.normal, near, beside, lean, gentle[0])
                for i in range(3):
                    lit = min(np.float32(0.62) + np.float32(0.42) * light.colour[i], one)
                    colour[i] *= colour[i] * lit
            for i in range(3):
                value = colour[i] * level + shine * light.colour[i]
                layer[r + trace.top, c + trace.left, i] += cover * value
            layer[r + trace.top, c + trace.left, 3] += cover


@kernel
def _shine(
    normal: Floats, near: np.float32, beside: np.float32, lean: np.float32, calm: np.float32
) -> np.float32:
    """Return how clearly a place mirrors the window and the lamp, about 0..1.

    Args:
        normal: (2,) float32, of the piece.
        near: place on the table towards the lamp, in sides.
        beside: place at right angles to that, in sides.
        lean: how far the bevel falls towards the lamp, -1..1.
        calm: how weak gloss is there, 0..1.
    """
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    # Each piece leans differently, so it mirrors another part of the window.
    p = near - np.float32(WINDOW) + np.float32(UNEVEN) * (normal[0] + 2 * lean)
    q = beside + np.float32(UNEVEN) * normal[1]
    shine = np.float32(0.45) + half * bell(q * q / np.float32(0.06))
    shine *= bell(p * p / np.float32(0.05)) * (one - np.float32(0.75) * calm)
    return shine + np.float32(1.6) * max(lean, zero)


@kernel
def _fibre(fibres: Floats, down: np.float32, across: np.float32) -> np.float32:
    """Return the relative brightness of cardboard, about 0, at a place in sides."""
    far = np.float32(32 * FIBRES)
    fine = value_noise(fibres, far + np.float32(170) * down, far + np.float32(170) * across)
    return fine + value_noise(fibres, far + np.float32(60) * down, far + np.float32(60) * across)


@kernel
def sample(picture: Bytes, row: np.float32, column: np.float32, out: Floats) -> None:
    """Sample a picture (h, w, 3) uint8 bilinearly at a place in pixels; `out` (3,) is 0..1."""
    zero, scale = np.float32(0), np.float32(255)
    v = min(max(row, zero), np.float32(picture.shape[0] - 1))
    u = min(max(column, zero), np.float32(picture.shape[1] - 1))
    top, left = int(v), int(u)
    low, right = min(top + 1, picture.shape[0] - 1), min(left + 1, picture.shape[1] - 1)
    down, across = v - np.float32(top), u - np.float32(left)
    for c in range(3):
        p, q = np.float32(picture[top, left, c]), np.float32(picture[top, right, c])
        r, s = np.float32(picture[low, left, c]), np.float32(picture[low, right, c])
        above, below = p + across * (q - p), r + across * (s - r)
        out[c] = (above + down * (below - above)) / scale


@kernel
def _lay(
    canvas: Floats,
    layer: Floats,
    cast: Floats,
    contact: Floats,
    light: _Light,
    wall: np.float32,
    view: View,
) -> None:
    """Lay pieces on a table, in place, with their shadows and the cardboard at their lower edges.

    Args:
        canvas: (h, w, 3) float32, linear light of the table.
        layer: (h, w, 4) float32, the pieces, as `_add_piece` leaves it.
        cast: (h, w) float32, share of the shadow of the lamp.
        contact: (h, w) float32, share of the shade close to pieces.
        light: on the table.
        wall: height of the cardboard as it is seen, in pixels.
        view: of the camera.
    """
    one, half, zero = np.float32(1), np.float32(0.5), np.float32(0)
    for y in range(canvas.shape[0]):
        v = (np.float32(y) + half - view.row) / view.side
        for x in range(canvas.shape[1]):
            cover = layer[y, x, 3]
            if cover >= one:
                for i in range(3):
                    canvas[y, x, i] = layer[y, x, i] / cover
                continue
            u = (np.float32(x) + half - view.column) / view.side
            level = ramp(half + np.float32(0.3) * (v * light.down + u * light.across)) + half
            shade = one - np.float32(0.55) * contact[y, x]
            shade *= level * (one - np.float32(0.7) * cast[y, x])
            board, far = zero, zero
            for step in range(1, min(int(np.ceil(wall)), y) + 1):
                part = layer[y - step, x, 3] * min(wall - np.float32(step - 1), one)
                if part > board:
                    board, far = min(part, one), np.float32(step) / max(wall, one)
            lit = level * np.float32(0.6) * (one - np.float32(0.35) * far)
            lit *= one - np.float32(0.6) * contact[y, x] * contact[y, x]
            for i in range(3):
                value = canvas[y, x, i] * shade
                value += board * (light.board[i] * lit - value)
                canvas[y, x, i] = value * (one - cover) + layer[y, x, i]
