"""Parts of a mask, and thin parts of a subject."""

import numpy as np

from diabelli.synthesis.analysis.cut_out import SIDE, largest_part, thin_parts
from oracles.sources import opaque


def disc(row=0.5, column=0.5, radius=0.2):
    y, x = (np.mgrid[:SIDE, :SIDE] + 0.5) / SIDE
    return np.hypot(y - row, x - column) < radius


def picture(mask):
    """Return a red thing on a pale ground."""
    colours = np.full((*mask.shape, 3), 215)
    colours[mask] = (200, 50, 40)
    return opaque(colours)


def test_a_thing_like_the_subject_but_apart_is_no_part_of_it():
    """Only places joined to the cut count, and only far beyond its outline."""
    part, apart = disc(), disc(row=0.1, column=0.1, radius=0.05)
    thin, rough = thin_parts(picture(part | apart), part)
    assert not thin.any()
    assert rough < 5
    joined = part.copy()
    joined[126:132, 170:240] = True
    thin, _ = thin_parts(picture(joined), part)
    assert thin[129, 210:230].all()


def test_the_largest_part_is_whole():
    """Its narrow places are of it; what touches it at a corner only is not."""
    mask = np.zeros((90, 120), np.bool_)
    mask[10:60, 10:60] = mask[30, 60:110] = mask[60:64, 60:64] = True
    expected = mask.copy()
    expected[60:64, 60:64] = False
    np.testing.assert_array_equal(largest_part(mask), expected)
    assert not largest_part(np.zeros((30, 30), np.bool_)).any()
