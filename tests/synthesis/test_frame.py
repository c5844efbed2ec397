"""Frames: inside the source or beyond its free edges, and never through the subject."""

import numpy as np
import pytest

from diabelli.synthesis.dial import dial
from diabelli.synthesis.frame import Frame, random_frame
from diabelli.synthesis.rigidity import GRID
from diabelli.synthesis.stream import Stream

NOTHING = np.zeros((GRID, GRID), np.float32)


def disc() -> np.ndarray:
    """Something whole in the middle."""
    y, x = np.indices((GRID, GRID))
    return ((y - 30) ** 2 + (x - 34) ** 2 < 300).astype(np.float32)


def frames(rigidity=NOTHING, subject=NOTHING, strength=1.0, count=60) -> list[Frame]:
    """Frames of many seeds."""
    return [random_frame(rigidity, subject, dial(strength), Stream(seed)) for seed in range(count)]


def test_frames_come_closer_and_go_wider():
    """Around nothing in particular there are both, and the amount grows with the strength."""
    spans = []
    for strength in (0.2, 0.5, 1.0):
        heights = [frame.height for frame in frames(strength=strength)]
        assert min(heights) < 1 < max(heights)
        spans.append(max(heights) - min(heights))
    assert spans == sorted(spans)


@pytest.mark.parametrize("side", ["top", "left", "right"])
def test_neither_a_rigid_edge_nor_the_lower_one_is_passed(side):
    """What the source's edge cuts off is not continued, nor is what stands in front; the other
    edges are still passed."""
    rigidity = NOTHING.copy()
    middle = np.s_[12:52]
    strips = {
        "top": np.s_[:8, middle],
        "left": np.s_[middle, :8],
        "right": np.s_[middle, -8:],
    }
    rigidity[strips[side]] = 1
    reach = {
        "top": [-frame.top for frame in frames(rigidity)],
        "left": [-frame.left for frame in frames(rigidity)],
        "bottom": [frame.top + frame.height - 1 for frame in frames(rigidity)],
        "right": [frame.left + frame.width - 1 for frame in frames(rigidity)],
    }
    assert max(reach.pop(side)) < 1e-9
    assert max(reach.pop("bottom")) < 1e-9
    assert all(max(others) > 0.05 for others in reach.values())


def test_frames_cut_no_subject_that_is_whole():
    """However close a frame comes, the disc is inside it."""
    across = np.flatnonzero(disc().max(0)) / GRID
    down = np.flatnonzero(disc().max(1)) / GRID
    closer = [frame for frame in frames(subject=disc()) if frame.width < 1]
    assert len(closer) > 10
    for frame in closer:
        assert frame.left <= across[0] + 1.5 / GRID
        assert frame.left + frame.width >= across[-1] - 0.5 / GRID
        assert frame.top <= down[0] + 1.5 / GRID
        assert frame.top + frame.height >= down[-1] - 0.5 / GRID


def test_what_the_source_cuts_may_be_cut():
    """A body that runs out of the picture below may be cut higher up."""
    body = NOTHING.copy()
    body[20:, 8:56] = 1
    assert min(frame.top + frame.height for frame in frames(subject=body)) < 0.95


def test_the_whole_frame_is_everything():
    """A frame that leaves nothing out gives the map back."""
    whole = Frame(0.0, 0.0, 1.0, 1.0).within(disc())
    np.testing.assert_allclose(whole, disc(), atol=1e-6)
