"""Subject of a picture, cut out: where it is, and whether its outline is trusted.

The subject map and the person map find it; a matte refines it. The cut is trusted where the subject
map, the matte and a segmentation by colours agree, so that no ear or leg is lost.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.matte import mean_nearby, refine_matte
from diabelli.synthesis.analysis.segmentation import silhouette
from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import blur, dilate, flood
from diabelli.synthesis.core.resample import resize, resize_map
from diabelli.synthesis.core.types import Bytes, Floats

SIDE = 256
"""Side in pixels at which the subject is found; the picture is stretched to a square."""
HALF = 0.5
"""Value of a map from which a place is taken."""
AREAS = (0.1, 0.68)
"""Bounds of the share of the subject."""
MAX_UNSURE = (0.24, 0.36)
"""How much of the subject map may be neither 0 nor 1, where the person map does not agree with the
cut and where it does; relative to the root of the share, as a longer rim is unsure at more places.
"""
MAX_SECOND, MAX_LENGTH = 0.08, 9.3
"""Share of the subject that may be apart from its largest part, and most length of the outline
relative to the root of the area: more have lattices, and groups."""
DEPTH = 8.0
"""Deviation in pixels of the blur that finds the widest place."""
RIM, EDGE = 5, 3
"""Distance in pixels from the outline from which a map counts, and width of the picture's edge."""
MAX_MISSED, MAX_DOUBTED = 0.04, 0.1
"""Shares of the cut beyond which the subject map has more, and within which it has nothing."""
MAX_OTHERS, AGREES = 0.12, 0.05
"""Share of the cut beyond which the person map has more, and within which it has nothing, up to
which the person map agrees."""
COLOUR_SIDE, MAX_LOST, MAX_GAINED = 128, 0.1, (0.2, 0.24, 0.3)
"""Side at which colours are segmented, the share of the cut that this may leave out, and the share
that it may add: to a thing, where the person map agrees, and to a subject of which the map is sure.
"""
SURE = 0.16
"""Unsure share of a subject of which the map is sure."""
MAX_TOP, MAX_SIDE, MAX_BUST, MIN_BASE = 0.08, 0.06, 0.6, 0.2
"""Shares of the upper and side edges that a subject may take, of a side edge that a person may, and
of the lower edge that it then takes."""
THIN_REACH, LIKELY, CALM, MAX_THIN = 10, (0.9, 1.3), 14.5, 0.012
"""Distance in pixels from the cut from which thin parts of the subject, such as straps and tails,
are noticed; their difference from the ground, in its deviation, on calm ground and elsewhere;
deviation in grey levels of calm ground, on which they are sure; share of the cut that they may
have on other ground."""


class CutOut(NamedTuple):
    """A subject that can be cut out.

    Attributes:
        coarse: (SIDE, SIDE) float32, 0..1, where it is; `refine_matte` makes a matte of it.
        part: (SIDE, SIDE) float32, 0..1, the part of the picture that may be shown.
    """

    coarse: Floats
    part: Floats


def find_cut_out(
    subject: Floats, persons: Floats, image: Bytes, *, is_person: bool
) -> CutOut | None:
    """Return the subject of a picture; None if it cannot be cut out surely.

    Unsuitable: unsure maps, several parts, what the edge of the picture cuts but for the lower
    edge, and subjects that are small or fill the picture.

    Args:
        subject: (rows, columns) float32, 0..1, subject map.
        persons: the same, person map.
        image: (h, w, 4) uint8.
        is_person: whether it surely shows bare skin.
    """
    things = np.clip(resize_map(subject, SIDE, SIDE), 0, 1)
    share = float((things > HALF).mean())
    if not 0.8 * AREAS[0] < share < AREAS[1] or _unsure(things, share) > MAX_UNSURE[1]:
        return None
    small = resize(image, SIDE, SIDE)
    persons = np.clip(resize_map(persons, SIDE, SIDE), 0, 1)
    coarse = _coarse(things, persons, is_person=is_person)
    matte = refine_matte(small, coarse) > HALF
    part = largest_part(matte)
    thin, rough = thin_parts(small, part)
    if rough < CALM and thin.any():
        coarse = np.maximum(coarse, thin)
        matte = (refine_matte(small, coarse) > HALF) | thin
        part = largest_part(matte)
    elif not is_person and _share(thin & _beyond(part, THIN_REACH), part) > MAX_THIN:
        return None
    if not _is_one_part(matte, part):
        return None
    agrees = _agrees(persons, part)
    is_within = _is_within(part, is_bust=agrees, is_person=is_person)
    if not is_within or not _is_trusted(things, part, small, coarse, agrees=agrees):
        return None
    return CutOut(coarse, dilate(part.astype(np.float32), EDGE))


def _unsure(things: Floats, share: float) -> float:
    """Return how much of a subject map is neither 0 nor 1, by the root of the subject's share."""
    return float((4 * things * (1 - things)).mean(dtype=np.float64)) / float(np.sqrt(share))


def _is_one_part(matte: NDArray[np.bool_], part: NDArray[np.bool_]) -> bool:
    """Return whether a matte is hardly more than its largest part, which has a simple outline."""
    area = int(part.sum())
    rim = part & (dilate((~part).astype(np.float32), 1) > 0)
    is_compact = int(rim.sum()) < MAX_LENGTH * float(np.sqrt(max(area, 1)))
    is_whole = area > (1 - MAX_SECOND) * int(matte.sum())
    return AREAS[0] < area / part.size < AREAS[1] and is_compact and is_whole


def _beyond(part: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Return the places farther from a part than that, in pixels."""
    return dilate(part.astype(np.float32), reach) == 0


def _agrees(persons: Floats, part: NDArray[np.bool_]) -> bool:
    """Return whether a person map (SIDE, SIDE) float32 marks a cut and hardly anything else."""
    missed = _share((persons < 0.3) & _beyond(~part, RIM), part)
    others = _share((persons > HALF) & _beyond(part, RIM), part)
    return missed < AGREES and others < MAX_OTHERS


def _share(mask: NDArray[np.bool_], part: NDArray[np.bool_]) -> float:
    """Return the area of a mask in that of a part."""
    return int(mask.sum()) / max(int(part.sum()), 1)


def _is_trusted(
    things: Floats, part: NDArray[np.bool_], image: Bytes, coarse: Floats, *, agrees: bool
) -> bool:
    """Return whether the subject map and colours agree with a cut.

    Args:
        things: (SIDE, SIDE) float32, 0..1, subject map.
        part: (SIDE, SIDE), the cut.
        image: (SIDE, SIDE, 4) uint8.
        coarse: (SIDE, SIDE) float32, 0..1, from which the matte was made.
        agrees: whether the person map agrees.
    """
    unsure = _unsure(things, float(part.mean()))
    missed = _share((things > 0.4) & _beyond(part, RIM), part)
    doubted = _share((things < HALF) & _beyond(~part, RIM), part)
    if unsure > MAX_UNSURE[agrees] or missed > MAX_MISSED or doubted > MAX_DOUBTED:
        return False
    size = (COLOUR_SIDE, COLOUR_SIDE)
    found = silhouette(resize(image, *size), np.clip(resize_map(coarse, *size), 0, 1)).body > HALF
    cut = resize_map(part.astype(np.float32), *size) > HALF
    lost = _share(_beyond(~cut, 2) & ~found, cut)
    gained = _share(_beyond(cut, 2) & found, cut)
    return lost < MAX_LOST and gained < MAX_GAINED[2 if unsure < SURE else int(agrees)]


def _is_within(part: NDArray[np.bool_], *, is_bust: bool, is_person: bool) -> bool:
    """Return whether the edges of the picture cut nothing of a part but its lower end."""
    top, base, left, right = (
        float(edge.mean()) for edge in (part[:EDGE], part[-EDGE:], part[:, :EDGE], part[:, -EDGE:])
    )
    least, most = sorted((left, right))
    if top > MAX_TOP:
        return False
    is_cut_low = is_bust and base > MIN_BASE and most < MAX_BUST
    # A person has two shoulders; what else two sides cut is in a hand or goes on.
    return most < MAX_SIDE or (is_cut_low and (is_person or least < MAX_SIDE))


def _coarse(things: Floats, persons: Floats, *, is_person: bool) -> Floats:
    """Return where the subject is, (SIDE, SIDE) float32, 0 and 1 where it is sure.

    Outlines of the person map are finer. If it marks all of the subject, the subject map only adds
    wide things, as one in a hand.

    Args:
        things: (SIDE, SIDE) float32, 0..1, subject map.
        persons: the same, person map.
        is_person: whether the picture surely shows bare skin.
    """
    persons = persons * smoothstep(0.02, 0.2, blur(things, 10.0))
    sure = things > 0.8
    missed = float((sure & (persons < 0.25)).sum()) / max(float(sure.sum()), 1.0)
    if missed > 0.06:
        joined = np.maximum(things, persons) if is_person else things
        return smoothstep(0.25, 0.75, joined)
    beside = ((things > HALF) & (persons < 0.5)).astype(np.float32)
    wide = dilate(1 - dilate(1 - beside, 7), 8)
    joined = np.maximum(persons, things * np.maximum(wide, smoothstep(0.7, 0.9, things)))
    return smoothstep(0.25, 0.75, joined)


def thin_parts(image: Bytes, part: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], float]:
    """Return places joined to a cut and more like it than the ground, and how rough that is.

    Args:
        image: (h, w, 4) uint8.
        part: (h, w), the cut.

    Returns:
        (h, w), thin parts, none if they do not reach far beyond the cut; and the median deviation
        of the ground beside the cut in grey levels.
    """
    colours = image[..., :3].astype(np.float32)
    cut = part.astype(np.float32)
    ground = dilate(cut, 6) == 0
    behind = mean_nearby(colours, ground.astype(np.float32), 12.0)
    squares = np.square(colours - behind).sum(2)
    own = np.square(colours - mean_nearby(colours, cut, 10.0)).sum(2)
    planes = np.repeat(squares[..., None], 3, 2)
    variance = mean_nearby(planes, ground.astype(np.float32), 12.0)[..., 0]
    rim = ground & (dilate(cut, 12) > 0)
    rough = float(np.sqrt(np.median(variance[rim]))) if rim.any() else 0.0
    least = np.float32(LIKELY[rough >= CALM] ** 2)
    is_like = (own < squares) & (squares > 24 * 24) & (squares > least * variance)
    joined = flood(part, is_like | (dilate(cut, 4) > 0), False) & is_like
    far = joined & (dilate(cut, THIN_REACH) == 0)
    return (joined & ~part if far.any() else np.zeros_like(part)), rough


def largest_part(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the part of a mask (h, w) that has its widest place."""
    depth = blur(mask.astype(np.float32), DEPTH)
    seed = np.zeros(mask.size, np.bool_)
    seed[int(depth.argmax())] = True
    return flood(seed.reshape(mask.shape), mask, False)
