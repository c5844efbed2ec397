"""Trust in a move: how much of its picture, seen small, is not as a photograph.

Half trust refuses 9 of 340 pictures that three strict judges found whole, and 12 of 40 that one of
them found broken.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.filters import blur, dilate, gradient, luma
from diabelli.synthesis.core.types import Bytes

BURNT = (0.05, 0.08)
"""Shares of the picture that are even and blown to yellow: full trust, and none."""
HIDDEN = (0.36, 0.42)
"""Shares of the rims of drawn things that are not seen: full trust, and none."""
EVEN = 3.0
"""Blurred gradient in grey levels below which a place is even; foam and gravel may be blown."""
BLOWN_RED, YELLOW_GREEN, YELLOW_BLUE, BRIGHT = 248, 225, 175, 250
"""Red and green from which and blue below which a place is blown to yellow, not lit to orange or
cream, and largest channel from which it was white before, in grey levels."""
RIM, GAP = 3, 2
"""Width of a rim and of the gaps that are closed in a thing, in pixels."""
MIN_DIFFERENCE, NOISE_SHARE, NOISE_DEVIATION = 6.0, 1.2, 2.0
"""Least difference in grey levels that is seen; how many deviations of the texture behind it are
added; standard deviation in pixels of the window of that texture."""
MIN_CHANGED, MIN_SEEN = 20, 20
"""Least number of pixels that a thing changes, and least change in grey levels of one of them; with
less it is not there."""


def trust_in_light(before: Bytes, after: Bytes) -> float:
    """Return how far a picture is free of even places that are blown to yellow, 0..1.

    Args:
        before: (h, w, 3 or more) uint8, without the light, about 256 pixels a side.
        after: the same in the light.
    """
    level, old = after[..., :3], before[..., :3]
    down, across = gradient(luma(old))
    is_even = blur(np.sqrt(down * down + across * across), 2.0) < EVEN
    red, green, blue = level.transpose(2, 0, 1)
    is_yellow = (red >= BLOWN_RED) & (green >= YELLOW_GREEN) & (blue < YELLOW_BLUE)
    return _trust_within(float((is_even & is_yellow & (old.max(2) < BRIGHT)).mean()), BURNT)


def trust_in_thing(without: Bytes, shown: Bytes, *, see_through: bool) -> float:
    """Return how far a drawn thing is seen along its rim, 0..1; 0 if it is not there.

    A bubble on a white wall is a few loose glints, and on grass a smudge.

    Args:
        without: (h, w, 3 or more) uint8, the picture without the thing, about 256 pixels a side.
        shown: the same with it.
        see_through: whether hardly more than its rim is seen.
    """
    change = np.abs(shown[..., :3].astype(np.float32) - without[..., :3]).max(2)
    if (change >= 1).sum() < MIN_CHANGED or change.max() < MIN_SEEN:
        return 0.0
    if not see_through:
        return 1.0
    # Morphological closing: glints and the rim together are the thing.
    thing = ~_grown(~_grown(change >= 1, GAP), GAP)
    rim = thing & _grown(~thing, RIM)
    light = luma(without)
    variance = blur(light * light, NOISE_DEVIATION) - np.square(blur(light, NOISE_DEVIATION))
    least = MIN_DIFFERENCE + NOISE_SHARE * np.sqrt(np.maximum(variance, 0))
    is_seen = dilate(change, 1) > least
    return _trust_within(1 - float((rim & is_seen).sum()) / max(int(rim.sum()), 1), HIDDEN)


def _grown(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """Return a mask (h, w) dilated by a square that reaches `reach` pixels to each side."""
    return np.asarray(dilate(mask.astype(np.float32), reach) > 0)


def _trust_within(value: float, bounds: tuple[float, float]) -> float:
    """Return 1 up to the first bound, 0 from the second on, and a line between."""
    low, high = bounds
    return min(max((high - value) / (high - low), 0.0), 1.0)
