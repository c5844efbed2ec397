"""Glass of a window: the colour of each pane, and the picture's detail painted on it."""

from __future__ import annotations

import numpy as np

from diabelli.synthesis.core.curves import smoothstep
from diabelli.synthesis.core.filters import LUMINANCE, blur, luma
from diabelli.synthesis.core.resample import resize_map
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.core.types import Floats
from diabelli.synthesis.moves.stained_glass.glazing import Glazing

LEVELS, LEAST_LEVEL = (0.35, 0.4), 0.035
"""Shares of the light of a pane that go with that in the picture, and with its power of 3/4, as
dark glass is lighter than dark things; the least."""
BRIGHT = 0.95
"""Quantile of the light of panes that counts as white."""
RICHER, LEAST_TINT = 0.9, 0.06
"""How much more saturated the glass of dull panes is than the picture, half of it in the subject;
least share of a channel in the light of a pane."""
DARK_FROM, DARKER = 0.6, 0.28
"""Range of the channels in the mean from which glass is dark, and by how much."""
SPREAD = (0.86, 1.14)
"""Bounds of the factors of the light of panes of one colour."""
PALE, PALE_TINT, OWN_SUBJECT = 0.4, 0.6, 0.95
"""Saturation below which glass is tinted, how far at 0, and how much less in the subject."""
BRIGHT_TINT = (0.12, 0.45)
"""Light of panes from which they begin to be tinted, and are."""
TINTS = (
    # Amber, blue, green.
    ((1.0, 0.84, 0.42), (1.0, 0.93, 0.66), (0.98, 0.74, 0.3)),
    ((0.42, 0.72, 1.2), (0.6, 0.86, 1.15), (0.3, 0.58, 1.2)),
    ((0.55, 1.0, 0.75), (0.75, 1.04, 0.8), (0.45, 0.92, 0.85)),
)
"""Families of tints of pale glass."""
INKS, GREY_INKS = (
    ((0.05, 0.12, 0.55), (0.55, 0.04, 0.06), (0.75, 0.5, 0.1), (0.05, 0.32, 0.16)),
    (
        0.5,
        0.22,
    ),
)
"""Linear light of the second colour of borders; of both colours of grey ones."""
DIM_BORDER = 0.7
"""Light of a border in that of its colours."""
VIVID = 8
"""Part of the panes, the most vivid, that give the first colour of a border."""
FLOOR, MOST_CLEAR, CLEAR_LIGHT = 0.055, 1.6, 0.75
"""Luma 0..1 that is added before places are compared with their pane; largest factor of its light
by which it is clear, and light up to which it is clear in any case."""
STAINS, FOREIGN = (0.35, 0.6), (0.3, 0.9)
"""How far colours within panes are shown, and how much more those that differ; differences from the
hue of the pane, in sums of channels in the light, at which they begin to, and do."""
STAIN_REACH, STAIN_FLOOR, STAIN_BOUNDS = 0.005, 0.015, (0.25, 3.0)
"""Deviation of the blur of these colours in sides; light that is added before they are compared;
bounds of the factors."""
LINES, LINE_BOUNDS = 0.012, (0.3, 1.6)
"""Deviation in sides of the blur with which fine lines are compared, and bounds of their light."""


def glass_light(
    glazing: Glazing,
    picture: Floats,
    small: Floats,
    unit: float,
    stream: RandomStream,
    *,
    grey: bool,
) -> Floats:
    """Return the light (h, w, 3) float32 that panes let through.

    Args:
        glazing: panes, planned at (rows, columns).
        picture: (h, w, 3) float32, 0..1, the picture at its place on the canvas.
        small: (rows, columns, 3) float32, the same.
        unit: pixels of the plan in a side.
        stream: random numbers.
        grey: whether the picture is grey.
    """
    height, width = picture.shape[:2]
    rows, columns = glazing.labels.shape
    v, u = (
        ((np.arange(count) * 2 + 1) * plan // (2 * count)).astype(np.int64)
        for count, plan in ((height, rows), (width, columns))
    )
    owner = glazing.labels[v][:, u]
    light, own = luma(small), glazing.labels.ravel()
    areas = np.maximum(np.bincount(own, minlength=glazing.total), 1)
    means = np.bincount(own, light.ravel(), glazing.total) / areas + FLOOR
    # Panes of the border are plain.
    means[glazing.first :] = 0
    colours = pane_colours(glazing, small, stream, grey=grey)
    panes = np.column_stack([colours, means]).astype(np.float32).take(owner, axis=0)
    seen = luma(picture) + np.float32(FLOOR)
    around = resize_map(blur(light, LINES * unit), height, width) + np.float32(FLOOR)
    clear = np.clip(seen / around, *LINE_BOUNDS)
    seen /= np.maximum(panes[..., 3], np.float32(FLOOR))
    paint = seen * seen * clear
    most = np.float32(CLEAR_LIGHT) / np.maximum(luma(panes), np.float32(0.02))
    paint = np.minimum(paint, np.maximum(most, np.float32(MOST_CLEAR)))
    paint[panes[..., 3] == 0] = 1
    stain = resize_map(_stain(glazing, small, unit), height, width)
    return np.asarray(np.maximum(stain, 0) * panes[..., :3] * paint[..., None], np.float32)


def _stain(glazing: Glazing, small: Floats, unit: float) -> Floats:
    """Return factors (rows, columns, 3) float32 of the light of panes by colours within them.

    Args:
        glazing: panes.
        small: (rows, columns, 3) float32, 0..1, the picture at their places.
        unit: pixels in a side.
    """
    soft = blur(small * small, STAIN_REACH * unit) + np.float32(STAIN_FLOOR)
    hue = (soft / _luminance(soft.reshape(-1, 3)).reshape(*soft.shape[:2], 1)).astype(np.float32)
    own = glazing.labels.ravel()
    areas = np.maximum(np.bincount(own, minlength=glazing.total), 1)
    sums = [np.bincount(own, hue[..., c].ravel(), glazing.total) / areas for c in range(3)]
    means = np.stack(sums, 1).astype(np.float32)[glazing.labels]
    apart = np.abs(hue - means).sum(2)
    share = np.float32(STAINS[0]) + np.float32(STAINS[1]) * smoothstep(*FOREIGN, apart)
    share *= glazing.labels < glazing.first
    factor = np.clip(hue / np.maximum(means, np.float32(0.05)), *STAIN_BOUNDS)
    return np.asarray(1 + share[..., None] * (factor - 1), np.float32)


def pane_colours(glazing: Glazing, small: Floats, stream: RandomStream, *, grey: bool) -> Floats:
    """Return the linear light (count, 3) float32 of panes.

    Args:
        glazing: panes.
        small: (rows, columns, 3) float32, 0..1, the picture at their places.
        stream: random numbers.
        grey: whether the picture is grey.
    """
    own, count = glazing.labels.ravel(), glazing.total
    areas = np.maximum(np.bincount(own, minlength=count), 1)
    linear = small * small
    sums = [np.bincount(own, linear[..., c].ravel(), count) / areas for c in range(3)]
    mean = np.stack(sums, 1).astype(np.float32)
    light = _luminance(mean)
    order = np.sort(light[: glazing.first])
    white = max(float(order[int(BRIGHT * (len(order) - 1))]), 0.05)
    part = np.minimum(light / np.float32(white), np.float32(1.6))
    root = np.sqrt(part)
    level = np.float32(LEVELS[0]) * part + np.float32(LEVELS[1]) * root * np.sqrt(root)
    level = np.clip(level, LEAST_LEVEL, 1)
    ratio = (mean - light[:, None]) / np.maximum(light, np.float32(0.02))[:, None]
    strength = np.sqrt(np.square(ratio).sum(1))
    richer = np.float32(RICHER) * (1 - np.float32(0.5) * glazing.near) / (1 + strength)
    tint = np.maximum(1 + ratio * (1 + richer)[:, None], np.float32(LEAST_TINT))
    tint /= _luminance(tint)[:, None]
    dark = np.maximum(tint.max(1) - tint.min(1) - np.float32(DARK_FROM), 0)
    colours = tint * (level / (1 + np.float32(DARKER) * dark))[:, None]
    chance = stream.uniform(count, 2).astype(np.float32)
    family = np.array(TINTS[int(stream.between(0, len(TINTS)))], np.float32)
    second = INKS[int(stream.between(0, len(INKS)))]
    if not grey:
        pale = np.clip(1.25 - strength / np.float32(PALE), 0, 1) * smoothstep(*BRIGHT_TINT, level)
        pale *= np.float32(PALE_TINT) * (1 - np.float32(OWN_SUBJECT) * glazing.near)
        colours *= 1 + pale[:, None] * (family[(3 * chance[:, 0]).astype(np.int64)] - 1)
    vivid = np.argsort(-(strength * light)[: glazing.first], kind="stable")
    inks = np.array([colours[vivid[: max(len(vivid) // VIVID, 1)]].mean(0), second], np.float32)
    if grey:
        inks = np.repeat(np.array(GREY_INKS, np.float32)[:, None], 3, 1)
    piece = np.arange(count - glazing.first) // 2 % 2
    colours[glazing.first :] = np.float32(DIM_BORDER) * inks[piece]
    colours *= SPREAD[0] + np.float32(SPREAD[1] - SPREAD[0]) * chance[:, 1:]
    return np.asarray(colours, np.float32)


def _luminance(colours: Floats) -> Floats:
    """Return the luminance (n,) float32 of linear light (n, 3)."""
    red, green, blue = (colours[:, c] * np.float32(LUMINANCE[c]) for c in range(3))
    return np.asarray(red + green + blue, np.float32)
