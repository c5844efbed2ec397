"""The move `distance` shows the subject elsewhere at another size, on shifted ground."""

import numpy as np
import pytest

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves import distance, ground, mosaic, seam_costs, shifted_copies


def scene(side=256, centre=(0.4, 0.45), seed=1):
    """Return a red ball with a white spot at its upper left, on sand in slanting light."""
    rows, columns = np.mgrid[:side, :side].astype(np.float32) / side
    grain = blur(RandomStream(seed).normal(side, side).astype(np.float32), 1.5) * 40
    sand = np.stack([150 + 30 * columns, 130 + 25 * columns, 90 + 20 * columns], 2)
    apart = np.hypot(rows - centre[0], columns - centre[1])
    shadow = np.clip(1 - apart / 0.25, 0, 1)[..., None]
    ball = np.stack([200 - 400 * apart, 60 - 100 * apart, 50 - 100 * apart], 2)
    spot = np.hypot(rows - centre[0] + 0.07, columns - centre[1] + 0.07) < 0.03
    ball[spot] = 240
    cover = np.clip((0.17 - apart) * side / 2 + 0.5, 0, 1)[..., None]
    shown = cover * ball + (1 - cover) * (sand + grain[..., None]) * (1 - 0.5 * shadow)
    return np.clip(shown, 0, 255).astype(np.uint8)


def ball_of(image):
    """Return where the ball of `scene` is red, (h, w) bool."""
    values = image.astype(int)
    return (values[..., 0] > 2 * values[..., 1]) & (values[..., 0] > 80)


def box_of(mask):
    """Return top, left, bottom and right of a mask, in shares of the sides."""
    rows, columns = np.nonzero(mask)
    side = len(mask)
    return rows.min() / side, columns.min() / side, rows.max() / side, columns.max() / side


@pytest.fixture(scope="module")
def prepared():
    """The ball, studied."""
    found = distance.prepare(scene())
    assert found is not None
    return found


def varied(prepared, seed, strength=0.5, side=256):
    """Return one result."""
    return distance.render(prepared, strength, RandomStream(seed), side, side)


@pytest.mark.parametrize("seed", range(6))
def test_the_subject_is_shown_once_elsewhere_or_at_another_size(prepared, seed):
    """It moves or its size changes, by about a fifth in sum; its area fits its size."""
    before, after = ball_of(scene()), ball_of(varied(prepared, seed))
    top, left, bottom, right = box_of(after)
    first, last = np.argwhere(before).mean(0), np.argwhere(after).mean(0)
    moved = np.hypot(*(first - last)) / 256
    assert moved + 0.7 * abs(np.sqrt(after.mean() / before.mean()) - 1) > 0.17
    # the white spot and the rounding of the box are what a full ellipse differs by
    assert 0.75 < after.mean() / (np.pi / 4 * (bottom - top) * (right - left)) < 1.1


@pytest.mark.parametrize("seed", range(6))
def test_the_subject_is_not_mirrored(prepared, seed):
    """The spot at the ball's upper left stays there, so that lettering stays readable."""
    image = varied(prepared, seed)
    top, left, bottom, right = (round(256 * share) for share in box_of(ball_of(image)))
    white = image[top:bottom, left:right].min(2) > 200
    rows, columns = np.nonzero(white)
    assert rows.mean() < 0.45 * (bottom - top)
    assert columns.mean() < 0.45 * (right - left)


@pytest.mark.parametrize("seed", range(3))
def test_the_subject_keeps_its_colours(prepared, seed):
    """The ball's mean colour changes by the light of its new place alone."""
    image = varied(prepared, seed)
    before, after = scene()[ball_of(scene())].mean(0), image[ball_of(image)].mean(0)
    assert np.abs(before - after).max() < 16


def test_a_stream_decides_the_picture(prepared):
    """Equal streams give equal bytes; others give other pictures."""
    assert (varied(prepared, 4) == varied(prepared, 4)).all()
    boxes = {box_of(ball_of(varied(prepared, seed))) for seed in range(4)}
    assert len(boxes) == 4


def test_the_picture_does_not_depend_on_its_size(prepared):
    """A larger result is the same picture."""
    small = varied(prepared, 5).astype(int)
    large = resize(varied(prepared, 5, side=512), 256, 256).astype(int)
    assert np.abs(small - large).mean() < 4


def test_strength_scales_the_change(prepared):
    """The subject changes less in the mean at a lower strength."""

    def change(strength):
        boxes = [box_of(ball_of(varied(prepared, seed, strength))) for seed in range(8)]
        return np.mean([np.abs(np.subtract(box, box_of(ball_of(scene())))).max() for box in boxes])

    assert change(0.2) < change(1.0)


def test_a_subject_at_the_frame_stays_there():
    """A ball that the left edge cuts is cut by the left edge afterwards."""
    found = distance.prepare(scene(centre=(0.45, 0.08)))
    assert found is not None
    assert found.ground.cut == (False, True, False, False)
    for seed in range(3):
        assert box_of(ball_of(varied(found, seed)))[1] < 0.02


def test_a_frame_is_not_copied_into_the_picture():
    """A white line around the source is shown nowhere."""
    framed = scene()
    framed[:2] = framed[-2:] = 255
    framed[:, :2] = framed[:, -2:] = 255
    found = distance.prepare(framed)
    assert found is not None
    white = varied(found, 1).min(2) > 245
    assert white.sum(0).max() < 40
    assert white.sum(1).max() < 40


def stripes():
    """Return the ball on broad stripes, which no shifted copies continue."""
    image = scene()
    rows = np.arange(256) // 32 % 2 == 0
    ground_only = ~ball_of(image) & rows[:, None]
    image[ground_only] //= 4
    return image


def flat():
    """Return a red disc on flat colour."""
    image = np.full((256, 256, 3), (200, 190, 150), np.uint8)
    rows, columns = np.mgrid[:256, :256]
    image[np.hypot(rows - 100, columns - 110) < 44] = (180, 40, 30)
    return image


def sand():
    """Return ground without a subject."""
    return scene(centre=(5, 5))


@pytest.mark.parametrize("picture", [stripes, flat, sand])
def test_other_pictures_are_refused(picture):
    """Uneven ground, flat art and pictures without a subject are not varied."""
    assert distance.prepare(picture()) is None


def test_ground_shows_no_part_of_the_subject(prepared):
    """No label of a mosaic is one that shows the subject's old place."""
    for found in prepared.mosaics:
        planes, there = mosaic.lay(prepared.ground, found.placement)
        for k in range(1, len(planes)):
            shown = np.kron(found.labels == k, np.ones((2, 2), bool))
            assert there[k][shown].all()
            assert (planes[k, ..., ground.HOLE][shown] <= 0.3).all()


def test_the_light_is_fitted():
    """A quadratic trend is recovered, though a tenth of the cells are outliers."""
    side = ground.SIDE
    centres = (np.arange(side) + 0.5) / side
    trend = np.array([[100, 20, -10, 8, 5, -6]] * 3, float).T
    low = ground.light(trend, centres, centres)
    spoilt = low.copy()
    spoilt[:12] += 80
    weights = np.ones((side, side), np.float32)
    np.testing.assert_allclose(ground.fit_light(low, weights), trend, atol=0.01)
    assert np.abs(ground.fit_light(spoilt, weights)[0] - trend[0]).max() < 8


def test_equal_copies_have_the_cheapest_seam():
    """A seam between equal features costs less than one between others, and texture masks it."""
    shape = (2, ground.SIDE, ground.SIDE, ground.PLANES)
    planes = np.zeros(shape, np.float32)
    unary = np.zeros((2, seam_costs.GRID, seam_costs.GRID), np.float32)
    places = np.array([[0, 0, 0, 128], [0, 0, 60, 128]], np.float32)
    equal = seam_costs.pair_costs(planes, unary, places)[0, 1].max()
    planes[1, ..., ground.HIGH] = 60
    other = seam_costs.pair_costs(planes, unary, places)[0, 1].min()
    planes[..., ground.DETAIL] = 30
    masked = seam_costs.pair_costs(planes, unary, places)[0, 1].max()
    assert equal < masked < other


def test_copies_cover_the_canvas(prepared):
    """Each place of the canvas is inside of at least one copy."""
    stream = RandomStream(3)
    covered = 0
    for _ in range(12):
        drawn = shifted_copies.draw_front(prepared.ground, (0.6, 0.9), stream)
        if drawn is None:
            continue
        placement = shifted_copies.cover(prepared.ground, *drawn, stream)
        if placement is not None:
            covered += 1
            _, there = mosaic.lay(prepared.ground, placement)
            assert there.any(0).mean() > 0.97
    assert covered > 3
