"""Tilted layouts."""

import numpy as np
import pytest

from diabelli.synthesis.core.grid import GRID, centres
from diabelli.synthesis.layout.layout import Layout
from diabelli.synthesis.layout.tilt import _border_overlap, tilt

NOTHING = np.zeros((GRID, GRID), np.float32)


def straight(top=0.1, left=0.2, height=0.6, width=0.6) -> Layout:
    """Return a layout that is a frame alone."""
    rows, columns = np.meshgrid(
        top + height * centres(GRID), left + width * centres(GRID), indexing="ij"
    )
    return Layout(False, rows.astype(np.float32), columns.astype(np.float32))


def test_a_layout_tilts_by_the_angle():
    """The angle on the canvas is that of the half tangent."""
    aspect, tangent = 1.5, 0.1
    one = tilt(straight(), NOTHING, tangent, aspect)
    along = (one.rows[:, -1] - one.rows[:, 0])[0], (one.columns[:, -1] - one.columns[:, 0])[0]
    assert np.arctan2(along[0], along[1] * aspect) == pytest.approx(2 * np.arctan(tangent), 1e-3)
    upwards = (one.rows[-1] - one.rows[0])[0], (one.columns[-1] - one.columns[0])[0] * aspect
    assert abs(along[0] * upwards[0] + along[1] * aspect * upwards[1]) < 1e-3


def test_the_middle_stays_where_it_was():
    """Within the limits, a layout rotates about its middle and keeps its scale."""
    before, after = straight(), tilt(straight(), NOTHING, 0.05, 1.0)
    for axis in ("rows", "columns"):
        assert getattr(after, axis).mean() == pytest.approx(getattr(before, axis).mean(), abs=1e-3)
    assert after.scale == pytest.approx(before.scale, rel=0.01)


@pytest.mark.parametrize("tangent", [-0.1, 0.03, 0.1])
@pytest.mark.parametrize("frame", [(0, 0, 1, 1), (0, 0.3, 0.7, 0.7), (-0.1, 0.1, 1.05, 0.95)])
def test_it_shows_nothing_further_out(tangent, frame):
    """Corners stay within the area that the layout or the source covered."""
    before = straight(*frame)
    after = tilt(before, NOTHING, tangent, 0.8)
    assert after is not before
    for axis in ("rows", "columns"):
        one, other = getattr(before, axis), getattr(after, axis)
        assert other.min() >= min(0, one.min())
        assert other.max() <= max(1, one.max())


def test_no_subject_is_cut_by_tilting():
    """Where a corner would cut the subject, the angle is halved or dropped."""
    tall = NOTHING.copy()
    tall[10:60, 12:54] = 1
    before = straight(0, 0, 1, 1)
    for tangent in (0.04, 0.08, 0.2):
        after = tilt(before, tall, tangent, 1.0)
        assert _border_overlap(tall, after.rows, after.columns) < 0.04
    assert tilt(before, tall, 0.04, 1.0) is not before
    assert tilt(before, tall, 0.2, 1.0) is before
