"""Watercolour: the picture in washes on paper."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from diabelli.synthesis.analysis.picture_border import Insets
from diabelli.synthesis.analysis.source_analysis import analyse
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.sketches import watercolour
from diabelli.synthesis.moves.sketches.watercolour import (
    MANNERS,
    TWO,
    Kept,
    find_watercolour,
    show_watercolour,
)
from oracles.sources import landscape, opaque

NOWHERE = np.zeros((64, 64), np.float32)
NOTHING, ALL = Kept(NOWHERE), Kept(NOWHERE + 1)


@pytest.fixture(params=MANNERS)
def manner(request, monkeypatch):
    """Return one manner, the only one that is drawn."""
    monkeypatch.setattr(watercolour, "MANNERS", (request.param,))
    return request.param


@pytest.fixture(scope="module")
def analysis():
    """Return the analysis of a picture without lettering."""
    found = analyse(opaque(landscape(200)), 200, 200)
    kind = replace(found.kind, has_text=False)
    return replace(found, kind=kind, lettering=np.zeros((GRID, GRID), np.float32))


@pytest.fixture(scope="module")
def scene():
    """Return a thing by day without people."""
    found = survey(opaque(landscape(200)))
    subject = np.zeros_like(found.subject)
    subject[:120, :120] = 1
    return replace(found, subject=subject, roughness=5.0, figure=0.0, skin=0.0, barred=False)


def seen(image):
    """Return the colours (h, w, 3) of an image from far."""
    return blur(image[..., :3].astype(np.float32), 4.0)


@pytest.mark.usefixtures("manner")
def test_every_size_has_the_same_washes():
    """Washes, border and lines are where they are at another size."""
    source = opaque(landscape(512))
    small, large = (
        show_watercolour(resize(source, side, side), NOTHING, NOWHERE, RandomStream(3))
        for side in (256, 512)
    )
    apart = np.abs(seen(resize(large, 256, 256)) - seen(small))
    assert apart.mean() < 2.5
    assert apart.max() < 40


@pytest.mark.usefixtures("manner")
def test_threads_give_the_same_bytes():
    """Kernels that run at the same time do not share anything."""
    image = opaque(landscape(160))
    shows = [
        partial(show_watercolour, image, NOTHING, NOWHERE, RandomStream(seed)) for seed in (1, 2)
    ]
    with ThreadPoolExecutor(2) as pool:
        together = [one.result() for one in [pool.submit(show) for show in shows]]
    for seed, found in zip((1, 2), together, strict=True):
        again = show_watercolour(image, NOTHING, NOWHERE, RandomStream(seed))
        np.testing.assert_array_equal(found, again)


@pytest.mark.usefixtures("manner")
@pytest.mark.parametrize(("height", "width"), [(120, 260), (260, 120)])
def test_paper_is_bare_along_the_border_and_the_picture_is_inside(height, width):
    """Light and dark are where they were; the edge of the frame is pale."""
    image = resize(opaque(landscape(300)), height, width)
    painted = show_watercolour(image, NOTHING, NOWHERE, RandomStream(2))
    assert painted.shape == (height, width, 4)
    assert (painted[..., 3] == 255).all()
    assert np.mean(painted[[0, -1], :, :3] > 215) > 0.95
    assert np.mean(painted[:, [0, -1], :3] > 215) > 0.95
    inside = (slice(24, -24), slice(24, -24))
    before, after = (luma(seen(one))[inside].ravel() for one in (image, painted))
    assert np.corrcoef(before, after)[0, 1] > 0.75


@pytest.mark.usefixtures("manner")
def test_kept_places_keep_fine_lines():
    """A pattern of small strokes, as of letters, is as it was, and hardly is without."""
    rng = np.random.default_rng(1)
    marks = np.repeat(np.repeat(rng.random((64, 64)) < 0.5, 4, 0), 4, 1)
    image = opaque(np.repeat(np.where(marks, 190, 60)[..., None], 3, 2))
    inside = (slice(40, -40), slice(40, -40))
    likeness = []
    for kept in (ALL, NOTHING):
        painted = luma(show_watercolour(image, kept, NOWHERE, RandomStream(1)))
        likeness.append(np.corrcoef(marks[inside].ravel(), painted[inside].ravel())[0, 1])
    assert likeness[0] > 0.9
    assert likeness[1] < likeness[0]


@pytest.mark.usefixtures("manner")
def test_a_grey_picture_stays_grey():
    """Neither paint nor paper has a colour."""
    grey = opaque(np.repeat(landscape(120)[..., 1:2], 3, 2))
    painted = show_watercolour(grey, NOTHING, NOWHERE, RandomStream(1), grey=True)
    colours = painted[..., :3].astype(int)
    assert (colours.max(2) - colours.min(2)).max() <= 1


@pytest.mark.usefixtures("manner")
def test_vivid_colours_keep_their_hues():
    """Two pigments cannot show them."""
    colours = np.full((200, 200, 3), 40)
    colours[:, :100, 0] = colours[:, 100:, 2] = 220
    painted = show_watercolour(opaque(colours), NOTHING, NOWHERE, RandomStream(1)).astype(int)
    left, right = painted[40:160, 30:80].mean((0, 1)), painted[40:160, 120:170].mean((0, 1))
    assert left[0] > left[2] + 60
    assert right[2] > right[0] + 60


def test_two_pigments_have_fewer_hues(monkeypatch):
    """Green is none of them."""
    colours = np.full((200, 200, 3), (110, 140, 110))
    greens = []
    for manner in (TWO, watercolour.WASHES):
        monkeypatch.setattr(watercolour, "MANNERS", (manner,))
        painted = show_watercolour(opaque(colours), NOTHING, NOWHERE, RandomStream(1))
        red, green, blue = painted[50:150, 50:150, :3].astype(float).mean((0, 1))
        greens.append(green - (red + blue) / 2)
    assert greens[0] < 0.75 * greens[1]


def test_skin_and_lettering_are_kept(scene, analysis):
    """Both are in the map of kept places."""
    skin = np.zeros_like(analysis.people.skin)
    skin[-1, -1] = 1
    word = np.zeros((GRID, GRID), np.float32)
    word[2, 2] = 0.32
    found = replace(analysis, people=analysis.people._replace(skin=skin), lettering=word)
    places = find_watercolour(scene, found).places
    rows, columns = places.shape
    assert places[-1, -1] == 1
    assert places[5 * rows // (2 * GRID), 5 * columns // (2 * GRID)] > 0.9
    assert places[rows // 2, columns // 2] == 0


def test_small_faces_pages_frames_heaps_and_the_dark_are_refused(scene, analysis):
    """A face would have no features left, a page would be illegible, a heap is no shape."""
    assert find_watercolour(scene, analysis)
    assert find_watercolour(replace(scene, figure=0.5, skin=0.3), analysis)
    for change in (
        {"figure": 0.5, "skin": 0.1},
        {"grey": True},
        {"median_light": 0.01},
        {"barred": True},
        {"roughness": 12.0},
    ):
        assert not find_watercolour(replace(scene, **change), analysis)
    text = replace(analysis, kind=replace(analysis.kind, has_text=True))
    written = replace(analysis, lettering=np.full((GRID, GRID), 0.2, np.float32))
    framed = replace(analysis, border=Insets(0.01, 0, 0, 0))
    word = np.zeros((GRID, GRID), np.float32)
    word[2, 2] = 0.4
    signed = replace(analysis, lettering=word)
    assert not any(find_watercolour(scene, one) for one in (text, written, signed, framed))


def test_seeds_differ_in_manner():
    """Two pictures of one source are not alike."""
    image = opaque(landscape(96))
    means = [
        seen(show_watercolour(image, NOTHING, NOWHERE, RandomStream(seed))).mean((0, 1))
        for seed in range(12)
    ]
    apart = [np.abs(one - other).max() for one in means for other in means if one is not other]
    assert np.median(apart) > 6
