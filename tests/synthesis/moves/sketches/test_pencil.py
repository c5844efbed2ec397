"""Drawings by hand: tones, strokes and paper, and which photographs suit them."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.picture_border import Insets
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.sketches import manner as manners
from diabelli.synthesis.moves.sketches.manner import MANNERS
from diabelli.synthesis.moves.sketches.pencil import show_pencil
from diabelli.synthesis.moves.sketches.pencil_suitability import find_pencil
from diabelli.synthesis.moves.sketches.pencil_tone import density, tones
from oracles.plain_landscape import plain_analysis
from oracles.sources import landscape, opaque

NOWHERE = np.zeros((192, 192), np.float32)


@pytest.fixture(params=range(len(MANNERS)))
def manner(request, monkeypatch):
    """Return one manner, the only one that is drawn."""
    monkeypatch.setattr(manners, "MANNERS", (MANNERS[request.param],))
    return MANNERS[request.param]


@pytest.fixture(scope="module")
def scene():
    found = survey(landscape(200))
    subject = np.zeros_like(found.subject)
    subject[:120, :120] = 1
    return replace(
        found,
        subject=subject,
        roughness=5.0,
        foliage=0.0,
        person=0.0,
        skin=0.0,
        person_odds=-3.0,
        barred=False,
        grey=False,
        toned=False,
    )


@pytest.fixture(scope="module")
def analysis():
    """Return a picture without lettering, a border or skin."""
    return plain_analysis()


def seen(image):
    """Return the luma (h, w) of an image from far."""
    return blur(luma(image), image.shape[0] / 40)


@pytest.mark.usefixtures("manner")
def test_light_and_dark_stay_where_they_are():
    """It is a drawing of the picture, neither mirrored nor moved."""
    image = resize(opaque(landscape(400)), 400, 400)
    drawn = show_pencil(image, NOWHERE + 1, NOWHERE, RandomStream(2))
    assert drawn.shape == (400, 400, 4)
    assert (drawn[..., 3] == 255).all()
    inner = (slice(60, 340), slice(60, 340))
    before, after = (seen(one)[inner].ravel() for one in (image, drawn))
    assert np.corrcoef(before, after)[0, 1] > 0.7


@pytest.mark.usefixtures("manner")
def test_every_size_has_the_same_strokes():
    """Strokes, rim and light are where they are at another size."""
    source = opaque(landscape(512))
    small, large = (
        show_pencil(resize(source, side, side), NOWHERE + 1, NOWHERE, RandomStream(3))
        for side in (256, 512)
    )
    shrunk = resize(large, 256, 256)
    assert np.abs(shrunk.astype(int) - small)[..., :3].mean() < 8
    assert np.abs(seen(shrunk) - seen(small)).max() < 20


@pytest.mark.usefixtures("manner")
def test_paper_is_bare_at_the_rim():
    """The outermost pixels of a dark picture are hardly drawn."""
    grey = np.full((300, 300, 3), 40)
    grey[::7] = 90
    drawn = luma(show_pencil(opaque(grey), NOWHERE, NOWHERE, RandomStream(1)))
    rim = np.concatenate([drawn[:2].ravel(), drawn[-2:].ravel(), drawn[:, :2].ravel()])
    assert rim.mean() > drawn[100:200, 100:200].mean() + 40


@pytest.mark.usefixtures("manner")
def test_skin_is_drawn_finely():
    """More of a faint texture remains where all of it is skin."""
    rng = np.random.default_rng(1)
    texture = blur(rng.normal(0, 1, (600, 600)).astype(np.float32), 5.0)
    levels = (128 + 35 * texture / texture.std()).clip(0, 255)
    image = opaque(np.repeat(levels[..., None], 3, 2).astype(np.uint8))
    inner, kept = (slice(100, 500), slice(100, 500)), []
    for skin in (NOWHERE, NOWHERE + 1):
        drawn = show_pencil(image, NOWHERE + 1, skin, RandomStream(1), grey=True)
        light = blur(luma(drawn), 1.5)
        kept.append(np.corrcoef(levels[inner].ravel(), light[inner].ravel())[0, 1])
    assert 1 - kept[1] < 0.8 * (1 - kept[0])


def test_a_grey_picture_is_not_drawn_in_colours(monkeypatch):
    """Where coloured pencils are drawn, graphite takes their place."""
    coloured = [one for one in MANNERS if one.pencil is None]
    monkeypatch.setattr(manners, "MANNERS", (MANNERS[0], *coloured))
    image = opaque(np.repeat(landscape(120)[..., 1:2], 3, 2))
    for seed in range(6):
        drawn = show_pencil(image, NOWHERE, NOWHERE, RandomStream(seed), grey=True).astype(int)
        assert (drawn[..., 0] - drawn[..., 2]).min() > -20
        assert (drawn[..., :3].max(2) - drawn[..., :3].min(2)).max() < 30


def test_coloured_pencils_keep_hues(monkeypatch):
    """A red and a blue half stay red and blue."""
    monkeypatch.setattr(manners, "MANNERS", tuple(one for one in MANNERS if one.pencil is None))
    colours = np.full((300, 300, 3), 60)
    colours[:, :150, 0] = colours[:, 150:, 2] = 200
    drawn = show_pencil(opaque(colours), NOWHERE + 1, NOWHERE, RandomStream(1))[..., :3]
    assert drawn[100:200, 60:130].mean((0, 1)).argmax() == 0
    assert drawn[100:200, 170:240].mean((0, 1)).argmax() == 2


def test_density_leaves_its_share_of_light():
    """The share that a density was made for is left."""
    shares = np.linspace(0.01, 1, 50).astype(np.float32)
    left = (1 - density(shares) / 16) ** 16
    np.testing.assert_allclose(left, shares, rtol=1e-3)


def test_dark_skin_stays_darker_than_pale_skin():
    """Faces become lighter, but keep their order."""
    rng = np.random.default_rng(1)
    fine = np.ones((80, 80), np.float32)
    means = [
        tones(
            rng.normal(level, 0.03, (80, 80)).clip(0, 1).astype(np.float32), 0 * fine, fine
        ).mean()
        for level in (0.2, 0.7)
    ]
    assert means[0] < means[1] - 0.2


def test_seeds_differ():
    """Two pictures of one source are not alike."""
    image = opaque(landscape(96))
    means = [
        show_pencil(image, NOWHERE, NOWHERE, RandomStream(seed))[..., :3].mean((0, 1))
        for seed in range(16)
    ]
    apart = [np.abs(one - other).max() for one in means for other in means if one is not other]
    assert np.median(apart) > 10


def test_a_landscape_and_a_face_close_by_suit(scene, analysis):
    """A face that fills a large part of the picture keeps its likeness."""
    assert find_pencil(scene, analysis) is not None
    skin = NOWHERE.copy()
    skin[40:150, 40:150] = 1
    near = replace(analysis, people=analysis.people._replace(skin=skin))
    person = replace(scene, person=1.0, skin=float(skin.mean()))
    found = find_pencil(person, near)
    assert found is not None
    assert found.skin is skin


def test_words_frames_groups_and_small_faces_suit_none(scene, analysis):
    """A drawing would make them illegible or change them."""
    word = analysis.lettering.copy()
    word[20, 20:24] = 0.8
    assert find_pencil(scene, replace(analysis, lettering=word)) is None
    text = replace(analysis.kind, has_text=True)
    assert find_pencil(scene, replace(analysis, kind=text)) is None
    assert find_pencil(scene, replace(analysis, border=Insets(0.01, 0, 0, 0))) is None
    assert find_pencil(replace(scene, barred=True), analysis) is None
    assert find_pencil(replace(scene, person_odds=0.6), analysis) is None
    labels = np.full((GRID, GRID), 0.05, np.float32)
    assert find_pencil(scene, replace(analysis, lettering=labels)) is None
    skin = NOWHERE.copy()
    skin[80:100, 80:100] = 1
    far = replace(analysis, people=analysis.people._replace(skin=skin))
    assert find_pencil(replace(scene, skin=float(skin.mean())), far) is None


def test_sepia_and_fog_suit_none_but_black_and_white_does(scene, analysis):
    """Small faces are not found in sepia, and fog has nothing to be drawn."""
    assert find_pencil(replace(scene, toned=True), analysis) is None
    assert find_pencil(replace(scene, toned=True, grey=True), analysis) is not None


@pytest.mark.parametrize(
    "change", [{"roughness": 16.0}, {"median_luma": 0.15}, {"portrait": 1.0, "skin": 0.1}]
)
def test_heaps_the_dark_and_small_portraits_are_not_drawn(scene, analysis, change):
    """Marks would be a jumble, small things lost, and a cheek hatched over."""
    assert find_pencil(scene, analysis) is not None
    assert find_pencil(replace(scene, **change), analysis) is None


@pytest.mark.parametrize(("share", "suits"), [(0.1, False), (0.5, True), (0.9, False)])
def test_a_subject_has_a_middle_size(scene, analysis, share, suits):
    """Small things are lost, and a subject that fills the frame has no outline."""
    subject = np.zeros_like(scene.subject)
    subject[: int(share * len(subject))] = 1
    assert (find_pencil(replace(scene, subject=subject), analysis) is not None) == suits


def test_a_meadow_is_no_subject_but_an_animal_in_it_is(scene, analysis):
    """Flowers and leaves become a dark jumble."""
    meadow = replace(scene, openness=2.0, foliage=0.3, figure=0.0)
    assert find_pencil(meadow, analysis) is None
    assert find_pencil(replace(meadow, figure=0.1), analysis) is not None
    assert find_pencil(replace(meadow, openness=-1.0), analysis) is not None


def test_the_subject_is_not_lost_in_paper():
    """A pale thing keeps a tone where it is the subject; elsewhere it may become paper."""
    light = np.full((120, 120), 0.8, np.float32)
    light[:20] = 0.2
    light[20:24] = 0.98
    whole, nothing = np.ones_like(light), np.zeros_like(light)
    assert tones(light, nothing, nothing)[80, 60] > 0.9
    assert tones(light, whole, nothing)[80, 60] < 0.85
    assert tones(np.full_like(light, 0.98), whole, nothing).min() > 0.9
