"""Array types and sizes that several packages share."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float32]
"""Array of float32."""
Points: TypeAlias = NDArray[np.float64]
"""Points or vectors (n, 2), or a single one (2,), float64."""
Bytes: TypeAlias = NDArray[np.uint8]
"""Array of uint8; an image is (height, width, channels)."""
Field: TypeAlias = NDArray[np.int32]
"""Nearest-neighbour field (rows, columns, 2) int32: row and column of the matching patch."""
Costs: TypeAlias = NDArray[np.int32]
"""Matching costs int32, one per patch."""
Labels: TypeAlias = NDArray[np.uint8]
"""Label map (rows, columns) uint8: index of the shifted copy that each cell shows."""

PATCH = 8
"""Side P of a patch in pixels; eight RGBA pixels fill one 256-bit register."""
GATE_SIDE = 64
"""Side in pixels of the images that the artefact gate compares."""
