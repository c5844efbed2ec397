"""Move: the same place at another hour or in autumn; only light and the colour of leaves change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diabelli.synthesis.analysis.picture_kind import classify
from diabelli.synthesis.core.chroma import palette
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Bytes
from diabelli.synthesis.moves import lights
from diabelli.synthesis.moves.lighting import relight
from diabelli.synthesis.moves.place import (
    Place,
    has_lone_subject,
    has_turning_leaves,
    is_among_plants,
    is_foliage,
    survey,
)
from diabelli.synthesis.moves.season import replace_green

CONFIDENCE = 0.8
"""Weight of this move beside others, where it is sure."""
KIND_SIDE = 256
"""Longer side in pixels at which the kind of a picture is found."""
LIGHTS: dict[str, lights.Light] = {
    "golden": lights.golden,
    "autumn": lights.autumn,
    "night": lights.night,
}
"""The hours by name."""
GOLD, RUST = np.array([(-0.90, 0.44), (-0.66, 0.75)], np.float32)
"""Directions of (Cb, Cr) of autumn leaves."""


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A picture that can be shown at other hours.

    Attributes:
        confidence: 0..1.
        canvas: (h, w, 3) uint8.
        place: its maps.
        kinds: names of the hours that suit it.
    """

    confidence: float
    canvas: Bytes
    place: Place
    kinds: tuple[str, ...]


def prepare(canvas: Bytes) -> Prepared | None:
    """Find out which hours suit a picture (h, w, 3) uint8; None if there is none."""
    place = survey(canvas)
    if not (_is_colour_photograph(canvas, place) and is_among_plants(place)):
        return None
    kinds = ["golden"]
    if has_turning_leaves(place):
        kinds.append("autumn")
    if has_lone_subject(place):
        kinds.append("night")
    return Prepared(CONFIDENCE, canvas, place, tuple(kinds))


def kind_of(prepared: Prepared, stream: RandomStream) -> str:
    """Draw the name of an hour; it takes one number from the stream."""
    return prepared.kinds[int(stream.between(0, len(prepared.kinds)))]


def render(
    prepared: Prepared, strength: float, stream: RandomStream, height: int, width: int
) -> Bytes:
    """Return the picture at the hour that `kind_of` draws, (height, width, 3) uint8.

    Args:
        prepared: as returned by `prepare`.
        strength: 0..1; below .5 the result is mixed with the canvas, above it is bolder.
        stream: random numbers.
        height: rows of the result.
        width: columns of the result.
    """
    kind = kind_of(prepared, stream)
    canvas, place = resize(prepared.canvas, height, width), prepared.place
    lighting = LIGHTS[kind](lights.View(place, stream, 1 + 0.6 * max(strength - 0.5, 0.0)))
    scene = _with_autumn_leaves(canvas, place, stream) if kind == "autumn" else canvas
    image = relight(scene, lighting)
    return image if strength >= 0.5 else _blend(canvas, image, 2 * strength)


def _is_colour_photograph(source: Bytes, place: Place) -> bool:
    """Return whether a picture has colour and is no graphic or text."""
    scale = KIND_SIDE / max(source.shape[:2])
    work = resize(source, *(max(32, round(side * scale)) for side in source.shape[:2]))
    kind = classify(np.concatenate([work, np.full_like(work[..., :1], 255)], axis=2))
    return not (kind.is_graphic or kind.has_text) and palette(place.small)[:, 3].mean() > 3.5


def _with_autumn_leaves(canvas: Bytes, place: Place, stream: RandomStream) -> Bytes:
    """Return a canvas with foliage in gold and rust, in drifts."""
    height, width = canvas.shape[:2]
    where = np.clip(resize_map(is_foliage(place), height, width), 0, 1)
    drifts = np.zeros((24, 24), np.float32)
    for cells in (4, 9, 24):
        drifts += resize_map(stream.normal(cells, cells).astype(np.float32), 24, 24)
    share = np.clip(np.float32(0.45) + np.float32(0.21) * drifts, 0, 1)[..., None]
    leaves = resize_map(GOLD + (RUST - GOLD) * share, height, width)
    return replace_green(canvas, where, leaves, lift=24, chroma=1.4)


def _blend(first: Bytes, second: Bytes, share: float) -> Bytes:
    """Return the mixture of two images, `share` of the second."""
    part = round(256 * share)
    mixed = first.astype(np.int32) * (256 - part) + second.astype(np.int32) * part + 128
    return (mixed // 256).astype(np.uint8)
