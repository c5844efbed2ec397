"""Move: an instant print of the picture in a wooden block on marble, beside a small ball.

The print faces the camera and shows all of the picture, so faces and lettering keep their shape.
Light from a window falls across it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import bell, ramp, smoothstep
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.still_lifes.glass_ball import Window, add_ball
from diabelli.synthesis.moves.still_lifes.mirror_image import MirrorPlaces, add_mirror_image
from diabelli.synthesis.moves.still_lifes.tabletop import (
    MARBLE,
    Tabletop,
    finished,
    lay_sprite,
    render_tabletop,
)

FOOT = 0.845
"""Row at which the block stands, in sides."""
SIZES = (0.47, 0.5)
"""Bounds of the height of the picture in the print, as a share of that of the canvas."""
MARGIN, LOWER_MARGIN = 0.032, 0.105
"""Width of the white paper around the picture, and below it, in sides."""
CORNER = 0.006
"""Radius of the corners of the paper and of the block, in sides."""
BLOCK_SHARE, BLOCK_HEIGHT, BLOCK_TOP = 0.46, 0.036, 0.009
"""Width of the block as a share of that of the paper; heights of its front and of its top as they
are seen, in sides."""
SHIFT = 0.015
"""How far print and ball may be beside the middle, in sides."""
BALL_RADII, BALL_FOOT, BALL_GAP = (0.08, 0.095), 0.862, 0.035
"""Bounds of the radius of the ball, row of its foot, and distance from the paper, in sides."""
BALL_WINDOW_HALF = 0.5
"""Half of the side of the window that the ball shows, in sides of the picture."""
PAPER = (1.0, 0.985, 0.955)
"""Linear light of the paper, relative."""
WOOD = (0.36, 0.205, 0.1)
"""Linear light of the wood."""
GRAINS = ((11, 2, 0.12), (40, 3, 0.08))
"""Rows, columns and strength of the noise of which the grain of the wood is made."""
MIRROR_SIDE, MIRROR_BLURS = 192, (1.5, 9.0)
"""Side in pixels of the mirror image, and its blur at the foot and far from it."""


class _PrintLight(NamedTuple):
    """Linear light, each (3,) float32.

    Attributes:
        falling: light that falls on the print, relative.
        paper: light of white paper in it.
        wood: light of the block in it.
    """

    falling: Floats
    paper: Floats
    wood: Floats


class _PrintSizes(NamedTuple):
    """Sizes of the print and its block, in pixels.

    Attributes:
        margin: width of the white paper above and beside the picture.
        lower: height of the white paper below it.
        front: height of the block's front.
        top: height of the block's top.
        side: shorter side of the canvas.
    """

    margin: int
    lower: int
    front: int
    top: int
    side: int


def show_instant_print(image: Bytes, stream: RandomStream, *, grey: bool = False) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as an instant print before itself.

    Args:
        image: (h, w, 4) uint8, opaque.
        stream: random numbers.
        grey: whether paper and wood are grey, as the image is.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    size = stream.between(*SIZES)
    sign = -1 if stream.between(0, 1) < 0.5 else 1
    is_lit_from_right = stream.between(0, 1) < 0.5
    radius = stream.between(*BALL_RADII)
    shift = stream.between(-SHIFT, SHIFT)
    table = render_tabletop(image, MARBLE, FOOT, stream, height, width)
    picture = resize(image, max(round(size * height), 1), max(round(size * width), 1))
    drawn = _render_print(picture, table, stream, is_lit_from_right=is_lit_from_right, grey=grey)
    paper = drawn.shape[1] / side
    # Print and ball together are in the middle.
    column = 0.5 + shift - sign * (BALL_GAP / 2 + radius)
    bottom = round((FOOT - 0.5) * side + height / 2)
    left = round((column - 0.5 - paper / 2) * side + width / 2)
    _add_shadow(table.canvas, drawn.shape[1], bottom, left)
    mirror_places = _mirror_places(table.canvas, drawn, bottom, left)
    add_mirror_image(table, drawn, MIRROR_SIDE, MIRROR_BLURS, mirror_places)
    lay_sprite(table.canvas, drawn, bottom - drawn.shape[0], left)
    # The ball is so small that a lamp would hide a face in it.
    window = Window(0.5, 0.5, BALL_WINDOW_HALF, has_lamp=False)
    beside = column + sign * (paper / 2 + BALL_GAP + radius)
    add_ball(table, image, window, radius=radius, column=beside, foot=BALL_FOOT)
    return finished(table.canvas)


def _render_print(
    picture: Bytes,
    table: Tabletop,
    stream: RandomStream,
    *,
    is_lit_from_right: bool,
    grey: bool,
) -> Floats:
    """Render the print and its block alone.

    Args:
        picture: (rows, columns, 4) uint8, at the size at which it is shown.
        table: what it stands on.
        stream: random numbers.
        is_lit_from_right: where the window is.
        grey: whether paper and wood are grey.

    Returns:
        (h, w, 4) float32: linear light, multiplied by the share in the last channel.
    """
    side = min(table.canvas.shape[:2])
    margin, lower = max(round(MARGIN * side), 1), max(round(LOWER_MARGIN * side), 1)
    front, top = max(round(BLOCK_HEIGHT * side), 1), max(round(BLOCK_TOP * side), 1)
    columns = picture.shape[1] + 2 * margin
    grain = np.zeros((front + top, columns), np.float32)
    for down, across, strength in GRAINS:
        noise = stream.normal(down, across).astype(np.float32)
        grain += np.float32(strength) * resize_map(noise, front + top, columns)
    mean = table.light.mean()
    # In a black picture, the light is white.
    least = np.float32(1e-3)
    tint = (np.float32(0.25) * table.light + np.float32(0.75) * mean + least) / (mean + least)
    light = np.minimum(tint * (np.float32(0.68) + np.float32(0.32) * mean), np.float32(1))
    paper, wood = np.array(PAPER, np.float32), np.array(WOOD, np.float32)
    if grey:
        paper, wood = np.full(3, paper.mean(), np.float32), np.full(3, wood.mean(), np.float32)
    colours = np.stack([light, paper * light, wood * light]).astype(np.float32)
    sizes = _PrintSizes(margin, lower, front, top, side)
    lit, sign = _PrintLight(*colours), np.float32(-1 if is_lit_from_right else 1)
    # The front half of the block's top is before the paper.
    rows = margin + picture.shape[0] + lower - top // 2 + top + front
    drawn = np.zeros((rows, columns, 4), np.float32)
    _draw_paper(drawn, np.ascontiguousarray(picture[..., :3]), lit, sizes, sign)
    _draw_block(drawn, grain, lit.wood, sizes, sign)
    return drawn


@kernel
def _draw_paper(
    drawn: Floats, picture: Bytes, light: _PrintLight, sizes: _PrintSizes, sign: np.float32
) -> None:
    """Draw the picture on its paper, in place.

    Args:
        drawn: (h, w, 4) float32, 0: linear light, multiplied by the share in the last channel.
        picture: (rows, columns, 3) uint8.
        light: on the print, and of its materials.
        sizes: of its parts.
        sign: -1 if the light comes from the right, else 1.
    """
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    rows, columns = picture.shape[0], picture.shape[1]
    margin, side = sizes.margin, np.float32(sizes.side)
    paper_height, width = margin + rows + sizes.lower, drawn.shape[1]
    brightest = max(max(light.falling[0], light.falling[1]), light.falling[2])
    corner = np.float32(CORNER) * side
    middle = np.float32(width) * half
    block_half = np.float32(BLOCK_SHARE) * middle
    for y in range(drawn.shape[0]):
        down = np.float32(y) + half
        v = (down - np.float32(margin) - np.float32(rows) * half) / side
        for x in range(width):
            across = np.float32(x) + half - middle
            # The bottom corners of the paper are as round as those at the top.
            paper_half = np.float32(paper_height) * half
            cover = _inside(across, down - paper_half, middle, paper_half, corner)
            if cover <= zero:
                continue
            level = _window_light(sign * across / side, v)
            r, c = y - margin, x - margin
            if 0 <= r < rows and 0 <= c < columns:
                gloss = half + half * level
                for i in range(3):
                    value = np.float32(picture[r, c, i]) / np.float32(255)
                    value = np.float32(0.88) * value * value + np.float32(0.012)
                    tint = np.float32(0.6) + np.float32(0.4) * light.falling[i] / brightest
                    drawn[y, x, i] = value * tint * gloss
            else:
                beside = max(max(-r, r - rows + 1), max(-c, c - columns + 1))
                recess = np.float32(beside) / (np.float32(0.002) * side)
                value = np.float32(0.86) * level * (one - np.float32(0.14) * bell(recess * recess))
                below = (np.float32(paper_height) - down) / (np.float32(0.012) * side)
                inner = across / block_half
                inner *= inner * inner
                value *= one - np.float32(0.3) * bell(below * below + inner * inner)
                rim = min(min(down, np.float32(x) + half), np.float32(width - x) - half)
                rim /= np.float32(0.0016) * side
                value *= one + np.float32(0.1) * bell(rim * rim)
                for i in range(3):
                    drawn[y, x, i] = value * light.paper[i] * cover
            drawn[y, x, 3] = cover


@kernel
def _draw_block(
    drawn: Floats, grain: Floats, wood: Floats, sizes: _PrintSizes, sign: np.float32
) -> None:
    """Draw the block over the lower edge of the paper, in place.

    Args:
        drawn: (h, w, 4) float32, as `_draw_paper` leaves it.
        grain: (front + top, w) float32, relative brightness of the wood.
        wood: (3,) float32, its linear light.
        sizes: of its parts.
        sign: -1 if the light comes from the right, else 1.
    """
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    front, top, side = sizes.front, sizes.top, np.float32(sizes.side)
    height, width = drawn.shape[0], drawn.shape[1]
    front_top = height - front
    block_top = front_top - top
    # The paper ends in a slot in the middle of the block's top.
    slot = block_top + top // 2
    picture_rows = slot - sizes.margin - sizes.lower
    corner = np.float32(CORNER) * side
    middle = np.float32(width) * half
    block_half = np.float32(BLOCK_SHARE) * middle
    for y in range(block_top, height):
        down = np.float32(y) + half
        v = (down - np.float32(sizes.margin) - np.float32(picture_rows) * half) / side
        is_front = y >= front_top
        for x in range(width):
            across = np.float32(x) + half - middle
            if is_front:
                edge = np.float32(y - front_top) + half
                front_half = np.float32(front) * half
                block = _inside(across, edge - front_half, block_half, front_half, corner * half)
                rim = edge / (np.float32(0.002) * side)
                value = np.float32(0.8) + np.float32(0.4) * bell(rim * rim)
                value -= np.float32(0.25) * ramp(edge / np.float32(front))
            else:
                # The far edge of the top is shorter, as it is farther away.
                shorter = np.float32(front_top - y) * half
                below = down - np.float32(front_top + front // 2)
                block = _inside(across, below, block_half - shorter, np.float32(3 * front), zero)
                if y < slot:
                    block *= one - drawn[y, x, 3]
                away = (down - np.float32(slot)) / (np.float32(0.003) * side)
                value = np.float32(1.25) * (one - np.float32(0.7) * bell(away * away))
            value *= _window_light(sign * across / side, v) * (one + grain[y - block_top, x])
            for i in range(3):
                drawn[y, x, i] = drawn[y, x, i] * (one - block) + value * wood[i] * block
            drawn[y, x, 3] = drawn[y, x, 3] * (one - block) + block


@kernel
def _inside(
    across: np.float32,
    down: np.float32,
    half_width: np.float32,
    half_height: np.float32,
    corner: np.float32,
) -> np.float32:
    """Return how much of a pixel is inside a rectangle with round corners, 0..1.

    Args:
        across: distance of the pixel from the middle of the rectangle, in pixels.
        down: the same, vertical.
        half_width: half of the rectangle's width, in pixels.
        half_height: half of its height, in pixels.
        corner: radius of its corners, in pixels.
    """
    one, zero = np.float32(1), np.float32(0)
    p, q = abs(across) - half_width + corner, abs(down) - half_height + corner
    a, b = max(p, zero), max(q, zero)
    distance = np.sqrt(a * a + b * b) + min(max(p, q), zero) - corner
    return min(max(np.float32(0.5) - distance, zero), one)


@kernel
def _window_light(across: np.float32, down: np.float32) -> np.float32:
    """Return the relative brightness of a window's light on the print, 0.88..1.08.

    Args:
        across: distance from the middle of the picture, away from the window, in sides.
        down: distance below the middle of the picture, in sides.
    """
    one = np.float32(1)
    p = across + np.float32(0.42) * down
    q = down - np.float32(0.16) * across + np.float32(0.05)
    # Two panes, with soft edges.
    bar = p + np.float32(0.1)
    lit = one - np.float32(0.4) * bell(bar * bar / np.float32(0.0005))
    lit *= one - np.float32(0.4) * bell(q * q / np.float32(0.0005))
    lit *= ramp((np.float32(0.12) - p) / np.float32(0.1))
    return np.float32(0.88) + np.float32(0.2) * lit


def _mirror_places(canvas: Floats, drawn: Floats, bottom: int, left: int) -> MirrorPlaces:
    """Return where the mirror image of the print is seen.

    Args:
        canvas: (h, w, 3) float32.
        drawn: (rows, columns, 4) float32, as `_render_print` returns it.
        bottom: row of the canvas below the print, in pixels.
        left: first column of the print.
    """
    (height, width), half = canvas.shape[:2], np.float32(0.5)
    rows, columns = (np.float32(count) for count in drawn.shape[:2])
    side = np.float32(min(height, width))
    below = np.arange(-bottom, height - bottom, dtype=np.float32) + half
    fading = smoothstep(0, 1, below / (np.float32(0.14) * side))
    return MirrorPlaces(
        np.where(below > 0, 1 - below / rows, np.float32(-1)),
        (np.arange(-left, width - left, dtype=np.float32) + half) / columns,
        smoothstep(0, 1, below / (np.float32(0.16) * side)),
        np.float32(0.6) * (1 - np.float32(0.9) * fading),
    )


@kernel
def _add_shadow(canvas: Floats, columns: int, bottom: int, left: int) -> None:
    """Darken the table below the block, in place.

    Args:
        canvas: (h, w, 3) float32, linear light.
        columns: of the print, in pixels.
        bottom: row of the canvas below the print, in pixels.
        left: first column of the print.
    """
    height, width = canvas.shape[0], canvas.shape[1]
    one, half = np.float32(1), np.float32(0.5)
    reach = np.float32(0.012) * np.float32(min(height, width))
    block_half = np.float32(BLOCK_SHARE) * half * np.float32(columns)
    for y in range(height):
        b = (np.float32(y - bottom) + half) / reach
        for x in range(width):
            a = (np.float32(x - left) + half - np.float32(columns) * half) / block_half
            a *= a * a
            shade = one - np.float32(0.7) * bell(a * a + b * b)
            for i in range(3):
                canvas[y, x, i] *= shade
