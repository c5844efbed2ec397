"""Move: the picture as a mural on a wall of bricks in a street.

All of it is painted on the wall, in its own proportions. The relief of the bricks is fine on faces,
lettering and the subject. Lengths are in sides, multiples of the canvas's shorter side.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.pyramid import size_with_area
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.lights.leaf_shade import leaf_shade
from diabelli.synthesis.moves.lights.shadows import flat_places
from diabelli.synthesis.moves.murals.brickwork import BONDS, LATTICE, Bond, lay_stones
from diabelli.synthesis.moves.murals.street import Street, add_pipe, add_street, chosen_street
from diabelli.synthesis.moves.murals.wall import (
    Field,
    Light,
    brick_colours,
    chosen_brick,
    chosen_light,
    light_relief,
)
from diabelli.synthesis.moves.still_lifes.tabletop import finished

MURAL = "mural"
"""Name of the move."""
WALL_SIDE = 840
"""Side in pixels at which the wall is made."""
COURSES, LENGTH, JOINTS = (40.0, 50.0), 3.1, (0.13, 0.18)
"""Bounds of the courses of bricks in a side; length of a brick and bounds of the width of a joint,
in courses."""
AROUND, ASIDE, LOOSE, BELOW = 0.265, 0.15, 0.02, (0.035, 0.05)
"""Wall and pavement above and below the mural and wall at its sides, at least, how much more there
may be, and bounds of the bare wall below it."""
PRIMER, PRIMED, MARGINS = (0.78, 0.765, 0.73), 0.45, (0.005, 0.009)
"""Share of light that the white ground of the paint reflects, the share of murals around which it
is seen, and bounds of its width there."""
BLACK, WHITE = 0.02, 0.967
"""Linear light of black and white in matt paint."""
SHEEN = 0.045
"""Linear light that edges of painted bricks mirror, so that they are seen on dark paint."""
RELIEF, CALM_RELIEF = 0.76, 0.18
"""Strength of the relief of painted bricks, and on faces, relative to bare ones."""
SHADED, REACHES = 0.62, (0.5, 0.68)
"""Share of the walls on which the shadow of a tree may fall, and bounds of its size."""


@dataclass(frozen=True, slots=True, eq=False)
class Paintwork:
    """What a mural treats with care.

    Attributes:
        calm: (rows, columns) float32, 0..1, places whose bricks have a fine relief.
    """

    calm: Floats


class _Place(NamedTuple):
    """Place of a mural on the wall."""

    top: float
    left: float
    height: float
    width: float

    def in_pixels(self, pixel: float) -> tuple[int, int, int, int]:
        """Return top, left, height and width in pixels of that size."""
        top, left, height, width = (round(one / pixel) for one in self)
        return top, left, max(height, 1), max(width, 1)

    def inside(self, field: Field) -> Floats:
        """Return how far inside of it places are, (h, w) float32, below 0 outside."""
        top, left, low, right = (
            np.float32(one)
            for one in (self.top, self.left, self.top + self.height, self.left + self.width)
        )
        rows = np.minimum(field.y - top, low - field.y)
        return np.minimum(rows, np.minimum(field.x - left, right - field.x))


def show_mural(image: Bytes, need: Paintwork, stream: RandomStream, *, grey: bool = False) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, as a mural on a wall.

    Args:
        image: (h, w, 4) uint8, opaque.
        need: what it treats with care.
        stream: random numbers.
        grey: whether the wall is grey, as the image is.
    """
    height, width = image.shape[:2]
    field = Field.of_size(*size_with_area(height, width, WALL_SIDE))
    street = chosen_street(field.tall, field.wide, stream)
    place = _place(field, street, stream)
    calm = _laid(np.clip(need.calm, 0, 1), place, field)
    layers = _render_wall(image, place, calm, street, field, stream)
    layers = resize_map(layers, height, width)
    wall, gain, paint = layers[..., :3], layers[..., 3:6], np.clip(layers[..., 6:], 0, 1)
    top, left, *size = place.in_pixels(1 / min(height, width))
    shown = resize(image, *size)[..., :3].astype(np.float32) / np.float32(255)
    shown = np.float32(BLACK) + np.float32(WHITE - BLACK) * shown * shown
    # Uneven ends of the paint go on with the colours of the edge.
    rows, columns = (
        np.clip(np.arange(count) - first, 0, length - 1)
        for count, first, length in zip((height, width), (top, left), size, strict=True)
    )
    canvas = wall + paint * shown[rows][:, columns] * gain
    if grey:
        canvas[:] = (canvas[..., :1] + canvas[..., 1:2] + canvas[..., 2:]) / np.float32(3)
    return finished(np.maximum(canvas, np.float32(0)))


def _place(field: Field, street: Street, stream: RandomStream) -> _Place:
    """Return the place of a mural that has the proportions of the canvas."""
    size = min(1 - AROUND / field.tall, 1 - ASIDE / field.wide) - LOOSE * stream.between(0, 1)
    height, width = size * field.tall, size * field.wide
    room = street.plinth - height
    top = room - min(stream.between(*BELOW), 0.6 * room) - 0.3 * max(room - 0.2, 0.0)
    left = 0.5 * (field.wide - width) + stream.between(-0.012, 0.012)
    return _Place(top, left, height, width)


def _laid(calm: Floats, place: _Place, field: Field) -> Floats:
    """Return a map of a mural as a map of the wall, (h, w) float32, 0 around it."""
    out = np.zeros((len(field.y), field.x.shape[1]), np.float32)
    top, left, height, width = place.in_pixels(field.pixel)
    part = out[top : top + height, left : left + width]
    part[:] = np.clip(resize_map(calm, height, width), 0, 1)[: part.shape[0], : part.shape[1]]
    return out


def _render_wall(
    image: Bytes,
    place: _Place,
    calm: Floats,
    street: Street,
    field: Field,
    stream: RandomStream,
) -> Floats:
    """Return a wall, the light on it and the share of paint.

    Args:
        image: (h, w, 4) uint8, opaque.
        place: of the mural.
        calm: (rows, columns) float32, 0..1, where the relief is fine.
        street: the foot of the wall.
        field: places of its pixels.
        stream: random numbers.

    Returns:
        (rows, columns, 7) float32: linear light of the wall, multiplied by the share that is bare,
        with the sheen of the paint; linear light on it; share of paint.
    """
    courses = stream.between(*COURSES)
    bond = Bond(
        BONDS[int(stream.between(0, len(BONDS)))],
        np.float32(LENGTH),
        np.float32(stream.between(*JOINTS)),
        np.float32(0.13),
        np.float32(stream.between(0.75, 1.25)),
    )
    lattice = stream.normal(LATTICE, LATTICE).astype(np.float32)
    down = (field.y[:, 0] - np.float32(street.plinth)) * np.float32(courses)
    across = (field.x[0] - np.float32(field.wide / 2)) * np.float32(courses)
    stones = lay_stones(down, np.ones_like(down), across, bond, lattice)
    light = chosen_light(image, stream)
    inside = place.inside(field)
    sun = _sunshine(image, calm, inside, light, field, stream)
    lit = light_relief(stones[..., 0], light, 1 / (courses * field.pixel))
    spots, flecks, patches, sway = (field.noise(stream, cells) for cells in (19, 64, 3, 5))
    wall = brick_colours(chosen_brick(image, stream), stones, spots, flecks, patches)
    # Rain splashes dirt on the foot.
    dirt = smoothstep(0.12, 0.0, np.float32(street.plinth) - field.y) * np.float32(0.3)
    wall *= (1 - dirt * (np.float32(0.7) + np.float32(0.3) * np.clip(spots, -1, 1)))[..., None]

    # The paint ends unevenly, earlier in joints, and is chipped there.
    end = inside + np.float32(0.0016) * (sway + stones[..., 1] - 1)
    end += np.float32(0.0011) * (spots + flecks)
    rough = np.float32(0.85) * spots + np.float32(0.22) * flecks - calm
    rough -= np.float32(60) * np.maximum(inside, 0)
    margin = stream.between(*MARGINS) if stream.between(0, 1) < PRIMED else 0.0
    primer = smoothstep(-0.0015, 0.0015, end + np.float32(margin))
    primer *= np.float32(0.94) * smoothstep(1.42, 1.3, rough)
    paint = smoothstep(-0.0012, 0.0012, end) * smoothstep(1.36, 1.24, rough)
    ground = np.array(PRIMER, np.float32) * (1 + np.float32(0.02) * flecks[..., None])
    wall += primer[..., None] * (ground - wall)

    strength = np.float32(RELIEF) - np.float32(RELIEF - CALM_RELIEF) * calm
    sheen = np.float32(SHEEN) * np.clip(lit - np.float32(0.9), 0, np.float32(0.6))
    sheen *= 1 - np.float32(0.85) * calm * calm
    lit = 1 + (1 + primer * (strength - 1)) * (lit - 1)
    grain = (flecks + stones[..., 3] + stones[..., 2]) * (1 - np.float32(0.8) * calm)
    diffuse = np.float32(0.5) + np.float32(0.5) * np.clip(lit, 0, np.float32(1.4))
    on_it = (lit * sun)[..., None] * light.sun + diffuse[..., None] * light.sky
    wall *= on_it
    gain = on_it * (1 + np.float32(0.022) * grain)[..., None]
    if street.pipe is not None:
        add_pipe(wall, gain, paint, street.pipe, light, field)
    add_street(wall, paint, street, light, sun, field, lattice, flecks)
    wall *= 1 - paint[..., None]
    wall += (paint * sheen)[..., None] * on_it
    return np.concatenate([wall, gain, paint[..., None]], 2)


def _sunshine(
    image: Bytes,
    calm: Floats,
    inside: Floats,
    light: Light,
    field: Field,
    stream: RandomStream,
) -> Floats:
    """Return the share of the sun (h, w) float32 that reaches places.

    A tree throws its shadow on a corner without anything to be careful with; else the roof throws
    one along the upper edge.

    Args:
        image: (h, w, 4) uint8, of the canvas's size.
        calm: (h, w) float32, 0..1, what no shadow may fall on.
        inside: (h, w) float32, how far inside of the mural places are.
        light: on the wall.
        field: places of the pixels.
        stream: random numbers.
    """
    y, x = field.y, field.x
    side = np.float32(1 if light.across > 0 else -1)
    u, v = x / np.float32(field.wide) - np.float32(0.5), y / np.float32(field.tall)
    # The sun's own side is a little brighter.
    sun = np.float32(1.05) + np.float32(0.1) * (side * u - v)
    reach, choice = stream.between(*REACHES), stream.between(0, 1)
    corners = np.argsort(stream.uniform(4), kind="stable")
    for corner in corners if choice < SHADED else ():
        down = y - np.float32(field.tall if corner > 1 else 0)
        across = x - np.float32(field.wide if corner % 2 else 0)
        near = np.sqrt(down * down + across * across) / np.float32(reach)
        near = smoothstep(1.0, 0.35, near) * smoothstep(0.11, 0.0, inside)
        if float((near * calm).mean(dtype=np.float64)) > 0.02 * float(near.mean(dtype=np.float64)):
            continue
        leaves = resize_map(leaf_shade(stream, flat_places(image), 0.45), *inside.shape)
        return sun * (1 - np.float32(0.88) * near * smoothstep(0.65, 0.1, leaves))
    slope = side * np.float32(stream.between(0.012, 0.03))
    return sun * (1 - np.float32(0.85) * smoothstep(0.032, 0.024, y - slope * u))
