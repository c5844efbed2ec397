"""Spindles: shapes about an axis, such as blades, spruces and petals, by their half widths."""

from __future__ import annotations

import numpy as np

STEPS = 64
"""Samples of the profile of a spindle."""
ALONG = np.linspace(0, 1, STEPS)
STEM = np.ones(STEPS)
BLADE = np.minimum(1, 6 * (0.2 + ALONG)) * (1 - ALONG * ALONG)
DISC = np.sqrt(np.maximum(1 - np.square(2 * ALONG - 1), 0))
LEAF = 8 * ALONG * (1 - ALONG) * np.sqrt(ALONG * (1 - ALONG))
SPRUCE = np.where(ALONG < 0.08, 0.1, (1.02 - ALONG) * (0.68 + 0.42 * (1 - (ALONG * 5.4 % 1))))
SAIL = 1 - ALONG
TULIP = np.minimum(1, 2.2 * np.sqrt(ALONG)) * (1 - 0.35 * ALONG)
"""Half widths of spindles from their foot to their top, 0..1."""
