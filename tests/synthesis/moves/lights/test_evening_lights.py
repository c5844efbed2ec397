"""Evening lights are behind the subject, which keeps its shape, and unclear subjects get none."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from diabelli.synthesis.core.filters import dilate_disc, gradient, luma
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.lights import evening_lights
from diabelli.synthesis.moves.lights.evening_lights import (
    AREAS,
    MAX_BLUENESS,
    _blueness,
    has_clean_rim,
    is_clear_subject,
    show_evening_lights,
    suits_evening_lights,
)
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape, opaque

SIDE = 256


def subject_mask(side=SIDE):
    """Return where a disc on a stem is, which touches the lower edge."""
    rows, columns = (np.mgrid[:side, :side] + 0.5) / side
    return (np.hypot(rows - 0.5, columns - 0.5) < 0.22) | (
        (np.abs(columns - 0.5) < 0.15) & (rows > 0.5)
    )


def picture(side=SIDE):
    """Return a striped red subject before a grey-green ground."""
    stripes = np.where((np.mgrid[:side, :side][0] * 32 // side) % 2, 150, 210)
    subject = np.stack([stripes, stripes // 3, stripes // 4], 2)
    return opaque(np.where(subject_mask(side)[..., None], subject, (120, 135, 110)))


@pytest.fixture
def exact_maps(monkeypatch):
    """Replace the trained maps by the exact one."""
    exact = subject_mask().astype(np.float32)
    monkeypatch.setattr(evening_lights, "_maps", lambda _: (exact, exact))


@pytest.mark.usefixtures("exact_maps")
def test_lamps_shine_beside_the_subject_alone():
    """Outlines of discs are seen on the ground, and none on an even subject."""
    subject = subject_mask()
    image = opaque(np.where(subject[..., None], (190, 60, 50), (120, 135, 110)))
    inner = ~dilate_disc(~subject, 8)
    outer = ~dilate_disc(subject, 8)
    shown = [luma(show_evening_lights(image, RandomStream(seed))) for seed in range(6)]
    slopes = np.max([np.hypot(*gradient(light)) for light in shown], axis=0)
    assert (slopes[outer] > 6).mean() > 0.2
    assert slopes[inner].max() < 2.5


@pytest.mark.usefixtures("exact_maps")
def test_the_subject_keeps_its_details():
    """Its stripes are where they were."""
    image = picture()
    shown = luma(show_evening_lights(image, RandomStream(1)))
    column = SIDE // 2
    before, after = luma(image)[80:250, column], shown[80:250, column]
    assert np.corrcoef(before, after)[0, 1] > 0.9


@pytest.mark.usefixtures("exact_maps")
def test_the_ground_becomes_dark():
    """Its median is three fifths of what it was at most."""
    image = picture()
    shown = luma(show_evening_lights(image, RandomStream(1)))
    ground = ~subject_mask()
    assert np.median(shown[ground]) < 0.6 * np.median(luma(image)[ground])


@pytest.mark.usefixtures("exact_maps")
def test_every_size_has_the_same_lamps():
    """A picture of half the size is the same, smaller."""
    large = show_evening_lights(picture(2 * SIDE), RandomStream(3))
    small = show_evening_lights(picture(SIDE), RandomStream(3))
    half = resize(large, SIDE, SIDE).astype(int)
    assert np.abs(half - small).mean() < 4


@pytest.mark.usefixtures("exact_maps")
def test_two_threads_make_the_same_bytes():
    """They share no arrays."""
    alone = [show_evening_lights(picture(), RandomStream(seed)) for seed in range(4)]
    with ThreadPoolExecutor(2) as threads:
        together = list(
            threads.map(lambda seed: show_evening_lights(picture(), RandomStream(seed)), range(4))
        )
    np.testing.assert_array_equal(alone, together)
    assert (alone[0] != alone[1]).any()


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (16, 400), (400, 16)])
def test_any_shape_is_shown(shape):
    """Tiny and long pictures keep their size."""
    image = np.full((*shape, 4), 255, np.uint8)
    assert show_evening_lights(image, RandomStream(1)).shape == image.shape


def test_a_clear_subject_is_accepted_and_an_unclear_one_refused():
    """It must be sure, neither small nor huge, and leave room above and beside it."""
    sure = subject_mask().astype(np.float32)
    assert is_clear_subject(sure, is_person=False)
    assert not is_clear_subject(sure * np.float32(0.6), is_person=False)
    assert not is_clear_subject(np.zeros_like(sure), is_person=False)
    assert not is_clear_subject(np.ones_like(sure), is_person=False)
    assert not is_clear_subject(np.ascontiguousarray(sure[::-1]), is_person=False)
    assert AREAS[0] < sure.mean() < AREAS[1]


def test_a_landscape_gets_no_lamps():
    """It has no clear subject."""
    image = opaque(landscape(SIDE))
    analysis, _ = analyse_source(image, SIDE, SIDE)
    assert not suits_evening_lights(survey(image), analysis, image)


def test_deep_water_is_bluer_than_walls():
    """Only the ground beside the subject counts."""
    subject = subject_mask()
    for ground, is_water in (((12, 60, 130), True), ((120, 185, 200), False)):
        image = opaque(np.where(subject[..., None], (20, 30, 250), ground))
        assert (_blueness(image, subject.astype(np.float32)) > MAX_BLUENESS) == is_water


def test_a_matte_with_far_blobs_is_refused(monkeypatch):
    """Ground of the subject's colour beside the rim, as of a fence, is no clean rim."""
    image = picture()
    sure = subject_mask().astype(np.float32)
    assert has_clean_rim(image, sure)
    blobs = np.maximum(sure, np.roll(sure, 9, 1))
    monkeypatch.setattr(evening_lights, "refine_matte", lambda *_: blobs)
    assert not has_clean_rim(image, sure)
