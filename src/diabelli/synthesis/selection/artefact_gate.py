"""The garble gate: does every wide window of the canvas look like some window of the source?

A face with two noses is made of perfect small patches; only a wide window shows that it is broken.
The judge finds the worst one: the maximum over the canvas's windows of the minimum over the
references' windows of their distance, both computed exactly but with branch and bound, so that only
the worst windows cost a search.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.alpha import is_transparent
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.resample import Bytes, Floats, blur

SIDE = 64
"""Pictures are judged at this many pixels a side."""
WINDOW = 25
"""The side of a window: 39 % of the picture's, wide enough for a face to be garbled in."""
STRIDE = 2
"""Every STRIDE-th window of the canvas is judged, and looked for at every place of a reference."""
SUBJECT = 0.5
"""A window shows a subject where the rigidity around its middle is at least this."""
REACH = 18
"""How far from its own place a window is looked for, in pixels."""


def max_window_distance(
    canvas: Bytes, rigidity: Floats, references: tuple[Bytes, ...], contrast: float
) -> float:
    """The distance of the canvas's worst window to the references, in units of `contrast`.

    canvas: (h, w, 4) uint8, about SIDE pixels a side.  rigidity: (h, w) float32, 0..1; windows
    where it is low show no subject, and are not judged.  references: images (h', w', 4) uint8 of
    about that size, the likeliest first; a window is looked for around the same share of their
    sides. contrast: the source's standard deviation, in grey levels; the distance is the root of
    the mean square.
    """
    window = min(WINDOW, *(side for image in (canvas, *references) for side in image.shape[:2]))
    judged = blur(rigidity, window / 6) >= np.float32(SUBJECT)
    worst = _worst_window(canvas, judged, references, window, 4 * window)
    channels = 4 if is_transparent(canvas) else 3
    return float(np.sqrt(worst / (window * window * channels))) / contrast


@kernel
def _worst_window(
    canvas: Bytes,
    judged: NDArray[np.bool_],
    references: tuple[Bytes, ...],
    window: int,
    row: int,
) -> int:
    """The maximum over windows of the minimum over places of the squared difference.

    A window that has one place no worse than the worst so far cannot be the worst: its search ends
    there.
    """
    worst = 0
    height, width = canvas.shape[0] - window, canvas.shape[1] - window
    for y in range(0, height + 1, STRIDE):
        for x in range(0, width + 1, STRIDE):
            if not judged[y + window // 2, x + window // 2]:
                continue
            best = 2**31 - 1
            for reach in (0, 2, REACH):
                for reference in references:
                    if best <= worst:
                        break
                    rows, columns = reference.shape[0] - window, reference.shape[1] - window
                    v = y * rows // max(height, 1)
                    u = x * columns // max(width, 1)
                    for j in range(max(0, v - reach), min(rows, v + reach) + 1):
                        if best <= worst:
                            break
                        for i in range(max(0, u - reach), min(columns, u + reach) + 1):
                            best = min(
                                best, _difference(canvas, y, x, reference, j, i, window, row, best)
                            )
            worst = max(worst, best)
    return worst


@kernel
def _difference(
    a: Bytes, y: int, x: int, b: Bytes, v: int, u: int, window: int, row: int, bound: int
) -> int:
    """The squared difference of two windows, or any value >= `bound` once it is known to be so."""
    first, second = a.reshape(-1), b.reshape(-1)
    s, t = 4 * (y * a.shape[1] + x), 4 * (v * b.shape[1] + u)
    total = np.int32(0)
    for _ in range(window):
        for k in range(row):
            d = np.int32(np.int32(first[np.uint64(s + k)]) - np.int32(second[np.uint64(t + k)]))
            total = np.int32(total + np.int32(d * d))
        if total >= bound:
            return int(total)
        s += 4 * a.shape[1]
        t += 4 * b.shape[1]
    return int(total)
