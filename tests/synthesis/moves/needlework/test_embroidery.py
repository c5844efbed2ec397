"""Embroidery: the picture as needlework that fills the frame."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.needlework import embroidery
from diabelli.synthesis.moves.needlework.embroidery import MANNERS, show_embroidery
from oracles.sources import landscape, opaque

NOWHERE = np.zeros((192, 192), np.float32)


@pytest.fixture(params=sorted(set(MANNERS), key=lambda manner: manner.__name__))
def _manner(request, monkeypatch):
    """Make one manner the only one that is drawn."""
    monkeypatch.setattr(embroidery, "MANNERS", (request.param,))


def show(image, seed, subject=NOWHERE):
    """Return the image as needlework of the manner that is drawn."""
    return show_embroidery(image, subject, RandomStream(seed), roughness=0.0)


def seen(image):
    """Return the colours (h, w, 3) of an image from far."""
    return blur(image[..., :3].astype(np.float32), 4.0)


@pytest.mark.usefixtures("_manner")
@pytest.mark.parametrize("seed", range(1, 4))
def test_all_of_the_picture_is_stitched_in_its_place(seed):
    """Its quarters keep their hues, up to the edges of the frame."""
    colours = np.full((300, 260, 3), 50)
    colours[:150, :130, 0] = colours[:150, 130:, 1] = colours[150:, :130, 2] = 200
    colours[150:, 130:] = 230
    image = show(opaque(colours), seed)
    assert image.shape == (300, 260, 4)
    assert (image[..., 3] == 255).all()
    places = image[..., :3].astype(int)
    for rows, columns, hue in (
        (slice(10, 140), slice(10, 120), 0),
        (slice(10, 140), slice(140, 250), 1),
        (slice(160, 290), slice(10, 120), 2),
    ):
        assert places[rows, columns].mean((0, 1)).argmax() == hue
    assert places[160:290, 140:250].min(2).mean() > 140
    assert places[:4, :120].mean((0, 1)).argmax() == 0
    assert places[-4:, :120].mean((0, 1)).argmax() == 2


@pytest.mark.usefixtures("_manner")
def test_every_size_has_the_same_picture():
    """From far, colours and light are as at another size; single stitches may differ."""
    source = opaque(landscape(512))
    small, large = (show(resize(source, side, side), 3) for side in (256, 512))
    shrunk = resize(large, 256, 256)
    apart = np.abs(seen(shrunk) - seen(small))
    assert apart.mean() < 4
    assert apart.max() < 40


@pytest.mark.usefixtures("_manner")
def test_threads_give_the_same_bytes():
    """Kernels that run at the same time do not share anything."""
    image = opaque(landscape(160))
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(partial(show, image), (1, 2, 3)))
    for seed, found in zip((1, 2, 3), together, strict=True):
        np.testing.assert_array_equal(found, show(image, seed))


@pytest.mark.usefixtures("_manner")
def test_it_is_thread_and_still_the_picture():
    """Light and dark are where they were; close by it differs everywhere."""
    image = resize(opaque(landscape(400)), 400, 400)
    stitched = show(image, 2)
    before, after = (seen(one)[..., 1].ravel() for one in (image, stitched))
    assert np.corrcoef(before, after)[0, 1] > 0.8
    assert abs(float(before.mean()) - float(after.mean())) < 25
    apart = np.abs(stitched[..., :3].astype(int) - image[..., :3]).mean(2)
    assert (apart > 3).mean() > 0.8


@pytest.mark.usefixtures("_manner")
def test_every_stitch_is_of_a_few_threads(monkeypatch):
    """The colours of a picture with thousands are those of a few dozen, in light and in shade."""
    tables = []
    laid = embroidery.lay_stitches

    def lay(canvas, table, *rest):
        tables.append(table)
        laid(canvas, table, *rest)

    monkeypatch.setattr(embroidery, "lay_stitches", lay)
    show(opaque(landscape(200)), 1)
    assert len(np.unique(tables[-1][:, 5:8], axis=0)) <= 2 * embroidery.COLOURS[1]


def test_a_fine_picture_is_on_no_grid(monkeypatch):
    """Cells would be wider than its details."""
    monkeypatch.setattr(embroidery, "MANNERS", (embroidery.knitting,))
    image = opaque(landscape(96))
    fine, painted = (
        show_embroidery(image, NOWHERE, RandomStream(1), roughness=30.0),
        show(image, 1),
    )
    assert (fine != painted).any()


def test_stitches_follow_lines(monkeypatch):
    """On upright stripes nearly all stitches are upright."""
    tables = []
    laid = embroidery.lay_stitches

    def lay(canvas, table, *rest):
        tables.append(table)
        laid(canvas, table, *rest)

    monkeypatch.setattr(embroidery, "MANNERS", (embroidery.thread_painting,))
    monkeypatch.setattr(embroidery, "lay_stitches", lay)
    colours = np.full((200, 200, 3), 60)
    colours[:, np.arange(200) // 8 % 2 == 0] = (200, 120, 60)
    show(opaque(colours), 1)
    down, across = (np.abs(tables[-1][:, k + 2] - tables[-1][:, k]) for k in (0, 1))
    assert (down > 2 * across).mean() > 0.7


def test_the_subject_has_finer_stitches(monkeypatch):
    """More of them cover a picture that is all subject."""
    counts = []
    laid = embroidery.lay_stitches

    def lay(canvas, table, *rest):
        counts.append(len(table))
        laid(canvas, table, *rest)

    monkeypatch.setattr(embroidery, "MANNERS", (embroidery.thread_painting,))
    monkeypatch.setattr(embroidery, "lay_stitches", lay)
    image = opaque(np.full((120, 120, 3), 120))
    for subject in (NOWHERE, NOWHERE + 1):
        show(image, 1, subject)
    assert counts[3] > 1.3 * counts[1]


def test_seeds_differ():
    """Two pictures of one source are of other stitches."""
    image = opaque(landscape(96))
    first, second = (show(image, seed) for seed in (1, 2))
    assert np.abs(first.astype(int) - second).mean() > 5
