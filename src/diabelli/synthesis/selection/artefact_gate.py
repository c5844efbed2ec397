"""Artefact gate: compare wide windows of the canvas with the source.

A face with two noses consists of valid small patches; only a wide window shows the fault. The gate
computes the maximum over the canvas's windows of the minimum over the references' windows of their
distance, over every second window and references at most 18 pixels away. Within these bounds both
are exact, by branch and bound, so that only the worst windows need a search.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.core.alpha import is_transparent
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.jit import kernel
from diabelli.synthesis.core.types import Bytes, Floats

WINDOW_SIDE = 25
"""Side of a window in pixels: 39 % of the picture's, wide enough for a distorted face."""
WINDOW_STRIDE = 2
"""Stride of the canvas's windows; references are searched at every position."""
MIN_RIGIDITY = 0.5
"""Minimum mean rigidity around the middle of a window that shows a subject."""
SEARCH_RADIUS = 18
"""Search radius in pixels around a window's own position."""


def max_window_distance(
    canvas: Bytes, rigidity: Floats, references: tuple[Bytes, ...], contrast: float
) -> float:
    """Distance of the canvas's worst window to the references.

    Args:
        canvas: (h, w, 4) uint8, about GATE_SIDE pixels a side.
        rigidity: (h, w) float32, 0..1; windows of low rigidity show no subject and are skipped.
        references: images (h', w', 4) uint8 of about that size, likeliest first; a window is
            searched around the same share of their sides.
        contrast: standard deviation of the source in grey levels.

    Returns:
        The RMS difference in units of `contrast`.
    """
    window = min(
        WINDOW_SIDE, *(side for image in (canvas, *references) for side in image.shape[:2])
    )
    judged = blur(rigidity, window / 6) >= np.float32(MIN_RIGIDITY)
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
    """Maximum over windows of the minimum over positions of the SSD.

    A window that has one position no worse than the maximum so far cannot be the worst; its search
    ends there.
    """
    worst, flat = 0, canvas.reshape(-1)
    height, width = canvas.shape[0] - window, canvas.shape[1] - window
    for y in range(0, height + 1, WINDOW_STRIDE):
        for x in range(0, width + 1, WINDOW_STRIDE):
            if not judged[y + window // 2, x + window // 2]:
                continue
            best = 2**31 - 1
            for reach in (0, 2, SEARCH_RADIUS):
                for reference in references:
                    if best <= worst:
                        break
                    rows, columns = reference.shape[0] - window, reference.shape[1] - window
                    flat_reference, stride = reference.reshape(-1), reference.shape[1]
                    v = y * rows // max(height, 1)
                    u = x * columns // max(width, 1)
                    for j in range(max(0, v - reach), min(rows, v + reach) + 1):
                        if best <= worst:
                            break
                        for i in range(max(0, u - reach), min(columns, u + reach) + 1):
                            difference = _ssd(
                                flat, 4 * (y * canvas.shape[1] + x), 4 * canvas.shape[1],
                                flat_reference, 4 * (j * stride + i), 4 * stride,
                                window, row, best,
                            )  # fmt: skip
                            best = min(best, difference)
            worst = max(worst, best)
    return worst


@kernel
def _ssd(
    a: Bytes,
    s: int,
    a_stride: int,
    b: Bytes,
    t: int,
    b_stride: int,
    rows: int,
    row: int,
    bound: int,
) -> int:
    """SSD of two blocks, or any value >= `bound` as soon as a partial sum reaches `bound`.

    Args:
        a: flat (rows * columns * 4) uint8 image.
        s: index of the first byte of the block in `a`.
        a_stride: bytes per row of `a`.
        b: flat uint8 image.
        t: index of the first byte of the block in `b`.
        b_stride: bytes per row of `b`.
        rows: rows of the block.
        row: bytes per row of the block. As an argument it keeps the compiler from unrolling the
            inner loop, which would prevent vectorisation.
        bound: early-exit threshold.
    """
    total = np.int32(0)
    for _ in range(rows):
        part = np.int32(0)
        for k in range(row):
            d = np.int32(np.int32(a[np.uint64(s + k)]) - np.int32(b[np.uint64(t + k)]))
            part = np.int32(part + np.int32(d * d))
        total = np.int32(total + part)
        if total >= bound:
            return int(total)
        s += a_stride
        t += b_stride
    return int(total)
