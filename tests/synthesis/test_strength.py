"""Strength: every parameter is monotone in it."""

import pytest

from diabelli.synthesis.strength import params_of_strength

MOVES = [
    "max_zoom",
    "max_extension",
    "max_aspect_change",
    "stretch_sd",
    "flow_sd",
    "novelty_reward",
]


def test_strength_0_moves_nothing():
    """At 0 zoom, extension, stretch, flow and novelty reward are 0."""
    still = params_of_strength(0)
    assert not any(getattr(still, setting) for setting in MOVES)


@pytest.mark.parametrize("setting", [*MOVES, "max_artefact_distance"])
def test_more_strength_gives_more_freedom(setting):
    """All movements grow with the strength, and so does the gate's threshold."""
    values = [
        getattr(params_of_strength(strength), setting) for strength in (0, 0.25, 0.5, 0.75, 1)
    ]
    assert values == sorted(values)
    assert values[0] < values[-1]
