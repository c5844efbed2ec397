"""The one dial: everything that `strength` decides, derived in one place.

Strength 0 gives the source back; towards 1 the layouts move further and the matches are freer to leave them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dial:
    """What a strength 0..1 means for each step of the engine.

    Attributes:
        strength: 0..1, the dial itself.
        prior: how much a match may cost to stay where the layout expects it.
        noise: deviation of the noise on the coarsest canvas, in grey levels.
        wobble: how far layouts wander where nothing is salient, in sides.
        garble: the worst window that a candidate may have and still pass.
    """

    strength: float
    prior: float
    noise: float
    wobble: float
    garble: float


def dial(strength: float) -> Dial:
    """The settings of the engine's steps for a strength 0..1."""
    free = min(max((strength - 0.6) / 0.4, 0.0), 1.0)
    return Dial(
        strength=strength,
        prior=3.0 - free,
        noise=25.0 + 13.0 * free,
        wobble=(0.03 + 0.03 * free) * strength,
        garble=0.35 + 0.25 * strength,
    )
