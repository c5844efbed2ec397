"""Warping: exact where a map is whole, mirrored beyond the edges, without halo where calm."""

import numpy as np
import pytest

from diabelli.synthesis.warp import enlarge, warp


def image(height: int, width: int, channels: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)


def grid(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """The map of a picture onto itself, as shares of its sides, (rows, columns) each."""
    down, across = ((np.arange(count) + 0.5) / count for count in (rows, columns))
    return tuple(g.astype(np.float32) for g in np.meshgrid(down, across, indexing="ij"))


@pytest.mark.parametrize("calm", [False, True])
@pytest.mark.parametrize("points", [2, 5, 64])
@pytest.mark.parametrize("shape", [(12, 12), (40, 33), (1, 1), (1, 9), (130, 100)])
def test_the_identity_warps_an_image_to_itself(shape, points, calm):
    """Every place from itself gives the image back, on any grid."""
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
    """A place on the rim, or too far outside for the mirror image, shows a pixel of the rim."""
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
