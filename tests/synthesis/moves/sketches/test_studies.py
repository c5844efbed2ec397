"""Pages of studies: their layout, their drawing, and which photographs suit them."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.picture_border import NO_BORDER, Insets
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.sketches import manner as manners
from diabelli.synthesis.moves.sketches.bust import find_bust
from diabelli.synthesis.moves.sketches.manner import MANNERS
from diabelli.synthesis.moves.sketches.page import SMALL_SIZES, plan_page
from diabelli.synthesis.moves.sketches.studies import show_studies
from diabelli.synthesis.moves.sketches.studies_suitability import find_studies
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape, opaque

SIDE = 300


def portrait(side=SIDE, top=0.12):
    """Return a dummy before a pale ground, its person map, and its skin: a face and shoulders."""
    rows, columns = (np.mgrid[:side, :side] + 0.5) / side
    face = np.hypot((rows - top - 0.25) / 0.25, (columns - 0.5) / 0.2) < 1
    torso = np.hypot((rows - top - 0.95) / 0.45, (columns - 0.5) / 0.4) < 1
    colours = np.where(face[..., None], (225, 170, 140), (60, 70, 110))
    eyes = np.hypot(rows - top - 0.22, np.abs(columns - 0.5) - 0.08) < 0.025
    colours = np.where(eyes[..., None], 40, colours)
    stripes = 20 * np.sin(rows * 70)[..., None] * (torso & ~face)[..., None]
    colours = np.where((face | torso)[..., None], colours + stripes, 215)
    marked = (face | torso).astype(np.float32)
    return opaque(colours.clip(0, 255).astype(np.uint8)), marked, face.astype(np.float32)


def bust_of(image, marked, skin):
    """Return the bust of a dummy."""
    found = find_bust(image, np.ascontiguousarray(marked), skin)
    assert found is not None
    return found


@pytest.fixture(params=range(len(MANNERS)))
def manner(request, monkeypatch):
    """Return one manner, the only one that is drawn."""
    monkeypatch.setattr(manners, "MANNERS", (MANNERS[request.param],))
    return MANNERS[request.param]


@pytest.mark.parametrize("size", [(600, 600), (450, 800), (800, 450)])
@pytest.mark.parametrize("seed", range(6))
def test_studies_of_a_page_have_room(size, seed):
    """Both are on the page, neither covers the other, and the small one is not too small."""
    drawn = bust_of(*portrait()).drawn
    main, small = plan_page(drawn, size, RandomStream(seed))
    page = np.zeros(size)
    for place in (main, small):
        assert place.top >= 0
        assert place.left >= 0
        part = page[place.top : place.top + place.rows, place.left : place.left + place.columns]
        assert part.shape == (place.rows, place.columns)
        # The middle of its rectangle is filled by the person.
        part[place.rows // 5 : -place.rows // 5, place.columns // 3 : -place.columns // 3] += 1
    assert page.max() == 1
    assert SMALL_SIZES[-1] - 0.02 < small.rows / main.rows < SMALL_SIZES[0] + 0.02


@pytest.mark.usefixtures("manner")
def test_the_ground_is_not_drawn():
    """The page is the same before two grounds, but for the rim."""
    plain, marked, skin = portrait()
    bust = bust_of(plain, marked, skin)
    striped = plain.copy()
    away = blur(marked, 3.0) < 0.001
    striped[:, ::20, :3][away[:, ::20]] = 40
    pages = [
        blur(luma(show_studies(image, bust, RandomStream(3))), 1.0) for image in (plain, striped)
    ]
    assert pages[0].std() > 12
    assert (np.abs(pages[0] - pages[1]) > 20).mean() < 0.01


@pytest.mark.usefixtures("manner")
def test_a_person_keeps_proportions_and_sides():
    """The large study resembles the source where it is on the page, and is not mirrored."""
    image, marked, skin = portrait(400)
    image[:200, 200:, :3] = (image[:200, 200:, :3] * 0.55).astype(np.uint8)
    bust = bust_of(image, marked, skin)
    page = luma(show_studies(image, bust, RandomStream(3), grey=True))
    best = {}
    for name, source in (("same", image), ("mirrored", image[:, ::-1])):
        face = luma(source)[48:220:4, 120:280:4]
        found = []
        for scale in np.linspace(0.6, 1.4, 17):
            rows, columns = (max(round(n * scale), 8) for n in face.shape)
            sample = np.asarray(resize(face.astype(np.uint8)[..., None], rows, columns))[..., 0]
            small = page[::4, ::4]
            windows = np.lib.stride_tricks.sliding_window_view(small, (rows, columns))
            flat = windows.reshape(*windows.shape[:2], -1)
            flat = flat - flat.mean(2, keepdims=True)
            wanted = sample.ravel() - sample.mean()
            norm = np.sqrt((flat**2).sum(2) * (wanted**2).sum()) + 1e-6
            found.append(((flat @ wanted) / norm).max())
        best[name] = max(found)
    assert best["same"] > 0.5
    assert best["same"] > best["mirrored"]


@pytest.mark.usefixtures("manner")
def test_every_size_has_the_same_page():
    """Studies and strokes are where they are at another size."""
    image, marked, skin = portrait(600)
    bust = bust_of(image, marked, skin)
    small, large = (
        show_studies(resize(image, side, side), bust, RandomStream(5)) for side in (256, 512)
    )
    shrunk = resize(large, 256, 256)
    assert np.abs(shrunk.astype(int) - small)[..., :3].mean() < 6
    assert np.abs(blur(luma(shrunk), 6.0) - blur(luma(small), 6.0)).max() < 20


def test_seeds_differ():
    """Two pages of one source are not alike."""
    image, marked, skin = portrait(240)
    bust = bust_of(image, marked, skin)
    pages = [blur(luma(show_studies(image, bust, RandomStream(seed))), 6.0) for seed in range(6)]
    apart = [np.abs(one - other).max() for one in pages for other in pages if one is not other]
    assert min(apart) > 20


def test_a_grey_picture_is_not_drawn_in_colours():
    """No page of a black and white photograph has a blue that is not the paper's."""
    image, marked, skin = portrait(120)
    bust = bust_of(image, marked, skin)
    for seed in range(8):
        page = show_studies(image, bust, RandomStream(seed), grey=True).astype(int)
        assert (page[..., 2] - page[..., 0]).max() < 40


def test_a_cut_person_fades_below_the_face():
    """It has no edge where the picture ends, and the chin is drawn."""
    for top, chin in ((0.12, 0.6), (0.42, 0.9)):
        bust = bust_of(*portrait(top=top))
        assert [fade > 0 for fade in bust.fades] == [False, True, False, False]
        middle = bust.drawn[:, bust.drawn.shape[1] // 2]
        assert middle[-1] < 0.05
        assert middle[round(chin * len(middle))] > 0.5


def test_things_behind_a_head_are_left_out():
    """A dark thing that touches the hair is no part of it, and neither are other things."""
    image, marked, skin = portrait()
    image[20:60, 150:200, :3] = (60, 70, 110)
    image[5:30, 5:30, :3] = 70
    marked[5:30, 5:30] = 1
    bust = bust_of(image, marked, skin)
    scale = len(bust.matte) / SIDE
    assert bust.matte[round(28 * scale), round(190 * scale)] < 0.1
    assert bust.matte[round(15 * scale), round(15 * scale)] < 0.1


@pytest.fixture(scope="module")
def scene():
    """Return a scene of one person whose outline is sure."""
    image, marked, _ = portrait()
    return replace(
        survey(image),
        subject=at_side(marked, 192),
        openness=-3.0,
        person=1.0,
        person_odds=-1.0,
        barred=False,
        grey=False,
        toned=False,
    )


def at_side(marked, side):
    """Return a map of another side."""
    at = ((np.arange(side) + 0.5) / side * len(marked)).astype(int)
    return np.ascontiguousarray(marked[np.ix_(at, at)], np.float32)


@pytest.fixture(scope="module")
def analysis():
    """Return a picture with one face, without lettering or a border."""
    found = analyse_source(landscape(200), 200, 200)[0]
    kind, nothing = replace(found.kind, has_text=False), np.zeros((GRID, GRID), np.float32)
    people = found.people._replace(skin=at_side(portrait()[2], 192))
    return replace(found, kind=kind, lettering=nothing, border=NO_BORDER, people=people)


@pytest.fixture
def suits(scene, analysis):
    """Return a function that decides whether a dummy suits after changes."""

    def decide(person=None, skin=None, top=0.12, image=None, scene=scene, **change):
        source, marked, _ = portrait(top=top)
        person = marked if person is None else person
        scene = replace(scene, persons=at_side(person, 256))
        changed = replace(analysis, **change)
        if skin is not None:
            people = changed.people._replace(skin=at_side(skin, 192))
            changed = replace(changed, people=people)
        return find_studies(scene, changed, source if image is None else image) is not None

    return decide


def test_a_bust_suits(suits, scene):
    """In colours and in black and white."""
    assert suits()
    assert suits(scene=replace(scene, toned=True, grey=True))


def test_words_frames_groups_things_and_sepia_suit_none(suits, scene, analysis):
    """A drawing would make them illegible or change them."""
    word = analysis.lettering.copy()
    word[40, 30:34] = 0.8
    assert not suits(lettering=word)
    beside = analysis.lettering.copy()
    beside[2, 2:6] = 0.8
    assert suits(lettering=beside)
    assert not suits(kind=replace(analysis.kind, has_text=True))
    assert not suits(border=Insets(0.01, 0, 0, 0))
    for change in (
        {"barred": True},
        {"person_odds": 0.6},
        {"person_odds": -2.4},
        {"person": 0.0},
        {"toned": True},
    ):
        assert not suits(scene=replace(scene, **change))


def test_small_faces_and_hands_suit_none(suits):
    """A small face loses its likeness, and hands hold what the map of persons leaves out."""
    face = portrait()[2]
    small = np.zeros_like(face)
    small[90:115, 140:160] = 1
    assert not suits(skin=small)
    hands = face.copy()
    hands[:, 150:][:120] = 0
    hands[190:] = 1
    assert not suits(skin=hands)


def test_a_face_at_the_lower_edge_suits_none(suits, scene):
    """Its chin would fade."""
    for top, expected in ((0.3, True), (0.48, False)):
        _, marked, face = portrait(top=top)
        low = replace(scene, subject=at_side(marked, 192))
        assert suits(scene=low, top=top, skin=face) == expected


def test_fur_suits_none(suits):
    """Skin is smooth; fur of its colour is not."""
    image = portrait()[0]
    noise = np.random.default_rng(1).integers(-25, 26, (SIDE, SIDE, 1))
    rough = image.copy()
    rough[..., :3] = (image[..., :3].astype(int) + noise).clip(0, 255)
    assert not suits(image=rough)


def test_unsure_outlines_and_cut_heads_suit_none(suits, scene):
    """Subject map and person map disagree, the head is cut, or the person is not cut at all."""
    marked = portrait()[1]
    subject = scene.subject.copy()
    subject[150:, 150:] = 1
    subject[:60, :60] = 1
    assert not suits(scene=replace(scene, subject=subject))
    assert not suits(scene=replace(scene, subject=at_side(portrait(top=-0.2)[1], 192)), top=-0.2)
    floating = marked.copy()
    floating[270:] = 0
    image = portrait()[0]
    image[270:, :, :3] = 215
    assert not suits(
        scene=replace(scene, subject=at_side(floating, 192)), person=floating, image=image
    )
