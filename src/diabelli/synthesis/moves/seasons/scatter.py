"""Places and poses of thin sheets that drift in the air, apart from the subject, at many depths."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes, Floats, Points
from diabelli.synthesis.moves.seasons.thin_sheets import Air, Sheet, measure_air
from diabelli.synthesis.moves.things.keep_clear import SIDE, free_distance

NEAR, IN_FOCUS = 1.3, 1.25
"""Inverse distance, relative to the focus, from which a sheet is near, and up to which one in the
middle is drawn."""
SHARP_NEAR, SHARP_FAR = 0.15, 0.2
"""Depth of field: differences of the inverse distance before and beyond the focus without blur."""
SIZES = (0.85, 1.15)
"""Bounds of the size of a sheet relative to the others."""
REACH, OVERLAP = 0.75, 0.6
"""Radius of a sheet, and least distance of two sheets, in half sides of their maps."""
TRIES = 40
"""Places that are tried for a sheet."""
BAND_SLOPES, BAND_OFFSETS, BAND = (-1.0, 1.0), (-0.25, 0.25), (1.1, 1.6)
"""Bounds of the slope and of the place of the band in which most sheets drift; share of those that
are kept in its middle, and how fast it falls beside, in sides."""
ASIDE, TOWARD = (0.3, 0.9), (-0.7, 0.4)
"""Bounds of how far aside and how far before the picture the light is, for 0.8 above."""


class Swarm(NamedTuple):
    """Number and depths of sheets; each is the bounds of a random number.

    Attributes:
        counts: number of sheets.
        near_counts: how many of them are nearer than the focus.
        sizes: half side of the maps in focus, in sides.
        nearness: inverse distance, relative to the focus.
        apertures: radius of the blur at inverse distance 2, in sides.
        far_blur: that of sheets beyond the focus, relative to those before it.
    """

    counts: tuple[int, int]
    near_counts: tuple[int, int]
    sizes: tuple[float, float]
    nearness: tuple[float, float]
    apertures: tuple[float, float]
    far_blur: float


class Place(NamedTuple):
    """Where a sheet is, in sides.

    Attributes:
        row: of its middle.
        column: of its middle.
        size: half side of its maps.
        blur: radius of its blur.
    """

    row: float
    column: float
    size: float
    blur: float


class Kind(NamedTuple):
    """Sheets of one kind; see `Sheet`.

    Attributes:
        variants: number of shapes.
        gains: bounds of the light of a sheet relative to the others.
        bends: bounds of the bend.
        least_facing: cosine of the largest angle between the sight and a side of a sheet.
        translucency: share of light that shines through.
        gloss: share that is mirrored.
        opacity: share of the light behind that is hidden.
        falls: bounds of the movement down during the exposure, in half sides of the maps.
        sways: bounds of the movement across, in the same.
    """

    variants: int
    gains: tuple[float, float]
    bends: tuple[float, float]
    least_facing: float
    translucency: float
    gloss: float
    opacity: float
    falls: tuple[float, float]
    sways: tuple[float, float]


def scatter(image: Bytes, swarm: Swarm, stream: RandomStream) -> list[Place]:
    """Draw places that are apart from the subject, the farthest first.

    Args:
        image: (h, w, 4) uint8, the picture.
        swarm: number and depths.
        stream: random numbers.
    """
    distance = free_distance(image)
    height, width = image.shape[:2]
    # Sides in shares of the height and of the width.
    shape = np.sqrt(height * width) / np.array([height, width])
    slope, offset = stream.between(*BAND_SLOPES), stream.between(*BAND_OFFSETS)
    size, aperture = stream.between(*swarm.sizes), stream.between(*swarm.apertures)
    count, near_count = (
        int(stream.between(*bounds)) for bounds in (swarm.counts, swarm.near_counts)
    )
    places: list[Place] = []
    for index in range(count):
        is_near = index < near_count
        draw, own = stream.between(0, 1), size * stream.between(*SIZES)
        least, most = swarm.nearness
        nearness = (
            NEAR + (most - NEAR) * draw * draw if is_near else least + (IN_FOCUS - least) * draw
        )
        own *= nearness
        before = max(nearness - 1 - SHARP_NEAR, 0.0)
        beyond = max(1 - nearness - SHARP_FAR, 0.0)
        blur = aperture * (before + swarm.far_blur * beyond)
        margin = 0.3 * own * shape if is_near else 0 * shape
        for draws in stream.uniform(TRIES, 3):
            row, column = (draws[:2] * (1 + 2 * margin) - margin).tolist()
            away = abs(row - 0.5 - slope * (column - 0.5) - offset)
            is_aside = not is_near and draws[2] > BAND[0] - BAND[1] * away
            y, x = (min(max(int(place * SIDE), 0), SIDE - 1) for place in (row, column))
            is_free = distance[y, x] >= REACH * own + blur
            if is_free and not is_aside and _is_apart(places, row, column, own, shape):
                places.append(Place(row, column, own, blur))
                break
    return sorted(places, key=lambda one: one.size)


def _is_apart(places: list[Place], row: float, column: float, size: float, shape: Points) -> bool:
    """Return whether a sheet is apart from those that are there already."""
    return all(
        ((row - one.row) / shape[0]) ** 2 + ((column - one.column) / shape[1]) ** 2
        > (OVERLAP * (size + one.size)) ** 2
        for one in places
    )


def random_sheet(
    place: Place,
    kind: Kind,
    shape: Callable[[int], Floats],
    colours: tuple[tuple[int, int, int], ...],
    stream: RandomStream,
) -> Sheet:
    """Draw the pose of a sheet.

    Args:
        place: of the sheet.
        kind: of the sheet.
        shape: makes the maps of a variant, 0..`kind.variants` - 1.
        colours: four, 0..255, as in `Sheet`.
        stream: random numbers.
    """
    motion = (place.size * stream.between(*kind.falls), place.size * stream.between(*kind.sways))
    return Sheet(
        maps=shape(int(stream.between(0, kind.variants))),
        colours=_linear_colours(colours, stream.between(*kind.gains)),
        row=place.row,
        column=place.column,
        size=place.size,
        blur=place.blur,
        axes=_random_axes(stream, kind.least_facing),
        bend=stream.between(*kind.bends),
        turn=_random_direction(stream, 2),
        translucency=kind.translucency,
        gloss=kind.gloss,
        opacity=kind.opacity,
        motion=motion,
    )


def _random_axes(stream: RandomStream, least: float) -> Floats:
    """Draw the axes (3, 3) of a sheet that is not seen from its edge.

    Args:
        stream: random numbers.
        least: cosine of the largest angle between the sight and the upper or lower side.
    """
    upper = _random_direction(stream, 3)
    while abs(upper[2]) < least:
        upper = _random_direction(stream, 3)
    across = stream.normal(3)
    across -= upper * (across * upper).sum()
    across /= np.sqrt(np.square(across).sum())
    return np.stack([across, np.cross(upper, across), upper]).astype(np.float32)


def _random_direction(stream: RandomStream, count: int) -> Points:
    """Draw a vector (count,) float64 of length 1."""
    vector = stream.normal(count)
    return np.asarray(vector / np.sqrt(np.square(vector).sum()))


def random_air(image: Bytes, stream: RandomStream, *, grey: bool) -> Air:
    """Draw a light from above, aside, before or behind a picture (h, w, 4) uint8."""
    aside = stream.between(*ASIDE) * (1 if stream.between(0, 1) < 0.5 else -1)
    return measure_air(image, (-0.8, aside, stream.between(*TOWARD)), grey=grey)


def _linear_colours(colours: tuple[tuple[int, int, int], ...], gain: float) -> Floats:
    """Return linear light (n, 3) float32 of colours 0..255."""
    light = np.square(np.array(colours, np.float32) / np.float32(255))
    return np.asarray(light * np.float32(gain), np.float32)
