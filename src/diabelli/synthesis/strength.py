"""The one dial: everything that `strength` decides, derived in one place.

Strength 0 gives the source back; towards 1 frames and layouts move further and montages show more
that is new.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StrengthParams:
    """What a strength 0..1 means for each step of the engine.

    Attributes:
        strength: 0..1, the dial itself.
        zoom: how much smaller or larger than the source a frame may be, as a share.
        reach: how far a frame's edges may lie from the source's, in sides.
        aspect: how much wider or narrower than the source a frame may be, as a share.
        stretch: how much free lines are stretched or squeezed, as the deviation of a logarithm.
        roll: how far a picture without up and down leans at most: the tangent of half the angle.
        flow: how far regions are displaced, as a deviation, in sides.
        new: what a cell of a montage gains by showing something else.
        garble: the worst window that a candidate may have and still pass.
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
    """The settings of the engine's steps for a strength 0..1."""
    return StrengthParams(
        strength=strength,
        max_zoom=0.2 * strength,
        max_extension=0.5 * strength,
        max_aspect_change=0.05 * strength,
        stretch_sd=(0.8 + 0.1 * strength) * strength,
        max_tilt=(0.2 - 0.11 * strength) * strength,
        flow_sd=(0.12 + 0.06 * strength) * strength,
        novelty_reward=160.0 * strength,
        max_artefact_distance=0.35 + 0.25 * strength,
    )
