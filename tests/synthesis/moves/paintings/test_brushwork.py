"""Brushwork: the picture as a painting that fills the frame."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from diabelli.synthesis.core.chroma import colour_differences
from diabelli.synthesis.core.filters import blur
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.paintings import brushwork
from diabelli.synthesis.moves.paintings.brush_strokes import SIDE
from diabelli.synthesis.moves.paintings.brushwork import STYLES, recoloured, show_brushwork
from oracles.sources import landscape, opaque

NOWHERE = np.zeros((192, 192), np.float32)
PALETTES = [palette for style in STYLES for palette in style.palettes]


@pytest.fixture(params=range(len(STYLES)))
def style(request, monkeypatch):
    """Return one style, the only one that is drawn."""
    monkeypatch.setattr(brushwork, "STYLES", (STYLES[request.param],))
    return STYLES[request.param]


def seen(image):
    """Return the colours (h, w, 3) of an image from far."""
    return blur(image[..., :3].astype(np.float32), 4.0)


@pytest.mark.usefixtures("style")
@pytest.mark.parametrize("seed", range(1, 5))
def test_all_of_the_picture_is_painted_in_its_place(seed):
    """Its quarters keep their hues in every palette, up to the edges of the frame."""
    colours = np.full((300, 300, 3), 50)
    colours[:150, :150, 0] = colours[:150, 150:, 1] = colours[150:, :150, 2] = 200
    colours[150:, 150:] = 230
    image = show_brushwork(opaque(colours), NOWHERE, RandomStream(seed))
    assert image.shape == (300, 300, 4)
    assert (image[..., 3] == 255).all()
    places = image[..., :3].astype(int)
    for rows, columns, hue in (
        (slice(10, 140), slice(10, 140), 0),
        (slice(10, 140), slice(160, 290), 1),
        (slice(160, 290), slice(10, 140), 2),
    ):
        assert places[rows, columns].mean((0, 1)).argmax() == hue
    assert places[160:290, 160:290].min(2).mean() > 110
    assert places[:4, :140].mean((0, 1)).argmax() == 0


@pytest.mark.usefixtures("style")
def test_every_size_has_the_same_strokes():
    """Colours, strokes and light are where they are at another size."""
    source = opaque(landscape(512))
    small, large = (
        show_brushwork(resize(source, side, side), NOWHERE, RandomStream(3)) for side in (256, 512)
    )
    shrunk = resize(large, 256, 256)
    assert np.abs(shrunk.astype(int) - small)[..., :3].mean() < 8
    # Few strokes are needed at one size only.
    apart = np.abs(seen(shrunk) - seen(small))
    assert apart.mean() < 2
    assert apart.max() < 40


@pytest.mark.usefixtures("style")
def test_threads_give_the_same_bytes():
    """Kernels that run at the same time do not share anything."""
    image = opaque(landscape(160))
    shows = [partial(show_brushwork, image, NOWHERE, RandomStream(seed)) for seed in (1, 2, 3)]
    with ThreadPoolExecutor(2) as pool:
        together = [one.result() for one in [pool.submit(show) for show in shows]]
    for seed, found in zip((1, 2, 3), together, strict=True):
        np.testing.assert_array_equal(found, show_brushwork(image, NOWHERE, RandomStream(seed)))


@pytest.mark.usefixtures("style")
def test_it_is_paint_and_still_the_picture():
    """Light and dark are where they were; close by it differs everywhere."""
    image = resize(opaque(landscape(400)), 400, 400)
    painted = show_brushwork(image, NOWHERE, RandomStream(2))
    before, after = (seen(one)[..., 1].ravel() for one in (image, painted))
    assert np.corrcoef(before, after)[0, 1] > 0.8
    apart = np.abs(painted[..., :3].astype(int) - image[..., :3]).mean(2)
    assert (apart > 3).mean() > 0.8


@pytest.mark.usefixtures("style")
def test_the_subject_is_painted_with_more_care():
    """More of a faint texture remains where all of it is the subject."""
    rng = np.random.default_rng(1)
    texture = blur(rng.normal(0, 1, (SIDE, SIDE)).astype(np.float32), 3.0)
    levels = (128 + 30 * texture / texture.std()).clip(0, 255)
    image = opaque(np.repeat(levels[..., None], 3, 2).astype(np.uint8))
    kept = []
    for subject in (NOWHERE, NOWHERE + 1):
        painted = show_brushwork(image, subject, RandomStream(1), grey=True)
        light = blur(painted[..., 0].astype(np.float32), 1.5)
        kept.append(np.corrcoef(levels.ravel(), light.ravel())[0, 1])
    assert 1 - kept[1] < 0.8 * (1 - kept[0])


@pytest.mark.usefixtures("style")
def test_a_grey_picture_stays_grey():
    """Neither paint nor canvas has a colour."""
    grey = opaque(np.repeat(landscape(120)[..., 1:2], 3, 2))
    painted = show_brushwork(grey, NOWHERE, RandomStream(1), grey=True)[..., :3].astype(int)
    assert (painted.max(2) - painted.min(2)).max() <= 1


@pytest.mark.parametrize("palette", PALETTES)
def test_palettes_keep_the_order_of_light(palette):
    """From black to white it gets lighter, without a jump."""
    greys = np.repeat(np.arange(256, dtype=np.float32)[None, :, None], 3, 2)
    luma = colour_differences(recoloured(greys, palette._replace(tones=0)))[0][0]
    steps = np.diff(luma)
    assert steps.min() > 0
    assert steps.max() < 2
    assert luma[0] < 60
    assert luma[-1] > 215


@pytest.mark.parametrize("palette", [one for one in PALETTES if one.tones])
def test_few_colours_keep_a_small_thing_of_another_hue(palette):
    """A red berry among leaves stays red, while there are few greens."""
    rng = np.random.default_rng(1)
    leaves = rng.uniform(0.5, 1, (200, 200, 1)) * [90, 160, 60]
    leaves[90:112, 90:112] = [210, 30, 40]
    source = leaves.astype(np.float32)
    few = recoloured(source, palette)
    berry = few[100, 100]
    assert berry[0] > berry[1] + 60
    wide = recoloured(source, palette._replace(tones=0))
    near = np.unique((few[:80] / 2).round(), axis=(0)).size
    assert near <= np.unique((wide[:80] / 2).round(), axis=(0)).size


def test_seeds_differ_in_manner_and_palette():
    """Two pictures of one source are not alike."""
    image = opaque(landscape(96))
    means = [
        seen(show_brushwork(image, NOWHERE, RandomStream(seed))).mean((0, 1)) for seed in range(24)
    ]
    apart = [np.abs(one - other).max() for one in means for other in means if one is not other]
    assert np.median(apart) > 10
