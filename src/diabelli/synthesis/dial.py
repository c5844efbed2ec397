"""The one dial: everything that `strength` decides, derived in one place.

Strength 0 gives the source back; towards 1 the layouts move further and patches wander more.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dial:
    """What a strength 0..1 means for each step of the engine.

    Attributes:
        strength: 0..1, the dial itself.
        zoom: how much of the source's sides a frame may leave out.
        stretch: how much free lines are stretched or squeezed, as the deviation of a logarithm.
        flow: how far regions are displaced, as a deviation, in sides.
        shuffle: how far patches of free regions wander, likewise.
        noise: deviation of the noise on the coarsest canvas, in grey levels.
        prior: how much a match may cost to stay where it is expected.
        garble: the worst window that a candidate may have and still pass.
    """

    strength: float
    zoom: float
    stretch: float
    flow: float
    shuffle: float
    noise: float
    prior: float
    garble: float


def dial(strength: float) -> Dial:
    """The settings of the engine's steps for a strength 0..1."""
    return Dial(
        strength=strength,
        zoom=0.24 * strength,
        stretch=(0.6 + 0.2 * strength) * strength,
        flow=(0.09 + 0.05 * strength) * strength,
        shuffle=0.06 * strength,
        noise=10 + 30 * strength,
        prior=2.5 - 1.0 * strength,
        garble=0.35 + 0.25 * strength,
    )
