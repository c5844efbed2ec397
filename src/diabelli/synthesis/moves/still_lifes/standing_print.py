"""Instant print in the groove of a wooden block, on a table before the picture far out of focus."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import bell, ramp, smoothstep
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.noise import value_noise
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.still_lifes.ball_window import Window
from diabelli.synthesis.moves.still_lifes.glass_ball import add_ball
from diabelli.synthesis.moves.still_lifes.mirror_image import MirrorPlaces, add_mirror_image
from diabelli.synthesis.moves.still_lifes.print_card import (
    FIBRES,
    LOWER_MARGIN,
    MARGIN,
    CardLight,
    add_card,
    card_at,
    card_light,
    far_away,
    inside,
    shown_picture,
)
from diabelli.synthesis.moves.still_lifes.tabletop import (
    MARBLE,
    STONE,
    WOOD,
    Tabletop,
    finished,
    lay_sprite,
    render_tabletop,
)

ABOVE_BOTTOM = 0.16
"""Height of the foot of the block above the lower edge of the canvas, in sides."""
SIZES = (0.57, 0.6)
"""Bounds of the height of the picture in the print, as a share of that of the canvas."""
BLOCK_WIDTHS = (1.06, 1.16)
"""Bounds of the width of the block as a share of that of the card, so that no corner hovers."""
BLOCK_HEIGHT, BLOCK_TOP, LIP = 0.046, 0.016, 0.014
"""Heights of the front of the block and of its top as they are seen, and of the part of the card
that is in its groove, in sides."""
SHIFT = 0.02
"""How far the print may be beside the middle, in sides."""
BALL_SHARE, BALL_ASPECT = 0.35, 1.25
"""Share of the canvases with a ball, of those that are at least so much wider than high."""
BALL_RADII, BALL_GAP = (0.08, 0.095), 0.035
"""Bounds of the radius of the ball, and its distance from the block, in sides."""
BALL_WINDOW_HALF = 0.5
"""Half of the side of the window that the ball shows, in sides of the picture."""
TIMBERS = ((0.4, 0.235, 0.115), (0.52, 0.35, 0.19), (0.16, 0.085, 0.045), (0.27, 0.13, 0.062))
"""Linear light of blocks of oak, beech, walnut and cherry."""
MIRROR_SIDE, MIRROR_BLURS = 256, (1.6, 11.0)
"""Side in pixels of the mirror image, and its blur at the foot and far from it."""
MIRROR_STRENGTH = 0.44
"""Share of the light that is mirrored at the foot, where the table is polished stone."""
MIRROR_HEIGHT = 0.78
"""Height of the mirror image as a share of that of the print, as the camera looks down a little."""
FADINGS = (0.1, 0.26)
"""Heights over which the mirror image fades and becomes soft, in sides: in a table without polish
and in polished stone. Only polished stone shows the picture."""


class _Block(NamedTuple):
    """Block of wood in a sprite, in pixels.

    Attributes:
        groove: row at which its top hides the card.
        front: first row of its front.
        bottom: row below its front.
        top: height of its top as it is seen.
        column: of its middle.
        half: half of its width.
        side: shorter side of the canvas.
    """

    groove: np.float32
    front: np.float32
    bottom: np.float32
    top: np.float32
    column: np.float32
    half: np.float32
    side: np.float32


def show_standing_print(image: Bytes, stream: RandomStream, *, grey: bool = False) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a print in a block of wood.

    Args:
        image: (h, w, 4) uint8, opaque.
        stream: random numbers.
        grey: whether card and wood are grey, as the image is.
    """
    height, width = image.shape[:2]
    side = min(height, width)
    sign = -1 if stream.between(0, 1) < 0.5 else 1
    lamp = -1.0 if stream.between(0, 1) < 0.5 else 1.0
    surface = (MARBLE, STONE, WOOD)[int(stream.between(0, 3))]
    radius = stream.between(*BALL_RADII)
    has_ball = stream.between(0, 1) < BALL_SHARE and width >= BALL_ASPECT * height
    shift = stream.between(-SHIFT, SHIFT) * side
    foot = 0.5 + height / side / 2 - ABOVE_BOTTOM
    table = render_tabletop(far_away(image), surface, foot, stream, height, width)
    room = height / side - ABOVE_BOTTOM - BLOCK_HEIGHT - MARGIN - LOWER_MARGIN + LIP - 0.05
    share = max(min(stream.between(*SIZES), room * side / height), 0.2)
    light = card_light(image, stream, (-0.6, 0.8 * lamp), (0.0, -0.003 * lamp * side), grey=grey)
    picture = shown_picture(image, share)
    timber = np.array(TIMBERS[int(stream.between(0, len(TIMBERS)))])
    wood = (np.full(3, timber.mean()) if grey else timber) * light.colour
    drawn = _render_print(
        picture, light, np.asarray(wood, np.float32), stream.between(*BLOCK_WIDTHS), side
    )
    bottom = round(height - ABOVE_BOTTOM * side)
    ball_room = (BALL_GAP + 2 * radius) * side if has_ball else 0.0
    left = round((width - drawn.shape[1] - sign * ball_room) / 2 + shift)
    _add_shadow(table.canvas, drawn.shape[1], bottom, left, np.float32(-lamp))
    mirror_places = _mirror_places(table, drawn, bottom, left)
    add_mirror_image(table, drawn, MIRROR_SIDE, MIRROR_BLURS, mirror_places)
    lay_sprite(table.canvas, drawn, bottom - drawn.shape[0], left)
    if has_ball:
        # The ball is so small that a lamp would hide a face in it.
        window = Window(0.5, 0.5, BALL_WINDOW_HALF, has_lamp=False)
        middle = (left + drawn.shape[1] / 2 - width / 2) / side + 0.5
        beside = middle + sign * (drawn.shape[1] / side / 2 + BALL_GAP + radius)
        add_ball(table, image, window, radius=radius, column=beside, foot=foot + 0.012)
    return finished(table.canvas)


def _render_print(
    picture: Bytes, light: CardLight, wood: Floats, block_share: float, side: int
) -> Floats:
    """Render the print and its block alone.

    Args:
        picture: (rows, columns, 3) uint8, at the size at which it is shown.
        light: on the print.
        wood: (3,) float32, linear light of the block.
        block_share: width of the block as a share of that of the card.
        side: shorter side of the canvas.

    Returns:
        (h, w, 4) float32: linear light, multiplied by the share in the last channel.
    """
    card_height = picture.shape[0] + (MARGIN + LOWER_MARGIN) * side
    card_width = picture.shape[1] + 2 * MARGIN * side
    above = 1 + 0.005 * side
    groove = above + card_height - LIP * side
    front = groove + BLOCK_TOP * side / 2
    rows, columns = round(front + BLOCK_HEIGHT * side), round(block_share * card_width) + 3
    sizes = (groove, front, rows, BLOCK_TOP * side, columns / 2, columns / 2 - 1, side)
    block = _Block(*(np.float32(size) for size in sizes))
    drawn = np.zeros((rows, columns, 4), np.float32)
    _add_top(drawn, block, wood, light)
    add_card(drawn, picture, card_at(picture, above + card_height / 2, columns / 2, side), light)
    _add_front(drawn, block, wood, light)
    return drawn


@kernel
def _add_top(drawn: Floats, block: _Block, wood: Floats, light: CardLight) -> None:
    """Draw the part of the block's top that is behind the card, in place."""
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    back = block.groove - half * block.top
    for y in range(max(int(back) - 1, 0), min(int(block.groove) + 2, drawn.shape[0])):
        down = np.float32(y) + half
        cover = min(max(down - back + half, zero), one)
        # The far edge of the top is shorter, as it is farther away.
        shorter = block.half - np.float32(0.7) * (block.front - down)
        for x in range(drawn.shape[1]):
            a = np.float32(x) + half - block.column
            within = cover * min(max(shorter - abs(a) + half, zero), one)
            value = np.float32(1.05) * (
                one + _grain(light.fibres, a / block.side, down / block.side)
            )
            for i in range(3):
                drawn[y, x, i] = value * wood[i] * within
            drawn[y, x, 3] = within


@kernel
def _add_front(drawn: Floats, block: _Block, wood: Floats, light: CardLight) -> None:
    """Draw the front of the block, and its top before the card, in place."""
    one, zero, half = np.float32(1), np.float32(0), np.float32(0.5)
    corner = np.float32(0.006) * block.side
    tall = half * (block.bottom - block.front)
    for y in range(drawn.shape[0]):
        down = np.float32(y) + half
        # The card is in the shade of the groove close to it.
        near = (block.groove - down) / (np.float32(0.012) * block.side)
        if down < block.groove - half and near < np.float32(3):
            shade = one - np.float32(0.3) * bell(near * near)
            for x in range(drawn.shape[1]):
                for i in range(3):
                    drawn[y, x, i] *= shade
        if down < block.groove - one:
            continue
        is_front = down >= block.front
        for x in range(drawn.shape[1]):
            a = np.float32(x) + half - block.column
            b = down - block.front - tall
            grain = _grain(light.fibres, a / block.side, down / block.side)
            if is_front:
                within = min(max(block.half - abs(a) + half, zero), one)
                if b > zero:
                    within = inside(a, b, block.half, tall, corner)
                share = (b + tall) / (tall + tall)
                value = np.float32(0.84) - np.float32(0.26) * share * share
                rim = (b + tall) / (np.float32(0.003) * block.side)
                value += np.float32(0.34) * bell(rim * rim)
                low = (b - tall) / (np.float32(0.006) * block.side)
                value *= one - np.float32(0.5) * bell(low * low)
                end = (block.half - abs(a)) / (np.float32(0.004) * block.side)
                value *= one - np.float32(0.3) * bell(end * end)
            else:
                within = min(max(down - block.groove + half, zero), one)
                shorter = block.half - np.float32(0.7) * (block.front - down)
                within *= min(max(shorter - abs(a) + half, zero), one)
                away = (down - block.groove) / (np.float32(0.0028) * block.side)
                value = np.float32(1.12) * (one - np.float32(0.55) * bell(away * away))
            value *= (one + grain) * (one + np.float32(0.1) * light.across * a / block.half)
            for i in range(3):
                drawn[y, x, i] += within * (value * wood[i] - drawn[y, x, i])
            drawn[y, x, 3] += within * (one - drawn[y, x, 3])


@kernel
def _grain(fibres: Floats, across: np.float32, down: np.float32) -> np.float32:
    """Return the relative brightness of long grain, about 0, at a place in sides."""
    far = np.float32(64 * FIBRES)
    bend = np.float32(0.7) * value_noise(fibres, far + np.float32(5), far + np.float32(5) * across)
    v = far + np.float32(110) * down + bend
    total = np.float32(0.075) * value_noise(fibres, v, far + np.float32(2.5) * across)
    v = far + np.float32(330) * down + np.float32(3) * bend
    total += np.float32(0.055) * value_noise(fibres, v, far + np.float32(7) * across)
    u = far + np.float32(40) * across
    return total + np.float32(0.03) * value_noise(fibres, far + np.float32(520) * down, u)


def _mirror_places(table: Tabletop, drawn: Floats, bottom: int, left: int) -> MirrorPlaces:
    """Return where the mirror image of the print is seen.

    Args:
        table: on which it stands.
        drawn: (rows, columns, 4) float32, as `_render_print` returns it.
        bottom: row of the canvas below the print, in pixels.
        left: first column of the print.
    """
    (height, width), half = table.canvas.shape[:2], np.float32(0.5)
    rows, columns = (np.float32(count) for count in drawn.shape[:2])
    side = np.float32(min(height, width))
    below = np.arange(-bottom, height - bottom, dtype=np.float32) + half
    polish = table.polish * table.polish
    reach = np.float32(FADINGS[0]) + polish * np.float32(FADINGS[1] - FADINGS[0])
    fading = smoothstep(0, 1, below / (reach * side))
    return MirrorPlaces(
        np.where(below > 0, 1 - below / (np.float32(MIRROR_HEIGHT) * rows), np.float32(-1)),
        (np.arange(-left, width - left, dtype=np.float32) + half) / columns,
        smoothstep(0, 1, below / (half * reach * side)),
        np.float32(MIRROR_STRENGTH) * (1 - np.float32(0.85) * fading),
    )


@kernel
def _add_shadow(canvas: Floats, columns: int, bottom: int, left: int, away: np.float32) -> None:
    """Darken the table below the block and on the side away from the lamp, in place.

    Args:
        canvas: (h, w, 3) float32, linear light.
        columns: of the print, in pixels.
        bottom: row of the canvas below the print, in pixels.
        left: first column of the print.
        away: -1 if the shadow is on the left, else 1.
    """
    height, width = canvas.shape[0], canvas.shape[1]
    one, half = np.float32(1), np.float32(0.5)
    side = np.float32(min(height, width))
    close, reach = np.float32(0.009) * side, np.float32(0.035) * side
    block_half = half * np.float32(columns)
    for y in range(height):
        b = np.float32(y - bottom) + half
        near = b / close
        far = (b + np.float32(0.004) * side) / reach
        for x in range(width):
            a = np.float32(x - left) + half - block_half
            contact = ramp((block_half - abs(a)) / close + half)
            shade = one - np.float32(0.75) * bell(near * near) * contact
            moved = a - away * np.float32(0.05) * side
            cast = ramp((block_half - abs(moved)) / (np.float32(0.12) * side) + half)
            shade *= one - np.float32(0.5) * bell(far * far) * cast
            for i in range(3):
                canvas[y, x, i] *= shade
