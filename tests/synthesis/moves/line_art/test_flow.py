"""Blocks of woodblock prints: lines, inks, and the borders of areas."""

import numpy as np

from diabelli.synthesis.moves.line_art.flow import (
    follow_flow,
    mean_along_flow,
    weights_along,
    without_short,
)
from diabelli.synthesis.moves.line_art.lines import MIN_LENGTH, find_lines


def test_long_lines_are_printed_and_marks_and_noise_are_not():
    """Railings remain. The grain of a photograph and blades of grass do not."""
    rng = np.random.default_rng(1)
    tone = (0.7 + rng.normal(0, 0.01, (160, 160))).astype(np.float32)
    tone[:, 60] = 0.35
    tone[70:76, 120] = 0.35
    flow = np.zeros((160, 160, 2), np.float32)
    flow[..., 0] = 1
    dark = find_lines(tone, flow)
    assert dark[10:-10, 60].min() > 0.6
    assert dark[:, :50].max() < 0.3
    assert dark[:, 110:130].max() < 0.3


def test_short_parts_of_a_mask_are_left_out():
    """Parts that touch at a corner are one."""
    mask = np.zeros((20, 20), np.bool_)
    mask[2:4, 2:4] = mask[4:6, 4:6] = True
    mask[10:13, 10:13] = True
    kept = without_short(mask, 4)
    assert kept[2:6, 2:6].sum() == 8
    assert kept.sum() == 8
    assert not without_short(mask, MIN_LENGTH).any()


def test_smoothing_along_the_flow_keeps_edges():
    """Stripes stay, and noise along them goes."""
    rng = np.random.default_rng(1)
    stripes = np.repeat(np.where(np.arange(80) // 8 % 2, 0.8, 0.2)[None], 80, 0)
    noisy = (stripes + rng.normal(0, 0.02, (80, 80))).astype(np.float32)
    flow = np.zeros((80, 80, 2), np.float32)
    flow[..., 0] = 1
    colours, spread = np.repeat(noisy[..., None], 3, 2), np.float32(0.1)
    places = np.ones((80, 80), np.bool_)
    places[:, 40:] = False
    along, across = (
        follow_flow(colours, flow, weights_along(6), spread, turned, places)
        for turned in (False, True)
    )
    left = (slice(None), slice(40), 0)
    assert np.abs(along[left] - stripes[:, :40]).mean() < 0.5 * np.abs(noisy - stripes).mean()
    assert np.abs(across[left] - stripes[:, :40]).max() < 0.1
    np.testing.assert_array_equal(along[:, 40:], colours[:, 40:])
    mean = mean_along_flow(noisy, flow, weights_along(6))
    assert np.abs(mean - stripes).mean() < 0.5 * np.abs(noisy - stripes).mean()
    noisy[:, 8:16] = 0
    assert (mean_along_flow(noisy, flow, weights_along(6))[:, 8:16] == 0).all()
