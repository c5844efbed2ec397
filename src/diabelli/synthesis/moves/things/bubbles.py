"""Move: soap bubbles that float in front of the picture.

A bubble is hardly opaque. Its film mirrors the sky towards the rim, in the colours of
thin films; a bright window is seen in its front, and upside down in its back.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.curves import ramp
from diabelli.synthesis.core.filters import luma
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.scene import Scene
from diabelli.synthesis.moves.things.keep_clear import DECISION_SIDE, SIDE, free_distance

COUNTS, NEAR_COUNT, LEAST_COUNT = (9, 15), 4, 5
"""Bounds of the number of bubbles, the second excluded, how many of them are near at most, and how
many there must be room for."""
NEAR_RADII, FAR_RADII = (0.05, 0.085), (0.012, 0.038)
"""Bounds of the radii of near and of far bubbles, in sides."""
TRIES, LEAST_SIZE = 64, 0.5
"""Places that are tried for a bubble, and its size at the last one as a share of that at the first,
so that it is smaller where there is little room."""
PALE, MAX_PALE, MAX_DEVIATION = 160.0, 0.05, 27.0
"""Luma in grey levels from which a film is hardly seen; share of a disc that may be as pale, and
deviation of luma in it from which a rim is lost among other edges."""
OVERLAP, GAP = 0.25, 1.05
"""How far a bubble may reach over the subject, in radii; least distance of two bubbles, in the sum
of their radii."""
FOCUS, DEPTH_OF_FIELD = (0.045, 0.07), 0.018
"""Bounds of the radius that is in focus, and how far others may be from it to be sharp."""
DEFOCUS, MAX_DEFOCUS = (0.1, 0.4), 0.3
"""Blur of other bubbles: bounds, per difference of radius, and its most in radii."""
THICKNESS, GROWTH = (260.0, 520.0), (-60.0, 160.0)
"""Bounds of the thickness of films in the middle, and of its growth from there to the bottom, in
nanometres."""
SWIRLS, SWIRL_TURNS, SWIRL_SIZES = 3, 1.6, (25.0, 70.0)
"""Waves of thickness of a film, their most turns in a radius, and bounds of their size in
nanometres."""
REFRACTION, MIN_THICKNESS = 1.33, 60.0
"""Refractive index of the film, and its least thickness in nanometres."""
WAVES = (620.0, 540.0, 455.0)
"""Wavelengths of red, green and blue, in nanometres."""
SLOPES, LEFT_SHARE = (0.45, 1.1), 0.75
"""Bounds of how far aside the window is, as a multiple of its height above the bubble; how often it
is on the left."""
SKY_SIDE, SKY_CELLS = 16, 40
"""Side at which the light of the picture is measured, and number of cells that are its sky."""
SKY_GAIN, SKY_PALENESS, LEAST_SKY = 1.25, 0.45, 0.15
"""Factor of the light of the sky, share of its colour that is lost, and linear light that is added,
so that bubbles are seen in dim pictures."""
SAMPLES = 7
"""Samples of a pixel along each axis; also of the blur."""


class _Bubble(NamedTuple):
    """A bubble; all are np.float32.

    Attributes:
        row: of its middle, in pixels.
        column: of its middle, in pixels.
        radius: in pixels.
        blur: radius of the disc of its blur, in pixels.
        thickness: of its film in the middle, in nanometres.
        growth: of the thickness from the middle to the bottom, in nanometres.
        slope: how far aside the window is, relative to how far above; below 0 to the left.
    """

    row: np.float32
    column: np.float32
    radius: np.float32
    blur: np.float32
    thickness: np.float32
    growth: np.float32
    slope: np.float32


def show_bubbles(image: Bytes, scene: Scene, stream: RandomStream) -> Bytes:
    """Return an image (h, w, 4) uint8, opaque, behind soap bubbles.

    Args:
        image: (h, w, 4) uint8, opaque.
        scene: properties of the source.
        stream: random numbers.
    """
    bubbles = _places(image, free_distance(image), stream)
    sky = _sky(image, grey=scene.grey)
    focus, slope = stream.between(*FOCUS), stream.between(*SLOPES)
    if stream.between(0, 1) < LEFT_SHARE:
        slope = -slope
    out = image.copy()
    height, width = image.shape[:2]
    side = float(np.sqrt(height * width))
    for row, column, radius in sorted(bubbles, key=lambda one: one[2]):
        away = max(abs(radius - focus) - DEPTH_OF_FIELD, 0.0)
        blur = min(away * stream.between(*DEFOCUS), MAX_DEFOCUS * radius)
        film = (stream.between(*THICKNESS), stream.between(*GROWTH), slope)
        numbers = (row * height, column * width, radius * side, max(blur * side, 0.5), *film)
        bubble = _Bubble(*np.array(numbers, np.float32))
        _draw_bubble(out, bubble, sky, _swirls(stream), scene.grey)
    return out


def _sky(image: Bytes, *, grey: bool) -> Floats:
    """Return the light that bubbles mirror, (3,) float32: of the brightest places, but paler."""
    small = resize(image, SKY_SIDE, SKY_SIDE)[..., :3].astype(np.float64) / 255
    light = np.sort(np.square(small).reshape(-1, 3), axis=0)[-SKY_CELLS:].mean(0)
    pale = (1 - SKY_PALENESS) * light + SKY_PALENESS * light.mean()
    sky = SKY_GAIN * pale + LEAST_SKY
    return np.asarray(np.repeat(sky.mean(), 3) if grey else sky, np.float32)


def _swirls(stream: RandomStream) -> Floats:
    """Draw the waves of thickness of a film.

    Returns:
        (SWIRLS, 4) float32: turns in a radius down and across, start in turns, size in nanometres.
    """
    numbers = stream.uniform(SWIRLS, 4)
    numbers[:, :2] = (2 * numbers[:, :2] - 1) * SWIRL_TURNS
    least, most = SWIRL_SIZES
    numbers[:, 3] = least + (most - least) * numbers[:, 3]
    return numbers.astype(np.float32)


def has_room_for_bubbles(image: Bytes, distance: Floats) -> bool:
    """Return whether enough bubbles would be seen in front of an image.

    Args:
        image: (h, w, 4) uint8, opaque.
        distance: as returned by `free_distance`.
    """
    return len(_places(image, distance, RandomStream(0))) >= LEAST_COUNT


def _places(
    image: Bytes, distance: Floats, stream: RandomStream
) -> list[tuple[float, float, float]]:
    """Draw row, column and radius of bubbles, in sides.

    They are within the frame, apart from the subject and each other, and before even, dark ground.

    Args:
        image: (h, w, 4) uint8, opaque.
        distance: as returned by `free_distance`.
        stream: random numbers.
    """
    light = luma(resize(image, DECISION_SIDE, DECISION_SIDE))
    shape = np.sqrt((image.shape[1] / image.shape[0], image.shape[0] / image.shape[1]))
    bubbles: list[tuple[float, float, float]] = []
    for index in range(int(stream.between(*COUNTS))):
        first = stream.between(*(NEAR_RADII if index < NEAR_COUNT else FAR_RADII))
        for number, draws in enumerate(stream.uniform(TRIES, 2)):
            shrunk = first * (1 - (1 - LEAST_SIZE) * number / TRIES)
            radius = max(shrunk, FAR_RADII[0])
            radii = radius * shape
            if radii.max() >= 0.5:
                # The frame is narrower than the bubble.
                continue
            place = radii + draws * (1 - 2 * radii)
            y, x = (place * SIDE).astype(int).tolist()
            row, column = place.tolist()
            is_free = distance[y, x] >= (1 - OVERLAP) * radius
            if is_free and _is_apart(bubbles, row, column, radius):
                disc = np.concatenate([place, radii]) * DECISION_SIDE
                if _shows_film(light, *disc.astype(np.float32)):
                    bubbles.append((row, column, radius))
                    break
    return bubbles


@kernel
def _shows_film(
    light: Floats, row: np.float32, column: np.float32, tall: np.float32, wide: np.float32
) -> bool:
    """Return whether the rim of a bubble would be seen all around.

    Args:
        light: (h, w) float32, luma in grey levels.
        row: of the bubble's middle, in places of `light`.
        column: of its middle, in places of `light`.
        tall: its radius in rows.
        wide: its radius in columns.
    """
    first, last = max(int(row - tall), 0), min(int(row + tall) + 1, light.shape[0])
    left, right = max(int(column - wide), 0), min(int(column + wide) + 1, light.shape[1])
    count, pale = 0, 0
    total, square = np.float32(0), np.float32(0)
    for y in range(first, last):
        for x in range(left, right):
            v = (np.float32(y) + np.float32(0.5) - row) / tall
            u = (np.float32(x) + np.float32(0.5) - column) / wide
            if v * v + u * u > np.float32(1):
                continue
            count += 1
            pale += light[y, x] > np.float32(PALE)
            total += light[y, x]
            square += light[y, x] * light[y, x]
    if count == 0:
        return False
    mean = total / np.float32(count)
    variance = square / np.float32(count) - mean * mean
    is_even = variance <= np.float32(MAX_DEVIATION * MAX_DEVIATION)
    return bool(is_even and pale <= np.float32(MAX_PALE) * np.float32(count))


def _is_apart(
    bubbles: list[tuple[float, float, float]], row: float, column: float, radius: float
) -> bool:
    """Return whether a bubble would be apart from those that are there already."""
    return all(
        (row - down) ** 2 + (column - across) ** 2 > (GAP * (radius + other)) ** 2
        for down, across, other in bubbles
    )


@kernel
def _draw_bubble(out: Bytes, bubble: _Bubble, sky: Floats, swirls: Floats, grey: bool) -> None:
    """Draw a bubble on an image, in place.

    Args:
        out: (h, w, 4) uint8.
        bubble: where it is, and its film.
        sky: (3,) float32, linear light of the sky.
        swirls: (SWIRLS, 4) float32, as `_swirls` returns them.
        grey: whether it has no colour.
    """
    rows, columns = out.shape[0], out.shape[1]
    one, zero, half, whole = np.float32(1), np.float32(0), np.float32(0.5), np.float32(255)
    radius, blur = bubble.radius, bubble.blur
    reach = radius + blur + one
    first, last = max(int(bubble.row - reach), 0), min(int(bubble.row + reach) + 2, rows)
    left = max(int(bubble.column - reach), 0)
    right = min(int(bubble.column + reach) + 2, columns)
    light, total = np.zeros(4, np.float32), np.zeros(4, np.float32)
    step = np.float32(2) / np.float32(SAMPLES)
    for y in range(first, last):
        for x in range(left, right):
            total[:] = zero
            count = 0
            for sample in range(SAMPLES * SAMPLES):
                down = (np.float32(sample // SAMPLES) + half) * step - one
                across = (np.float32(sample % SAMPLES) + half) * step - one
                if down * down + across * across > one:
                    continue
                count += 1
                v = (np.float32(y) + half + blur * down - bubble.row) / radius
                u = (np.float32(x) + half + blur * across - bubble.column) / radius
                if v * v + u * u < one:
                    _add_film(v, u, bubble, sky, swirls, light)
                    for c in range(4):
                        total[c] += light[c]
            if total[3] <= zero:
                continue
            for c in range(4):
                total[c] /= np.float32(count)
            if grey:
                total[:3] = (total[0] + total[1] + total[2]) / np.float32(3)
            for c in range(3):
                value = np.float32(out[y, x, c]) / whole
                value = value * value * (one - total[3])
                value = one - (one - value) * (one - min(total[c], one))
                out[y, x, c] = np.uint8(np.sqrt(value) * whole + half)


@kernel
def _add_film(
    v: np.float32, u: np.float32, bubble: _Bubble, sky: Floats, swirls: Floats, light: Floats
) -> None:
    """Write the light that a place of a bubble adds, and the share that it takes away.

    Args:
        v: down from the middle, in radii.
        u: across from the middle, in radii.
        bubble: where it is, and its film.
        sky: (3,) float32.
        swirls: (SWIRLS, 4) float32.
        light: (4,) float32, written.
    """
    one, half = np.float32(1), np.float32(0.5)
    squared = v * v + u * u
    z = np.sqrt(one - squared)
    grazing = one - z
    # A cubic, which rises sooner than Schlick's approximation (1994) of Fresnel's reflection.
    mirror = np.float32(0.25) + np.float32(0.75) * grazing
    mirror = np.float32(0.05) + np.float32(0.9) * grazing * grazing * mirror
    thickness = bubble.thickness + bubble.growth * v
    for k in range(swirls.shape[0]):
        turn = swirls[k, 0] * v + swirls[k, 1] * u * (one + np.float32(0.35) * v) + swirls[k, 2]
        turn -= np.floor(turn)
        thickness += swirls[k, 3] * (np.float32(8) * turn * (one - turn) - one)
    # Twice the thickness, times the index, times the cosine in the film; 1.77 is the index squared.
    path = np.float32(2 * REFRACTION) * max(thickness, np.float32(MIN_THICKNESS))
    path *= np.sqrt(one - squared / np.float32(1.77))
    window = np.float32(0.85) * _window(v, u, z, bubble.slope)
    window += np.float32(0.45) * _window(-v, -u, z, bubble.slope)
    above, below = half - z * v, half + z * v
    air = np.float32(0.25) + np.float32(0.75) * above * above + np.float32(0.45) * below * below
    for c in range(3):
        turn = path / np.float32(WAVES[c])
        turn -= np.floor(turn)
        fringe = np.float32(0.1) + np.float32(5.8) * turn * (one - turn)
        bright = min(np.float32(0.35) + np.float32(0.65) * sky[c], one)
        light[c] = mirror * sky[c] * air * fringe
        light[c] += window * (np.float32(0.8) + np.float32(0.2) * fringe) * bright
    light[3] = np.float32(0.04) + np.float32(0.35) * grazing * grazing


@kernel
def _window(v: np.float32, u: np.float32, z: np.float32, slope: np.float32) -> np.float32:
    """Return how much of a bright window a place of a mirroring ball shows, 0..1.

    Args:
        v: down from the middle, in radii.
        u: across from the middle, in radii.
        z: towards the camera, in radii.
        slope: how far aside the window is, relative to how far above; below 0 to the left.
    """
    one, zero, two = np.float32(1), np.float32(0), np.float32(2)
    # The direction that the place mirrors, and the window beside the ball, seen from its middle.
    down, across, toward = two * z * v, two * z * u, two * z * z - one
    length = np.sqrt(one + slope * slope)
    ahead = (slope * across - down) / length + np.float32(0.12) * toward
    if ahead <= zero:
        return zero
    p = (across + slope * down) / (length * ahead)
    q = toward / ahead - np.float32(0.1)
    edge = np.float32(7)
    inside = min(max((np.float32(0.5) - abs(p)) * edge, zero), one)
    inside *= min(max((np.float32(0.3) - abs(q)) * edge, zero), one)
    return ramp(inside)
