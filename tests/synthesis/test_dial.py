"""The dial: one strength moves every setting one way."""

import pytest

from diabelli.synthesis.dial import dial


def test_strength_0_moves_nothing():
    """At 0 there is no zoom, no stretch, no flow and no shuffle."""
    still = dial(0)
    assert still.zoom == still.stretch == still.flow == still.shuffle == 0


@pytest.mark.parametrize("setting", ["zoom", "stretch", "flow", "shuffle", "noise", "garble"])
def test_more_strength_gives_more_freedom(setting):
    """Whatever moves things moves them further, and the gate opens wider."""
    values = [getattr(dial(strength), setting) for strength in (0, 0.25, 0.5, 0.75, 1)]
    assert values == sorted(values)
    assert values[0] < values[-1]


def test_more_strength_loosens_the_prior():
    """Patches stay less where they are expected, but never without any pull."""
    priors = [dial(strength).prior for strength in (0, 0.5, 1)]
    assert priors == sorted(priors, reverse=True)
    assert priors[-1] > 0
