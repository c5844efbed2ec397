"""Properties of an outdoor place that decide which light it may get: plants, sky, subject, skin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.subject_map import subject_map
from diabelli.synthesis.core.chroma import is_skin, palette
from diabelli.synthesis.core.filters import blur, gradient, luma
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats
from diabelli.synthesis.moves.season import green_weight

SIDE = 128
"""Longer side of the maps in pixels."""
SURE_SUBJECT = 0.6
"""The subject map above this counts as the subject."""
MIN_LEAFINESS = 0.16
"""Least share of leaves and grass that shows that a picture is of outdoors."""
MIN_FOLIAGE = 0.22
"""Least share of leaves and grass that change with the season."""
MAX_SKY = 0.03
"""Largest share of a sky; light on the ground alone would leave the sky of another hour."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A small picture and its maps.

    Attributes:
        small: (rows, columns, 3) uint8, the picture at the size of the maps.
        light: (rows, columns) float32, luma, 0..255.
        subject: (rows, columns) float32, 0..1, where a person would say that the subject is.
        green: (rows, columns) float32, 0..1, how green each place is.
        rough: (rows, columns) float32, mean gradient around each place, in grey levels per pixel.
    """

    small: Bytes
    light: Floats
    subject: Floats
    green: Floats
    rough: Floats

    @property
    def is_subject(self) -> Mask:
        """Where the subject surely is, (rows, columns)."""
        return np.asarray(self.subject > SURE_SUBJECT)

    @property
    def is_ground(self) -> Mask:
        """Where the subject hardly is, (rows, columns)."""
        return np.asarray(self.subject < 0.4)


def survey(canvas: Bytes) -> Place:
    """Return the maps of a picture (h, w, 3) uint8."""
    scale = SIDE / max(canvas.shape[:2])
    rows, columns = (max(32, round(side * scale)) for side in canvas.shape[:2])
    small = resize(canvas, rows, columns)
    light = luma(small)
    down, across = gradient(light)
    rough = blur(np.sqrt(down * down + across * across), 2.7)
    subject = np.clip(resize_map(subject_map(canvas), rows, columns), 0, 1)
    return Place(small, light, subject, green_weight(small), rough)


def leafiness(place: Place) -> float:
    """Return the share of a picture, its subject apart, that is of a decided green and rough."""
    colours = place.small.astype(np.float32)
    red, green, blue = (colours[..., c] for c in range(3))
    most = colours.max(2) + 8
    leaf = (green - 0.99 * red > 0.03 * most) & (green - 1.1 * blue > 0.08 * most)
    return float((leaf & (place.rough > 4) & place.is_ground).mean())


def is_among_plants(place: Place) -> bool:
    """Return whether a picture shows rough green in daylight, no sky and not much blue."""
    colours = place.small.astype(np.float32)
    red, green, blue = (colours[..., c] for c in range(3))
    most = colours.max(2) + 8
    bluish = (blue - red > 0.12 * most) & (blue - 0.9 * green > 0) & place.is_ground
    dark = place.light[place.is_ground] < 40
    return bool(
        leafiness(place) > MIN_LEAFINESS
        and sky_share(place) < MAX_SKY
        and bluish.mean() < 0.15
        and dark.mean() < 0.4
    )


def sky_share(place: Place) -> float:
    """Return the share of even, bright or blue places in the uppermost quarter, of the picture."""
    top = len(place.small) // 4
    tones = palette(place.small).reshape(*place.small.shape[:2], 4)[:top]
    cb, chroma = tones[..., 1], tones[..., 3]
    even = place.rough[:top] < 5
    pale = (place.light[:top] > 165) & (chroma < 16)
    return float((even & (pale | (cb > 8)) & place.is_ground[:top]).sum() / place.light.size)


def is_foliage(place: Place) -> Floats:
    """Return where rough green is: (rows, columns) float32, 0..1."""
    wide = np.clip(np.float32(1.6) * blur(place.green, 2.0), 0, 1)
    return wide * np.clip((place.rough - 2) / 2, 0, 1)


def has_turning_leaves(place: Place) -> bool:
    """Return whether nearly all that is green is foliage in daylight, and nothing of the subject.

    Even green is cloth, fruit, water or a wall; green among much black is under water or indoors.
    """
    wide = blur(place.green, 2.0) > 0.3
    subject = place.is_subject
    return bool(
        leafiness(place) > MIN_FOLIAGE
        and (wide & (place.rough > 4)).sum() > 0.8 * wide.sum()
        and (place.light < 32).mean() < 0.2
        and np.median(place.light[place.is_ground]) > 60
        and (not subject.any() or place.green[subject].mean() < 0.1)
    )


def has_lone_subject(place: Place) -> bool:
    """Return whether a subject of a fair size, not pale, has a sharp outline within the frame."""
    subject, sure = place.subject, place.is_subject
    if not 0.05 < sure.mean() < 0.6:
        return False
    fuzziness = float((subject * (1 - subject)).sum() / subject.sum())
    crosses = bool(sure[:, 0].any() and sure[:, -1].any())
    return fuzziness < 0.3 and not crosses and bool(np.median(place.light[sure]) < 170)


def skin_share(place: Place) -> Floats:
    """Return where a subject may show skin, widened: (rows, columns) float32, 0..1."""
    light, cb, cr, _ = palette(place.small).reshape(*place.small.shape[:2], 4).transpose(2, 0, 1)
    skin = is_skin(light, cb, cr) & (place.subject > 0.3)
    return np.clip(2 * blur(skin.astype(np.float32), 3.0), 0, 1)
