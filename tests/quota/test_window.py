"""Sliding window counters against a slow simulation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diabelli.quota.window import Window


def later(window: Window, seconds: float) -> Window:
    """The window some seconds later, without further images."""
    if seconds < window.remaining_s:
        return Window(
            length_s=window.length_s,
            before=window.before,
            current=window.current,
            remaining_s=window.remaining_s - seconds,
        )
    moved = Window(
        length_s=window.length_s, before=window.current, current=0, remaining_s=window.length_s
    )
    return later(moved, seconds - window.remaining_s)


WINDOWS = st.builds(
    Window,
    length_s=st.just(60.0),
    before=st.integers(0, 20),
    current=st.integers(0, 20),
    remaining_s=st.floats(0.5, 60),
)


@given(WINDOWS, st.integers(1, 20), st.integers(1, 20))
def test_the_wait_is_as_long_as_needed(window: Window, images: int, limit: int) -> None:
    """The images fit after the wait and not a moment before it."""
    wait = window.wait_s(images, limit)
    if images > limit:
        assert wait is None
        return
    assert wait is not None
    assert later(window, wait + 0.01).used + images <= limit
    if wait > 0:
        assert later(window, max(0.0, wait - 0.01)).used + images > limit


@pytest.mark.parametrize(
    ("before", "current", "remaining_s", "used"),
    [(0, 0, 60, 0), (10, 0, 60, 10), (10, 0, 30, 5), (10, 3, 6, 4), (1, 0, 59, 0)],
)
def test_used_images(before: int, current: int, remaining_s: float, used: int) -> None:
    """The previous window is weighted by its share of the last 60 seconds."""
    assert Window(length_s=60, before=before, current=current, remaining_s=remaining_s).used == used
