"""Move "drawing": a logo, an icon or a flat illustration on another ground, in another treatment.

Letters and shapes keep their form and are never mirrored. Ground, ink of one colour, size, place
and treatment change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.alpha import premultiply, unpremultiply
from diabelli.synthesis.core.chroma import colour_differences
from diabelli.synthesis.core.filters import blur, dilate, dilate_disc, flood_from_edges
from diabelli.synthesis.core.resample import resize, to_bytes
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.rotation import rotation
from diabelli.synthesis.core.shapes import coordinates, edge
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.core.warp import warp
from diabelli.synthesis.finish.hue_shift import random_hue_rotation, rotate_hue
from diabelli.synthesis.moves.drawings.drawn_ground import (
    SCHEMES,
    Scheme,
    disc,
    draw_ground,
    luma_of,
    polygon,
    rounded_box,
)
from diabelli.synthesis.moves.drawings.drawn_layer import (
    DrawnLayer,
    cut_layer,
    ink_colours,
)

MIN_CONTRAST = 70.0
"""Minimum difference of an ink from its ground, in grey levels of luma and colour together."""
BODY_CONTRAST = 14.0
"""The same for a sticker or a badge, which has a shadow."""
OUTLINE = (253, 252, 250)
"""Colour of a sticker's outline."""
MIN_SIDE = 0.14
"""Minimum side of a drawing's box, as a share of the picture: below it is a speck."""
MIN_FLAT = 0.65
"""Minimum share of flat ink on an opaque ground; photographs of things have less."""
OFFSET = 0.2
"""Maximum distance of a drawing from the centre, as a share of the room beside it."""
QUARTERS = np.array([0.25, 0.75])
"""Grid points of a map of 2 x 2 cells, as shares of a side."""
MAX_PATTERN_ASPECT = 2.2
"""Maximum aspect of a drawing that is repeated as a pattern."""


class Pose(NamedTuple):
    """Place of a drawing on the canvas.

    Attributes:
        side: longer side of its box, as a share of the canvas's shorter side.
        y, x: centre of its box, as shares of the canvas's sides.
        turn: tangent of half the angle by which it is rotated.
    """

    side: float
    y: float
    x: float
    turn: float


def prepare(small: Bytes, detail: Callable[[], Bytes]) -> DrawnLayer | None:
    """Prepare a drawing.

    Args:
        small: (h, w, 4) uint8, premultiplied, about 512 pixels a side, decides all but details.
        detail: returns the same picture at the size of the canvas, (h', w', 4) uint8; called only
            if `small` is a drawing.

    Returns:
        Its ink, or None if its ground is not even, its ink is a photograph's, or there is too
        much or too little ink.
    """
    layer = cut_layer(small, detail)
    if layer is None or not len(layer.inks) or layer.extent < MIN_SIDE:
        return None
    return layer if layer.ground is None or layer.flat >= MIN_FLAT else None


def treatments(layer: DrawnLayer) -> dict[str, float]:
    """Return the treatments that suit a drawing, and the weight 0..1 of each."""
    weights = {"badge": 0.5}
    if not layer.clean:
        return weights
    if all(_contrast(ink, OUTLINE) >= MIN_CONTRAST for ink in layer.inks):
        weights["sticker"] = 0.5
    seen = layer.mono or _fitting_schemes(layer.inks, MIN_CONTRAST)
    if layer.ground is not None and seen and not layer.enclosed:
        weights["poster"] = 0.25
        tall, wide = layer.planes.shape[:2]
        if max(tall, wide) < MAX_PATTERN_ASPECT * min(tall, wide):
            weights["wrapping"] = 0.5
    return weights


def render(
    layer: DrawnLayer,
    treatment: str,
    strength: float,
    stream: RandomStream,
    height: int,
    width: int,
) -> Bytes:
    """Show the drawing in another treatment.

    Args:
        layer: as `prepare` returns it.
        treatment: one of those that `treatments` returns.
        strength: 0..1; turns grow with it.
        stream: decides colours, size and place.
        height: rows of the canvas.
        width: columns of the canvas.

    Returns:
        (height, width, 4) uint8, premultiplied; opaque unless the source's ground is transparent.
    """
    layer = _hue_rotated(layer, stream)
    canvas = _TREATMENTS[treatment](layer, _Canvas(height, width, strength, stream))
    return canvas if layer.ground is None else _opaque(canvas)


@dataclass(frozen=True, slots=True)
class _Canvas:
    """Size and random numbers of one picture."""

    height: int
    width: int
    strength: float
    stream: RandomStream

    def pose(self, layer: DrawnLayer, low: float, high: float) -> Pose:
        """Draw a pose near the centre whose box, turned, stays inside the canvas."""
        tall, wide = layer.planes.shape[:2]
        side = self.stream.between(low, high)
        turn = self.stream.between(-0.05, 0.05) * self.strength * 2
        margin = 0.94 - side * abs(turn) * 2
        down = max(0.0, margin - side * tall / max(tall, wide))
        across = max(0.0, margin - side * wide / max(tall, wide))
        y = 0.5 + self.stream.between(-OFFSET, OFFSET) * down
        x = 0.5 + self.stream.between(-OFFSET, OFFSET) * across
        return Pose(side, y, x, turn)

    def place(self, planes: Bytes, pose: Pose) -> Bytes:
        """Return (height, width, 4) uint8 with the planes in that pose on a clear ground."""
        tall, wide = planes.shape[:2]
        unit = pose.side * min(self.height, self.width) / max(tall, wide)
        rows, columns = max(1, round(tall * unit)), max(1, round(wide * unit))
        small = resize(planes, rows, columns)
        small[..., :3] = np.minimum(small[..., :3], small[..., 3:])
        if pose.turn:
            margin = 2 + int(np.ceil(abs(pose.turn) * max(rows, columns)))
            small = _turned(np.pad(small, ((margin, margin), (margin, margin), (0, 0))), pose.turn)
        out = np.zeros((self.height, self.width, 4), np.uint8)
        top = round(pose.y * self.height - small.shape[0] / 2)
        left = round(pose.x * self.width - small.shape[1] / 2)
        part = small[max(0, -top) : self.height - top, max(0, -left) : self.width - left]
        if part.size and top < self.height and left < self.width:
            top, left = max(0, top), max(0, left)
            out[top : top + part.shape[0], left : left + part.shape[1]] = part
        return out

    def scheme(self, inks: Floats, contrast: float = MIN_CONTRAST) -> Scheme | None:
        """Draw a scheme whose ground has that contrast to every ink; None if none has."""
        fit, choice = _fitting_schemes(inks, contrast), self.stream.between(0, 1)
        return fit[int(choice * len(fit))] if fit else None


def _fitting_schemes(inks: Floats, contrast: float) -> list[Scheme]:
    """Return the schemes whose ground has that contrast to every ink."""
    return [
        scheme
        for scheme in SCHEMES
        if all(
            _contrast(ink, colour) >= contrast
            for ink in inks
            for colour in (scheme.ground, scheme.tone)
        )
    ]


def _show_poster(layer: DrawnLayer, canvas: _Canvas) -> Bytes:
    """Show the ink on another ground."""
    planes, scheme = _recoloured(layer, canvas)
    if scheme is None:
        return _show_badge(layer, canvas)
    ground = draw_ground(scheme, canvas.height, canvas.width, canvas.stream)
    pose = canvas.pose(layer, 0.6, 0.86)._replace(turn=0.0)
    return _over(canvas.place(planes, pose), ground)


def _show_sticker(layer: DrawnLayer, canvas: _Canvas) -> Bytes:
    """Show the ink with a white outline and a shadow."""
    pose = canvas.pose(layer, 0.58, 0.8)
    ink = canvas.place(layer.planes, pose)
    alpha = ink[..., 3].astype(np.float32) / np.float32(255)
    side = min(canvas.height, canvas.width)
    reach = 0.022 * side
    grown = dilate_disc(alpha > 0.5, round(reach)).astype(np.float32)
    outline = np.clip((blur(grown, max(1.0, reach / 5)) - 0.5) * max(1.0, side / 256) + 0.5, 0, 1)
    outside = flood_from_edges(outline < 0.5).astype(np.float32)
    outline = np.maximum(np.maximum(outline, alpha), 1 - dilate(outside, 2))
    body = np.array(OUTLINE, np.float32) * (outline - alpha)[..., None] + ink[..., :3].astype(
        np.float32
    )
    sticker = to_bytes(np.dstack([body, 255 * outline]))
    return _on_ground(layer, canvas, sticker, shadow=True)


def _show_badge(layer: DrawnLayer, canvas: _Canvas) -> Bytes:
    """Show the drawing, with its own ground or as light ink, on a badge."""
    pose = canvas.pose(layer, 0.5, 0.62)._replace(turn=0.0, y=0.5, x=0.5)
    scheme = SCHEMES[int(canvas.stream.between(0, len(SCHEMES)))]
    own = not (layer.mono and layer.clean) or canvas.stream.between(0, 1) < 0.3
    fill = np.array((255, 255, 255) if layer.ground is None else layer.ground, np.float32)
    if own:
        planes = layer.picture if layer.ground is not None else layer.planes
        if any(_contrast(ink, fill) < MIN_CONTRAST for ink in layer.inks) and layer.ground is None:
            fill = np.array((40, 44, 56), np.float32)
    else:
        planes, fill = _tinted(layer.planes, scheme.light), np.array(scheme.accent, np.float32)
    distance = _badge_distance(layer, canvas, pose.side)
    cover = edge(distance, canvas.height, canvas.width)
    ring = edge(
        np.abs(distance + np.float32(0.05)) - np.float32(0.008), canvas.height, canvas.width
    )
    ink = canvas.place(planes, pose)
    tone = fill + np.float32(0.22) * ((255 if luma_of(fill) < 128 else 0) - fill)
    face = fill + ring[..., None] * (tone - fill)
    alpha = ink[..., 3:].astype(np.float32) / np.float32(255)
    face = face * (1 - alpha) + ink[..., :3].astype(np.float32)
    badge = to_bytes(np.dstack([face * cover[..., None], 255 * cover]))
    return _on_ground(layer, canvas, badge, shadow=True, scheme=None if own else scheme)


def _badge_distance(layer: DrawnLayer, canvas: _Canvas, side: float) -> Floats:
    """Draw the shape of a badge for a drawing whose longer side is `side`: signed distance."""
    tall, wide = layer.planes.shape[:2]
    longest = max(tall, wide)
    y, x = coordinates(canvas.height, canvas.width)
    shape = int(canvas.stream.between(0, 3)) if longest < 1.7 * min(tall, wide) else 3
    reach = side * float(np.sqrt(np.float32(tall * tall + wide * wide))) / longest
    if shape == 1 and reach < 0.8:
        return polygon(y, x, min(reach + 0.06, 0.86), 4)
    if shape <= 1:
        return disc(y, x, min(reach + 0.09, 0.92))
    half = side + 0.16
    box = (half, half)
    if shape == 3:
        slack = (0.1, 0.06) if wide >= tall else (0.06, 0.1)
        box = (half * tall / longest + slack[0], half * wide / longest + slack[1])
    return rounded_box(y, x, box, 0.22 * min(box))


def _show_wrapping(layer: DrawnLayer, canvas: _Canvas) -> Bytes:
    """Repeat the ink in shifted rows, as on wrapping paper."""
    planes, scheme = _recoloured(layer, canvas)
    if scheme is None:
        return _show_badge(layer, canvas)
    count = int(canvas.stream.between(2, 4))
    pitch, total = 1.0 / count, np.zeros((canvas.height, canvas.width, 4), np.uint8)
    turn = canvas.stream.between(0.05, 0.12)
    for row in range(count + 1):
        for column in range(count + 1):
            x = (column + (0.0 if row % 2 else 0.5)) * pitch
            sign = 1 if (row + column) % 2 else -1
            pose = Pose(0.76 * pitch, row * pitch, x, sign * turn)
            np.maximum(total, canvas.place(planes, pose), out=total)
    ground = np.broadcast_to(np.array(scheme.ground, np.float32), (canvas.height, canvas.width, 3))
    return _over(total, ground)


def _hue_rotated(layer: DrawnLayer, stream: RandomStream) -> DrawnLayer:
    """Give one hue of the ink another, in half of the pictures; skin keeps its hue."""
    wanted, seed = stream.between(0, 1) < 0.5, int(stream.between(0, 2**32))
    straight = unpremultiply(layer.planes, transparent=True)
    turn = random_hue_rotation(straight, 1.0, RandomStream(seed)) if wanted else None
    if turn is None or not layer.clean:
        return layer
    planes = premultiply(rotate_hue(straight, turn))
    solid = planes[planes[..., 3] == 255]
    if not len(solid):
        return layer
    ground = np.array((0, 0, 0) if layer.ground is None else layer.ground, np.float32)
    picture = planes if layer.ground is None else _over(planes, ground)
    return replace(layer, planes=planes, inks=ink_colours(solid), picture=picture)


def _recoloured(layer: DrawnLayer, canvas: _Canvas) -> tuple[Bytes, Scheme | None]:
    """Return the ink and a scheme on which it can be seen; ink of one colour may change."""
    if layer.mono and canvas.stream.between(0, 1) < 0.75:
        scheme = SCHEMES[int(canvas.stream.between(0, len(SCHEMES)))]
        return _tinted(layer.planes, scheme.ink), scheme
    return layer.planes, canvas.scheme(layer.inks)


def _tinted(planes: Bytes, ink: tuple[int, int, int]) -> Bytes:
    """Give all ink one colour."""
    colour = np.array(ink, np.uint32)
    out = planes.copy()
    out[..., :3] = (planes[..., 3:].astype(np.uint32) * colour + 127) // 255
    return out


def _on_ground(
    layer: DrawnLayer,
    canvas: _Canvas,
    planes: Bytes,
    *,
    shadow: bool,
    scheme: Scheme | None = None,
) -> Bytes:
    """Put planes on a new ground with a shadow, or on none if the source's is transparent."""
    if layer.ground is None:
        return planes
    alpha = planes[..., 3].astype(np.float32) / np.float32(255)
    fill = planes[..., :3][planes[..., 3] == 255]
    mean = fill.mean(0, dtype=np.float64).astype(np.float32) if len(fill) else layer.inks[0, :3]
    chosen = scheme or canvas.scheme(mean[None], BODY_CONTRAST) or SCHEMES[8]
    ground = draw_ground(chosen, canvas.height, canvas.width, canvas.stream)
    if shadow:
        side = min(canvas.height, canvas.width)
        drop = max(1, round(0.012 * side))
        cast = np.pad(blur(alpha, 0.012 * side), ((drop, 0), (0, 0)))[: canvas.height]
        ground = ground * (1 - np.float32(0.26) * cast[..., None])
    return _over(planes, ground)


def _over(planes: Bytes, ground: Floats) -> Bytes:
    """Composite premultiplied planes over an opaque ground (h, w, 3) float32."""
    alpha = planes[..., 3:].astype(np.float32) / np.float32(255)
    return _opaque(to_bytes(planes[..., :3].astype(np.float32) + (1 - alpha) * ground))


def _opaque(image: Bytes) -> Bytes:
    """Return (h, w, 4) uint8 whose fourth plane is 255."""
    out = np.full((*image.shape[:2], 4), 255, np.uint8)
    out[..., :3] = image[..., :3]
    return out


def _turned(planes: Bytes, turn: float) -> Bytes:
    """Rotate planes about their centre; `turn` is the tangent of half the angle."""
    height, width = planes.shape[:2]
    cosine, sine = rotation(turn)
    dy, dx = height * (QUARTERS[:, None] - 0.5), width * (QUARTERS[None] - 0.5)
    rows = 0.5 + (cosine * dy - sine * dx) / height
    columns = 0.5 + (sine * dy + cosine * dx) / width
    return warp(
        planes,
        rows.astype(np.float32),
        columns.astype(np.float32),
        np.zeros((height, width), np.uint8),
        np.zeros((1, 2), np.float32),
        calm=True,
    )


def _contrast(ink: Floats, ground: tuple[int, int, int] | Floats) -> float:
    """Difference of two colours in grey levels: luma, and a tenth of the colour differences."""
    both = np.array([ink[:3], ground[:3]], np.float32)
    light, blue, red = colour_differences(both)
    return float(abs(light[0] - light[1]) + 0.1 * (abs(blue[0] - blue[1]) + abs(red[0] - red[1])))


_TREATMENTS: dict[str, Callable[[DrawnLayer, _Canvas], Bytes]] = {
    "badge": _show_badge,
    "sticker": _show_sticker,
    "poster": _show_poster,
    "wrapping": _show_wrapping,
}
