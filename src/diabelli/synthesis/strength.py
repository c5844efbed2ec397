"""Mapping of the request's `strength` to the parameters of each step.

Strength 0 returns the source. Towards 1, frames and layouts move further and montages show more
shifted content.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StrengthParams:
    """Parameters of the engine's steps for one strength.

    Attributes:
        strength: 0..1, as requested.
        max_zoom: maximum relative change of a frame's size.
        max_extension: maximum distance of a frame's edges from the source's, in sides.
        max_aspect_change: maximum relative change of a frame's aspect.
        stretch_sd: standard deviation of the logarithm of the local stretch of free lines.
        max_tilt: maximum tilt of a picture without visible orientation, as the tangent of half the
            angle.
        flow_sd: standard deviation of the displacement of regions, in sides.
        novelty_reward: cost reduction of a montage cell that shows other content.
        max_artefact_distance: maximum window distance at which a candidate passes the gate.
    """

    strength: float
    max_zoom: float
    max_extension: float
    max_aspect_change: float
    stretch_sd: float
    max_tilt: float
    flow_sd: float
    novelty_reward: float
    max_artefact_distance: float


def params_of_strength(strength: float) -> StrengthParams:
    """Return the parameters for a strength 0..1."""
    return StrengthParams(
        strength=strength,
        max_zoom=0.2 * strength,
        max_extension=0.5 * strength,
        max_aspect_change=0.05 * strength,
        stretch_sd=(0.4 + 0.4 * strength) * strength,
        max_tilt=(0.2 - 0.11 * strength) * strength,
        flow_sd=(0.04 + 0.1 * strength) * strength,
        novelty_reward=160.0 * strength,
        max_artefact_distance=0.35 + 0.25 * strength,
    )
