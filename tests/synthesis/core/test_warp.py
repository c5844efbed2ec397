"""Warping: identity, reflection at the edges, and halos."""

import numpy as np
import pytest

from diabelli.synthesis.core.warp import enlarge, enlarge_labels, tint
from diabelli.synthesis.core.warp import warp as warp_labelled


def image(height: int, width: int, channels: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def warp(source, rows, columns, height, width, *, calm):
    """Warp without steps."""
    labels, steps = np.zeros((height, width), np.uint8), np.zeros((1, 2), np.float32)
    return warp_labelled(source, rows, columns, labels, steps, calm=calm)


def grid(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """The map of a picture onto itself, as shares of its sides, (rows, columns) each."""
    down, across = ((np.arange(count) + 0.5) / count for count in (rows, columns))
    return tuple(g.astype(np.float32) for g in np.meshgrid(down, across, indexing="ij"))


@pytest.mark.parametrize("calm", [False, True])
@pytest.mark.parametrize("points", [2, 5, 64])
@pytest.mark.parametrize("shape", [(12, 12), (40, 33), (1, 1), (1, 9), (130, 100)])
def test_the_identity_warps_an_image_to_itself(shape, points, calm):
    """The identity map returns the image, on any grid."""
    warped = warp(image(*shape), *grid(points, points), *shape, calm=calm)
    np.testing.assert_array_equal(warped, image(*shape))


def test_a_mirroring_map_mirrors():
    """The map that runs from right to left gives the mirror image."""
    rows, columns = grid(16, 16)
    warped = warp(image(24, 32), rows, np.ascontiguousarray(columns[:, ::-1]), 24, 32, calm=False)
    np.testing.assert_array_equal(warped, image(24, 32)[:, ::-1])


def test_a_whole_step_shifts():
    """A map displaced by one pixel shows the image displaced by one pixel."""
    rows, columns = grid(8, 8)
    warped = warp(image(20, 20), rows + np.float32(1 / 20), columns, 20, 20, calm=False)
    np.testing.assert_array_equal(warped[:-1], image(20, 20)[1:])


@pytest.mark.parametrize("place", [-5.0, 0.0, 1.0])
def test_at_the_edge_is_the_edge(place):
    """Positions on the edge, or beyond the reflected image, show an edge pixel."""
    rows, columns = (np.full((4, 4), place, np.float32) for _ in range(2))
    source = image(6, 9)
    corner = source[0, 0] if place == 0 else source[-1, -1] if place == 1 else None
    warped = warp(source, rows, columns, 5, 5, calm=False)
    if corner is None:
        rim = {
            tuple(pixel) for pixel in (source[0, 0], source[0, -1], source[-1, 0], source[-1, -1])
        }
        assert {tuple(pixel) for pixel in warped.reshape(-1, 4)} <= rim
    else:
        assert (warped == corner).all()


def test_beyond_the_edge_is_the_mirror_image():
    """A map displaced by five pixels past the lower edge shows the last five again, upside down."""
    rows, columns = grid(8, 8)
    warped = warp(image(20, 20), rows + np.float32(5 / 20), columns, 20, 20, calm=False)
    np.testing.assert_array_equal(warped[:15], image(20, 20)[5:])
    np.testing.assert_array_equal(warped[15:], image(20, 20)[:14:-1])


def test_a_constant_image_survives_every_warp():
    """A wild map of one colour is that colour."""
    rows, columns = np.random.default_rng(3).uniform(-0.5, 1.5, (2, 9, 9)).astype(np.float32)
    for value in (0, 9, 255):
        for calm in (False, True):
            image = np.full((20, 14, 4), value, np.uint8)
            assert (warp(image, rows, columns, 33, 21, calm=calm) == value).all()


def test_a_calm_warp_has_no_halo():
    """Calm, the pixels of a hard edge stay between its two sides; otherwise they overshoot."""
    edge = np.full((30, 30, 4), 60, np.uint8)
    edge[:, 14:] = 180
    rows, columns = grid(8, 8)
    for calm in (True, False):
        warped = warp(edge, rows, columns * np.float32(0.83), 30, 30, calm=calm)
        assert (warped.min() >= 60 and warped.max() <= 180) == calm


def test_an_enlarged_map_is_smooth_and_full():
    """A map of shares becomes bytes: constants stay, slopes go on evenly to the edges."""
    for share, level in ((0.0, 0), (0.5, 128), (1.0, 255)):
        assert (enlarge(np.full((8, 8), share, np.float32), 20, 33) == level).all()
    ramp = np.broadcast_to(grid(16, 16)[1], (16, 16)).copy()
    exact = (np.arange(64) + 0.5) / 64 * 255
    assert np.abs(enlarge(ramp, 40, 64) - exact).max() <= 0.51


def test_a_calm_warp_adds_no_halo():
    """Between two flat colours it stays between them, where the sharp one overshoots."""
    edge = np.full((16, 16, 4), 60, np.uint8)
    edge[:, 8:] = 200
    rows, columns = grid(4, 4)
    calm, sharp = (warp(edge, rows, columns, 23, 23, calm=calm) for calm in (True, False))
    assert (calm.min(), calm.max()) == (60, 200)
    assert sharp.min() < 60
    assert sharp.max() > 200


def test_labels_choose_the_step():
    """Each pixel is shifted by the step of its label."""
    rows, columns = grid(8, 8)
    labels = (np.indices((20, 20))[1] >= 10).astype(np.uint8)
    steps = np.array([[0, 0], [3 / 20, -2 / 20]], np.float32)
    warped = warp_labelled(image(20, 20), rows, columns, labels, steps, calm=False)
    np.testing.assert_array_equal(warped[:, :10], image(20, 20)[:, :10])
    np.testing.assert_array_equal(warped[:-3, 10:], image(20, 20)[3:, 8:18])


def test_hidden_pixels_are_skipped():
    """Hidden pixels stay 0, others are unchanged."""
    rows, columns = grid(8, 8)
    hidden = np.where(np.indices((20, 20))[0] < 7, 255, 0).astype(np.uint8)
    labels, steps = np.zeros((20, 20), np.uint8), np.zeros((1, 2), np.float32)
    warped = warp_labelled(image(20, 20), rows, columns, labels, steps, calm=False, hidden=hidden)
    assert not warped[:7].any()
    np.testing.assert_array_equal(warped[7:], image(20, 20)[7:])


@pytest.mark.parametrize("size", [(64, 64), (84, 84), (50, 200)])
def test_enlarged_labels_keep_their_areas(size):
    """At any size, a label covers its share of the grid, and is unchanged in its cells' middles."""
    grid_ = np.zeros((16, 16), np.uint8)
    grid_[4:, :6], grid_[10:, 3:] = 3, 1
    large = enlarge_labels(grid_, *size)
    assert large.shape == size
    assert large.dtype == np.uint8
    for label in (0, 1, 3):
        assert (large == label).mean() == pytest.approx((grid_ == label).mean(), abs=0.06)
    at = tuple(((np.arange(16) + 0.5) / 16 * side).astype(int) for side in size)
    assert (large[np.ix_(*at)] == grid_).mean() > 0.9


def test_enlarged_labels_have_smooth_borders():
    """A corner of the grid is rounded off."""
    grid_ = np.zeros((8, 8), np.uint8)
    grid_[:4, :4] = 1
    large = enlarge_labels(grid_, 160, 160)
    assert large[70, 70] == 1
    assert large[78, 78] == 0
    assert large[78, 20] == 1


def test_colour_offsets_belong_to_their_labels():
    """Each pixel takes its offset from cells with its own label."""
    grid_ = np.zeros((8, 8), np.uint8)
    grid_[:, 4:] = 1
    tints = np.zeros((8, 8, 3), np.float32)
    tints[:, :4], tints[:, 4:] = 10, -20
    labels = enlarge_labels(grid_, 64, 64)
    shown = np.full((64, 64, 4), 100, np.uint8)
    tint(shown, labels, grid_, tints)
    np.testing.assert_array_equal(shown[..., 0], np.where(labels == 0, 110, 80))
    assert (shown[..., 3] == 100).all()


def test_colour_offsets_end_at_black_and_white():
    """Results are clipped to 0..255."""
    grid_, labels = np.zeros((2, 2), np.uint8), np.zeros((9, 9), np.uint8)
    for value, amount in ((250, 30.0), (5, -30.0)):
        shown = np.full((9, 9, 4), value, np.uint8)
        tint(shown, labels, grid_, np.full((2, 2, 3), amount, np.float32))
        assert (shown[..., :3] == (255 if amount > 0 else 0)).all()
