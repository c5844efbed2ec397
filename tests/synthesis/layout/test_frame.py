"""Frames: inside the source or beyond its free edges, never through the subject."""

import numpy as np
import pytest

from diabelli.synthesis.analysis.extension import (
    ExtensionLimits,
)
from diabelli.synthesis.analysis.picture_border import NO_BORDER, Insets
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.layout.frame import Frame, random_frame
from diabelli.synthesis.strength import params_of_strength

NOTHING = np.zeros((GRID, GRID), np.float32)
EVEN = np.zeros((GRID, GRID, 3), np.float32)
OPEN = ExtensionLimits(1.0, 1.0, 1.0)
SHUT = ExtensionLimits(0.0, 0.0, 0.0)


def disc() -> np.ndarray:
    """Return a subject in the middle."""
    y, x = np.indices((GRID, GRID))
    return ((y - 30) ** 2 + (x - 34) ** 2 < 300).astype(np.float32)


def frames(
    subject=NOTHING, room=OPEN, strength=1.0, count=60, body=None, bare=NOTHING
) -> list[Frame]:
    """Return the frames of many seeds."""
    body = subject if body is None else body
    return [
        random_frame(subject, body, bare, room, params_of_strength(strength), RandomStream(seed))
        for seed in range(count)
    ]


def beyond(some: list[Frame]) -> dict[str, float]:
    """Return the maximum extension of frames beyond each edge of the source."""
    return {
        "top": max(-frame.top for frame in some),
        "left": max(-frame.left for frame in some),
        "bottom": max(frame.top + frame.height - 1 for frame in some),
        "right": max(frame.left + frame.width - 1 for frame in some),
    }


def test_frames_come_closer_and_go_wider():
    """Around nothing in particular there are both, and the amount grows with the strength."""
    spans = []
    for strength in (0.2, 0.5, 1.0):
        heights = [frame.height for frame in frames(strength=strength)]
        assert min(heights) < 1 < max(heights)
        spans.append(max(heights) - min(heights))
    assert spans == sorted(spans)


def test_frames_keep_the_aspect_nearly():
    """Nothing gets much wider or narrower by its frame."""
    aspects = [frame.width / frame.height for frame in frames()]
    assert 1.02 < max(aspects) < 1.12
    assert 0.89 < min(aspects) < 0.98


def test_frames_may_pass_every_edge_but_the_lower():
    """With extension limits above 0; the foreground is not continued."""
    reach = beyond(frames())
    assert reach.pop("bottom") < 1e-6
    assert 0.1 < reach.pop("top") <= 0.3
    assert all(0.1 < far <= 0.5 for far in reach.values())


@pytest.mark.parametrize("side", ["top", "left", "right"])
def test_without_room_no_edge_is_passed(side):
    """An edge with a limit of 0 ends the frame; others are still passed."""
    reach = beyond(frames(room=OPEN._replace(**{side: 0.0})))
    assert reach.pop(side) < 1e-6
    assert reach.pop("bottom") < 1e-6
    assert all(far > 0.05 for far in reach.values())


def test_a_little_room_is_enough_for_a_little():
    """No frame exceeds the extension limits."""
    reach = beyond(frames(room=ExtensionLimits(0.05, 0.1, 0.02)))
    assert reach["top"] <= 0.051
    assert reach["left"] <= 0.101
    assert reach["right"] <= 0.021


def test_frames_cut_no_subject_that_is_whole():
    """However close a frame comes, the disc is inside it."""
    across = np.flatnonzero(disc().max(0)) / GRID
    down = np.flatnonzero(disc().max(1)) / GRID
    closer = [frame for frame in frames(disc(), SHUT) if frame.width < 0.98]
    assert len(closer) > 10
    for frame in closer:
        assert frame.left <= across[0] + 1.5 / GRID
        assert frame.left + frame.width >= across[-1] - 0.5 / GRID
        assert frame.top <= down[0] + 1.5 / GRID
        assert frame.top + frame.height >= down[-1] - 0.5 / GRID


def test_what_the_source_cuts_may_be_cut():
    """A body that is cut by the lower edge may be cut higher up, but most of it stays."""
    body = NOTHING.copy()
    body[20:, 8:56] = 1
    lowest = min(frame.top + frame.height for frame in frames(body, SHUT))
    assert 0.85 < lowest < 0.97


def test_a_face_that_the_source_cuts_is_cut_no_further():
    """The upper edge and the left one stay at a face in their corner."""
    face = np.zeros((GRID, GRID), np.float32)
    face[:40, :30] = 1
    some = frames(face, bare=face)
    assert max(one.top for one in frames(face)) > 0.02
    assert max(one.top for one in some) == 0
    assert max(one.left for one in some) == 0


def test_what_only_comes_near_the_edge_is_not_cut_already():
    """A rim close to the upper edge counts as touching it, but no frame cuts it."""
    near, rim = NOTHING.copy(), NOTHING.copy()
    near[:40, 10:54] = rim[3:37, 13:51] = 1
    assert max(frame.top for frame in frames(near, SHUT, body=rim)) < 1.5 / GRID
    assert max(frame.top for frame in frames(near, SHUT)) > 1.5 / GRID


@pytest.mark.parametrize("strength", [0.3, 1.0])
def test_where_nothing_may_move_nothing_does(strength):
    """A subject that fills the picture leaves the frame unchanged."""
    ring = np.ones((GRID, GRID), np.float32)
    ring[0], ring[-1], ring[:, 0], ring[:, -1] = 0, 0, 0, 0
    for frame in frames(ring, SHUT, strength):
        assert abs(frame.height - 1) < 0.06
        assert abs(frame.width - 1) < 0.06


def test_a_border_does_not_change_the_aspect():
    """A face in a scan with a border along two edges keeps its proportions."""
    one = Frame(0.1, 0.2, 0.7, 0.7).without_border(Insets(0.02, 0.0, 0.0, 0.0))
    assert one.height == pytest.approx(one.width)
    assert one.top > 0.1
    assert one.top + one.height <= 1
    assert Frame(0, 0, 1, 1).without_border(NO_BORDER) == Frame(0, 0, 1, 1)


def test_the_whole_frame_is_everything():
    """The full frame returns the map."""
    whole = Frame(0.0, 0.0, 1.0, 1.0).within(disc())
    np.testing.assert_allclose(whole, disc(), atol=1e-6)
