"""Cross-stitches: patterns, threads, the place in the hoop, and where they suit."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.analysis.cut_out import CutOut
from diabelli.synthesis.analysis.lettering import LikeliestLettering
from diabelli.synthesis.analysis.people import People
from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.grid import GRID
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.cross_stitch import cross_stitch_suitability as suitability
from diabelli.synthesis.moves.cross_stitch.backstitch import Lines, stitched, trace
from diabelli.synthesis.moves.cross_stitch.cross_stitch import show_cross_stitch
from diabelli.synthesis.moves.cross_stitch.cross_stitch_suitability import (
    Stitchable,
    beyond,
    find_cross_stitch,
    loss,
    shows_face,
)
from diabelli.synthesis.moves.cross_stitch.motif import ELLIPSE, FULLER, find_motif
from diabelli.synthesis.moves.cross_stitch.needlework import Light, cloth_cell, cross_cell
from diabelli.synthesis.moves.cross_stitch.oklab import from_oklab, to_oklab
from diabelli.synthesis.moves.cross_stitch.pattern import BARE, SPLIT, draw_pattern, shrink
from diabelli.synthesis.moves.cross_stitch.placing import RADIUS, place_scene, place_subject
from diabelli.synthesis.moves.cross_stitch.plain_ground import is_plain
from diabelli.synthesis.moves.cross_stitch.threads import assign_threads, choose_threads, dyed
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape, opaque

NOWHERE = np.zeros((64, 64), np.float32)
MIDDLE = NOWHERE.copy()
MIDDLE[16:48, 16:48] = 1
ALL, WIDE = Stitchable(None), Stitchable(None, is_wide=True)
CUT = Stitchable(CutOut(MIDDLE, MIDDLE))


def shown(image, need=ALL, seed=1, *, grey=False):
    return show_cross_stitch(image, MIDDLE, need, RandomStream(seed), grey=grey)


def square(colour, ground, side=240):
    """Return a square of a colour in the middle of a ground."""
    image = np.full((side, side, 3), ground, np.uint8)
    image[side // 4 : -side // 4, side // 4 : -side // 4] = colour
    return opaque(image)


@pytest.mark.parametrize("need", [ALL, WIDE])
def test_light_and_dark_stay_where_they_are(need):
    """The picture is upright, not mirrored, and in the middle of the hoop."""
    image = opaque(landscape(400))
    seen = blur(luma(shown(image, need)), 10.0)[130:290, 120:280]
    wanted = blur(luma(image), 10.0)[60:-60:2, 60:-60:2]
    wanted = resize(np.repeat(wanted[..., None], 3, 2).astype(np.uint8), 160, 160)[..., 0]
    alike = np.corrcoef(seen.ravel(), wanted.ravel())[0, 1]
    flipped = np.corrcoef(seen.ravel(), wanted[:, ::-1].ravel())[0, 1]
    assert alike > 0.6
    assert alike > flipped


def test_a_subject_alone_is_before_bare_cloth():
    """Its ground is not stitched, and the subject keeps its hue."""
    image = square((200, 40, 40), (30, 60, 200))
    for seed in range(4):
        made = shown(image, CUT, seed).astype(int)
        assert made[100:140, 100:140, 0].mean() > made[100:140, 100:140, 2].mean() + 80
        cloth = made[60:75, 60:75]
        assert np.abs(cloth - np.median(cloth, (0, 1))).mean() < 30
        assert cloth[..., 2].mean() < cloth[..., 0].mean() + 60


@pytest.mark.parametrize("need", [ALL, WIDE, CUT])
@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (16, 16), (16, 256), (1024, 64), (64, 400)])
def test_canvases_of_any_aspect_are_made(shape, need):
    """The result is opaque, and the source is left alone."""
    image = opaque(np.full((*shape, 3), 90))
    before = image.copy()
    for seed in range(3):
        made = shown(image, need, seed)
        assert made.shape == (*shape, 4)
        assert (made[..., 3] == 255).all()
    np.testing.assert_array_equal(image, before)


@pytest.mark.parametrize("need", [ALL, WIDE, CUT])
def test_the_composition_is_the_same_at_every_size(need):
    """A larger canvas shows the same, but finer."""
    source = opaque(landscape(512))
    for seed in range(3):
        small, large = (shown(resize(source, side, side), need, seed) for side in (256, 512))
        apart = resize(large, 64, 64).astype(int) - resize(small, 64, 64)
        assert np.abs(apart).mean() < 5


def test_seeds_make_different_pictures():
    """Cloth, ground and garland differ."""
    image = opaque(landscape(200))
    made = [shown(image, ALL, seed) for seed in range(8)]
    tables = {tuple(one[60:140, :4, :3].mean((0, 1)).round(-1)) for one in made}
    cloths = {tuple(one[22:26, 95:105, :3].mean((0, 1)).round(-1)) for one in made}
    assert len(tables) > 4
    assert len(cloths) > 2


def test_small_dark_things_stay_when_a_picture_is_shrunk():
    """A dark place of a sixteenth of a cross is much darker than the mean."""
    fine = np.full((32, 32, 3), 0.9, np.float32)
    fine[17, 17] = 0
    assert shrink(fine, 4)[4, 4].max() < 0.6
    assert shrink(fine, 4)[0, 0].min() > 0.85


def test_oklab_is_undone():
    """Colours come back, black and white are at the ends, and greys have no hue."""
    colours = np.random.default_rng(1).random((50, 3)).astype(np.float32)
    np.testing.assert_allclose(from_oklab(to_oklab(colours)), colours, atol=2e-3)
    ends = to_oklab(np.array([[0, 0, 0], [1, 1, 1], [0.5, 0.5, 0.5]], np.float32))
    np.testing.assert_allclose(ends[:, 0], [0, 1, 0.63], atol=0.05)
    np.testing.assert_allclose(ends[:, 1:], 0, atol=1e-3)


def test_a_small_thing_of_another_hue_gets_a_thread():
    """Two hundredths of red in a blue and green picture are stitched in red."""
    noise = np.random.default_rng(2).random((50, 50, 3)).astype(np.float32)
    stitches = noise * np.array([0.1, 0.5, 0.6], np.float32)
    stitches[20:27, 20:27] = (0.9, 0.1, 0.1)
    everywhere = np.ones((50, 50), np.bool_)
    threads = choose_threads(stitches, everywhere, 16)
    codes = assign_threads(stitches, threads, np.zeros((50, 50), np.float32), ~everywhere)
    red = dyed(threads)[codes[21:26, 21:26]].mean((0, 1))
    assert red[0] > 0.75
    assert red[1:].max() < 0.25


def test_two_threads_alternate_in_a_gradation_alone():
    """A ramp between two threads is dithered where it is smooth, else divided once."""
    ramp = np.linspace(0.47, 0.53, 40, dtype=np.float32)
    stitches = np.repeat(np.broadcast_to(ramp, (40, 40))[..., None], 3, 2)
    threads = to_oklab(np.array([[0.47] * 3, [0.53] * 3], np.float32))
    nowhere = np.zeros((40, 40), np.bool_)
    near = nowhere.astype(np.float32)
    changes = [
        int(np.abs(np.diff(assign_threads(stitches, threads, near, smooth), axis=1)).sum())
        for smooth in (nowhere, ~nowhere)
    ]
    assert changes[0] == 40
    assert changes[1] > 100


def test_eyes_get_small_crosses_and_bare_cloth_none():
    """A picture of dots is split where they are, and nothing is stitched beyond the disc."""
    image = square((230, 230, 230), (230, 230, 230), 480)
    image[200:204, 200:204, :3] = image[200:204, 260:264, :3] = 10
    motif = find_motif(image, MIDDLE, None, RADIUS, RADIUS)
    pattern = draw_pattern(motif, 8)
    assert (pattern.codes == SPLIT).any()
    assert (pattern.codes == SPLIT).mean() < 0.05
    assert pattern.codes[0, 0] == BARE
    rows, columns = pattern.codes.shape
    assert pattern.codes[rows // 2 + 20, columns // 2 + 20] >= 0


def test_a_ring_is_traced_as_one_closed_line():
    """Its stitches follow it within half a cross, without a gap."""
    line = np.arange(120, dtype=np.float32) - 59.5
    away = np.sqrt(line[:, None] ** 2 + line**2)
    strength = np.maximum(1 - np.abs(away - 40) / 3, 0)
    paths = trace(strength, Lines(0.6, 0.4, 12))
    assert len(paths) == 1
    stitches = stitched(paths[0])
    np.testing.assert_allclose(stitches[1:, :2], stitches[:-1, 2:])
    np.testing.assert_allclose(stitches[-1, 2:], stitches[0, :2])
    ends = stitches[:, :2] - 20
    np.testing.assert_allclose(np.sqrt(np.square(ends).sum(1)), 40 / 3, atol=0.5)


def test_the_hoop_hides_what_the_picture_cuts():
    """A bust that the lower edge cuts ends behind the hoop, with its head within it."""
    mask = np.zeros((200, 200), np.bool_)
    mask[40:110, 70:130] = True
    mask[110:, 30:170] = True
    place = place_subject(mask, RADIUS, RADIUS)
    assert place.left_out < 0.05
    corners = np.array([[40, 70], [40, 130]]) - (place.row, place.column)
    assert (np.square(corners * place.scale / RADIUS).sum(1) < 1).all()
    floating = np.zeros((200, 200), np.bool_)
    floating[80:120, 150:] = True
    assert place_subject(floating, RADIUS, RADIUS).left_out > 0.2


def test_a_long_picture_is_placed_at_its_subject():
    """It fills the hoop, and its subject is in the middle as far as it can be."""
    subject = NOWHERE.copy()
    subject[20:40, 40:50] = 1
    place = place_scene(subject, (200, 600), RADIUS, RADIUS)
    assert place.scale * 200 == pytest.approx(2 * RADIUS)
    assert place.column == pytest.approx(600 * 45 / 64, abs=15)
    assert 96 < place.row < 104


def test_crosses_keep_the_mean_colour_and_lie_across_each_other():
    """A cross is bright along both diagonals and dark beside them."""
    light, cloth = cross_cell(24, Light(-0.8, 0.6))
    assert light.mean() + 0.5 * cloth.mean() == pytest.approx(1, abs=0.01)
    assert light[6, 6] > 1.5 * light[2, 12]
    assert light[6, 17] > 1.5 * light[12, 2]
    holes = cloth_cell(24)
    assert holes[0, 0] < 0.8 * holes[8, 8]


def test_a_thing_before_plain_ground_is_cut_out_alone():
    """Another thing, or a pattern beside it, is not left out."""
    image = square((200, 40, 40), (210, 210, 210), 256)
    coarse = np.zeros((256, 256), np.float32)
    coarse[64:-64, 64:-64] = 1
    outline = CutOut(coarse, coarse)
    assert is_plain(image, outline)
    other = image.copy()
    other[10:40, 10:40, :3] = 20
    assert not is_plain(other, outline)
    stripes = image.copy()
    stripes[50:60, :, :3] = stripes[200:210, :, :3] = 90
    assert not is_plain(stripes, outline)


def enlarged(subject):
    """Return a subject map of the size that scenes have."""
    return np.kron(subject, np.ones((3, 3), np.float32))


@pytest.fixture(scope="module")
def found():
    """Return the scene and the analysis of a landscape that suits, and the landscape."""
    source = landscape(300)
    analysis, mirrored = analyse_source(source, 300, 300)
    shown = photograph.prepare((analysis, mirrored), opaque(source), 0.7)
    scene = replace(
        shown.scene, person_odds=-4.0, figure=0.0, skin=0.0, barred=False, black=0.0,
        roughness=8.0, median_luma=0.5, openness=2.0, toned=False, subject=enlarged(MIDDLE),
    )  # fmt: skip
    analysis = replace(
        analysis,
        contrast=50.0,
        likeliest_lettering=LikeliestLettering(0, 0.5, 0.5),
        _enlarged=0.0,
        kind=replace(analysis.kind, has_text=False),
    )
    return scene, analysis, opaque(source)


def test_pictures_that_crosses_would_spoil_are_refused(found, monkeypatch):
    """Words, faces, animals, frames, sepia, the dark and the rough are."""
    monkeypatch.setattr(suitability, "loss", lambda *_: 0.02)
    scene, analysis, image = found
    assert find_cross_stitch(scene, analysis, image)
    for changes in (
        {"barred": True},
        {"toned": True, "grey": False},
        {"median_luma": 0.1},
        {"black": 0.4},
        {"roughness": 20.0},
        {"person_odds": 0.0},
        {"figure": 0.2, "surface": 0.1},
    ):
        assert not find_cross_stitch(replace(scene, **changes), analysis, image), changes
    page = replace(analysis, likeliest_lettering=LikeliestLettering(0.95, 0.5, 0.5))
    assert not find_cross_stitch(scene, page, image)
    written = replace(analysis, kind=replace(analysis.kind, has_text=True))
    assert not find_cross_stitch(scene, written, image)
    assert not find_cross_stitch(scene, replace(analysis, contrast=10.0), image)
    assert not find_cross_stitch(scene, replace(analysis, _enlarged=0.95), image)


def test_pictures_of_rooms_and_streets_need_one_clear_thing(found, monkeypatch):
    """Without a subject, or with one that takes the upper edge, only the open air suits."""
    monkeypatch.setattr(suitability, "loss", lambda *_: 0.02)
    scene, analysis, image = found
    inside = replace(scene, openness=-1.0)
    assert find_cross_stitch(inside, analysis, image)
    headless = MIDDLE.copy()
    headless[:20, 16:48] = 1
    nothing, headless = enlarged(NOWHERE), enlarged(headless)
    assert find_cross_stitch(replace(scene, subject=nothing), analysis, image)
    assert not find_cross_stitch(replace(inside, subject=nothing), analysis, image)
    assert not find_cross_stitch(replace(inside, subject=headless), analysis, image)
    assert not find_cross_stitch(replace(scene, subject=headless), analysis, image)
    rough = np.random.default_rng(4).integers(0, 255, (300, 300, 3)).astype(np.uint8)
    assert not find_cross_stitch(inside, analysis, opaque(rough))


def test_details_decide_on_the_wreath_and_on_whether_it_suits(found, monkeypatch):
    """Fine ones have no wreath, finer ones are refused."""
    scene, analysis, image = found
    for lost, room in ((0.01, True), (0.042, False)):
        monkeypatch.setattr(suitability, "loss", lambda *_, lost=lost: lost)
        assert find_cross_stitch(scene, analysis, image).has_room == room
    monkeypatch.setattr(suitability, "loss", lambda *_: 0.06)
    assert not find_cross_stitch(scene, analysis, image)


def test_a_subject_in_the_corners_gets_fuller_corners():
    """An ellipse cuts more of it than the fuller curve."""
    corners = np.ones((64, 64), np.float32)
    corners[12:-12] = 0
    assert beyond(corners, ELLIPSE) > 0.4
    assert beyond(corners, FULLER) < 0.6 * beyond(corners, ELLIPSE)
    assert beyond(MIDDLE, ELLIPSE) < 0.01


def test_fine_structure_is_lost_more_than_even_places():
    """Noise of single pixels differs much from its stitches."""
    noise = np.random.default_rng(3).integers(0, 255, (480, 480, 3)).astype(np.uint8)
    even = opaque(np.full((480, 480, 3), 120))
    everywhere = np.ones((64, 64), np.float32)
    assert loss(opaque(noise), everywhere) > 0.05
    assert loss(even, everywhere) < 0.005


def test_bare_skin_of_a_person_is_a_face(found):
    """A large marked thing without skin is an animal; likely persons count without skin, too."""
    scene, _, _ = found
    people = People(np.zeros((192, 192), np.float32), *[np.zeros((GRID, GRID), np.float32)] * 2)
    assert not shows_face(scene, people)
    assert not shows_face(replace(scene, figure=0.5, skin=0.01, person_odds=-1.5), people)
    assert shows_face(replace(scene, figure=0.5, skin=0.3, person_odds=-1.5), people)
    assert shows_face(replace(scene, figure=0.1, skin=0.03, person_odds=-2.0), people)
    assert shows_face(replace(scene, person_odds=-0.5), people)
