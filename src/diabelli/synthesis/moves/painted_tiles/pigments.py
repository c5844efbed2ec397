"""Pigments of tin-glazed tiles, and how much light they take."""

from __future__ import annotations

COBALT, DEEP_COBALT = (2.5, 1.72, 0.62), (2.45, 1.85, 0.8)
MANGANESE = (1.25, 2.15, 1.4)
PIGMENTS = (COBALT, DEEP_COBALT, MANGANESE)
"""Absorbance of red, green and blue by one layer."""
CUMULATIVE_SHARES = (0.45, 0.75, 1.0)
"""Shares of the tableaus that are in each pigment or in one before it."""
