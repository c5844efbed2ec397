"""Tableaus of tiles: their layouts, painting, ornaments and glaze."""

import numpy as np
import pytest

from diabelli.synthesis.core.filters import blur, luma
from diabelli.synthesis.core.resample import resize
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves.painted_tiles import painted_tiles, tableau
from diabelli.synthesis.moves.painted_tiles.motif import BORDERS, CORNERS, ROSETTE, motif
from diabelli.synthesis.moves.painted_tiles.ornament import _add_border, ornament
from diabelli.synthesis.moves.painted_tiles.painted_tiles import (
    HAND,
    calm_places,
    show_painted_tiles,
)
from diabelli.synthesis.moves.painted_tiles.painted_tiles_suitability import Paintable
from diabelli.synthesis.moves.painted_tiles.pigments import PIGMENTS
from diabelli.synthesis.moves.painted_tiles.tableau import (
    BORDERED,
    OPEN,
    ROUND,
    faded,
    fits_ring,
    plan_tableau,
)
from diabelli.synthesis.moves.painted_tiles.tile_painting import carried_lines, paint
from diabelli.synthesis.moves.painted_tiles.tile_tones import WASHES, stepped
from oracles.sources import landscape, opaque

NOWHERE = np.zeros((192, 192), np.float32)
PLAIN = Paintable(NOWHERE, NOWHERE, NOWHERE)


@pytest.fixture(params=[BORDERED, ROUND, OPEN])
def layout(request, monkeypatch):
    """Return one layout, the only one that is made."""
    monkeypatch.setattr(tableau, "LAYOUTS", (request.param,))
    return request.param


def seen(image):
    """Return the luma (h, w) of an image from far."""
    return blur(luma(image), image.shape[0] / 40)


def disc(radius):
    """Return a subject map of a disc in the middle."""
    line = np.linspace(-0.5, 0.5, 192)
    away = np.sqrt(line[:, None] ** 2 + line**2)
    return (away < radius).astype(np.float32)


def plan(delicate=NOWHERE, whole=NOWHERE, seed=1, size=(600, 600), **options):
    """Return a tableau."""
    return plan_tableau(size, whole, delicate, RandomStream(seed), **options)


def test_light_and_dark_stay_where_they_are(layout):
    """It is a painting of the picture, not mirrored, and most of it is white."""
    image = opaque(landscape(400))
    painted = show_painted_tiles(image, disc(0.4), PLAIN, RandomStream(2))
    assert painted.shape == (400, 400, 4)
    assert (painted[..., 3] == 255).all()
    part = slice(100, 300)
    before, after = (seen(one)[part, part].ravel() for one in (image, painted))
    assert np.corrcoef(before, after)[0, 1] > (0.6 if layout == OPEN else 0.3)
    assert (luma(painted) > 190).mean() > 0.3


@pytest.mark.usefixtures("layout")
def test_every_size_has_the_same_composition():
    """Tiles, ornaments, painting and light are where they are at another size."""
    source = opaque(landscape(512))
    small, large = (
        show_painted_tiles(resize(source, side, side), disc(0.3), PLAIN, RandomStream(3))
        for side in (256, 512)
    )
    apart = np.abs(seen(resize(large, 256, 256)) - seen(small))
    assert apart.mean() < 3
    assert apart.max() < 25


@pytest.mark.parametrize("size", [(60, 300), (300, 60), (24, 384), (384, 24), (130, 170)])
def test_every_aspect_has_tiles(size):
    """Long pictures have more tiles along the longer side."""
    for seed in range(6):
        image = opaque(np.full((*size, 3), 90))
        assert show_painted_tiles(image, NOWHERE, PLAIN, RandomStream(seed)).shape == (*size, 4)


def test_a_tableau_is_of_one_pigment(monkeypatch):
    """All of its colours are between glaze and pigment, and pigments differ."""
    hues = set()
    for number in range(len(PIGMENTS)):
        monkeypatch.setattr(painted_tiles, "PIGMENTS", (PIGMENTS[number],) * len(PIGMENTS))
        painted = show_painted_tiles(opaque(landscape(200)), NOWHERE, PLAIN, RandomStream(4))
        colours = painted[..., :3].reshape(-1, 3).astype(int)
        dark = colours[colours.sum(1) < 300]
        assert len(dark) > 50
        assert (np.argmax(dark, 1) == np.argmin(PIGMENTS[number])).mean() > 0.8
        hues.add(tuple(np.median(dark, 0)))
    assert len(hues) == len(PIGMENTS)


def test_seeds_differ():
    """Two pictures of one source are not alike."""
    image = opaque(landscape(96))
    made = [
        show_painted_tiles(image, NOWHERE, PLAIN, RandomStream(seed)).astype(int)
        for seed in range(8)
    ]
    apart = [np.abs(one - other).mean() for one in made for other in made if one is not other]
    assert np.median(apart) > 12


def test_joints_avoid_a_face():
    """No joint crosses a narrow place that is delicate."""
    for share in (0.25, 0.4, 0.5, 0.6):
        face = NOWHERE.copy()
        at = int(share * 192)
        face[at - 9 : at + 9, at - 9 : at + 9] = 8
        for seed in range(6):
            one = plan(face, seed=seed)
            for axis, cuts in enumerate((one.downs, one.acrosses)):
                places = (cuts - one.field[axis]) / one.field[2 + axis]
                places = one.part[axis] + one.part[2 + axis] * places
                assert (np.abs(places - share) > 0.03).all()


def test_layouts_leave_pictures_whole():
    """A ring cuts off no subject, and a fade no detail."""
    corner = NOWHERE.copy()
    corner[:40, :40] = 1
    assert fits_ring(disc(0.4))
    assert not fits_ring(corner)

    def layouts(**options):
        return {plan(seed=seed, **options).layout for seed in range(40)}

    assert layouts() == {BORDERED, ROUND, OPEN}
    assert layouts(whole=corner) == {BORDERED, OPEN}
    assert layouts(size=(400, 900)) == {BORDERED, OPEN}
    assert layouts(may_fade=False) == {BORDERED, ROUND}


def test_a_picture_is_not_stretched():
    """The part that is shown has the aspect of its place."""
    for size in ((600, 600), (400, 900), (700, 520)):
        for seed in range(12):
            one = plan(seed=seed, size=size)
            high, wide = one.part[2] * size[0], one.part[3] * size[1]
            assert high / wide == pytest.approx(one.field[2] / one.field[3], rel=0.01)
            assert min(one.part) >= 0
            assert one.part[0] + one.part[2] <= 1.0001
            assert one.part[1] + one.part[3] <= 1.0001


def test_tiles_are_equal_and_cover_everything():
    """Those of a row or column of the field are; a border has an even number of tiles."""
    for seed in range(12):
        one = plan(seed=seed, size=(500, 800))
        for axis, (cuts, side) in enumerate(((one.downs, 500), (one.acrosses, 800))):
            assert cuts[0] == 0
            assert cuts[-1] == side
            sizes = np.diff(cuts[1:-1] if one.edge else cuts)
            assert sizes.min() > 0.98 * sizes.max()
            if one.edge:
                assert len(one.border[axis]) % 4 == 3
                assert one.border[axis][1] == one.edge


@pytest.mark.parametrize("strokes", BORDERS.values())
def test_a_border_is_symmetric_and_continues_from_tile_to_tile(strokes):
    """Its lines meet at joints and at corners."""
    one = next(one for one in (plan(seed=seed) for seed in range(40)) if one.layout == BORDERED)
    drawn = np.zeros((600, 600), np.float32)
    _add_border(drawn, one, strokes)
    np.testing.assert_allclose(drawn, drawn[:, ::-1], atol=1e-4)
    band = drawn[: one.edge]
    inner = slice(one.edge, -one.edge)
    np.testing.assert_allclose(band[:, inner], drawn.T[: one.edge, inner], atol=1e-4)
    for cut in one.border[1][2:-2]:
        at = round(float(cut))
        assert np.abs(band[:, at - 1] - band[:, at]).mean() < 0.08


def open_tableau():
    """Return a tableau that fades out."""
    return next(one for one in (plan(seed=seed) for seed in range(40)) if one.layout == OPEN)


def test_an_open_painting_fades_out_but_for_things():
    """The subject and detail are painted up to the edges."""
    held = np.zeros((600, 600), np.float32)
    held[400:, 200:400] = 1
    shown = faded(open_tableau(), held, RandomStream(1))
    assert shown[:12].max() < 0.05
    assert shown[250:350, 250:350].min() > 0.95
    assert shown[590:, 220:380].min() > 0.99
    assert shown[:30, :30].max() == 0


def test_ornaments_are_whole_and_in_all_corners_or_in_none():
    """None is cut by the rim, and there is none where a thing is in a corner."""
    nothing = np.zeros((600, 600), np.float32)
    corner = nothing.copy()
    corner[520:, 520:] = 1
    for seed in range(12):
        drawn = ornament(open_tableau(), nothing, (600, 600), RandomStream(seed))
        assert max(drawn[:3].max(), drawn[:, :3].max(), drawn[-3:].max(), drawn[:, -3:].max()) == 0
        for turned in (drawn, drawn[::-1], drawn[:, ::-1], drawn[::-1, ::-1]):
            assert turned[:80, :80].max() > 0.4
        assert ornament(open_tableau(), corner, (600, 600), RandomStream(seed)).max() == 0


def test_tiles_mirror_a_window_on_bare_glaze_alone():
    """Not on a face, nor on a wash."""
    nothing, everywhere = np.zeros((80, 80), np.float32), np.ones((80, 80), np.float32)
    assert calm_places(nothing, nothing).min() == 1
    assert calm_places(nothing, everywhere).max() == 0
    assert calm_places(everywhere, nothing).max() == 0


def test_lines_far_from_all_else_are_left_out():
    """On bare glaze they would float; in a wash they are drawn."""
    kept, density = np.zeros((120, 240), np.float32), np.full((120, 240), 0.2, np.float32)
    kept[:, :80], density[:, 60:80] = 1, 0
    drawn = carried_lines(kept, density)[60]
    assert drawn[10:40].min() > 0.99
    assert drawn[68:72].max() < 0.3
    assert drawn[200:].max() == 0


def test_faces_and_words_are_painted_as_they_are():
    """A thin dark stroke on skin or in a word keeps its contrast, on calm ground less so."""
    picture = np.full((200, 200, 3), 190, np.float32)
    picture[:, 98:102] = 60
    nothing, everywhere = np.zeros((200, 200), np.float32), np.ones((200, 200), np.float32)

    def contrast(skin, words):
        density = paint(picture, nothing, skin, words, nothing, HAND, RandomStream(1))
        return density[60:140, 99:101].mean() - density[60:140, 60:80].mean()

    assert contrast(nothing, nothing) < 0.2
    assert 0.6 < contrast(nothing, everywhere) < 1.5
    assert 0.6 < contrast(everywhere, nothing) < 1.5


def test_detail_of_the_ground_is_painted():
    """A pole is, although all around it is calm and bare glaze."""
    picture = np.full((300, 300, 3), 235, np.float32)
    picture[60:240, 148:152] = 50
    nothing, everywhere = np.zeros((300, 300), np.float32), np.ones((300, 300), np.float32)
    density = paint(picture, nothing, nothing, nothing, everywhere, HAND, RandomStream(1))
    assert density[80:220, 149:151].min() > 0.35
    assert np.median(density[80:220, 40:120]) < 0.1


def test_steps_are_near_the_washes_and_rise():
    """Tones in between move to the nearest wash."""
    line = np.linspace(0, 1.4, 400, dtype=np.float32)[None]
    found = stepped(line)[0]
    assert (np.diff(found) >= -1e-6).all()
    assert found[0] == 0
    assert np.abs(found - line[0]).max() < 0.12
    apart, before = (np.abs(one[:, None] - WASHES).min(1).mean() for one in (found, line[0]))
    assert apart < 0.85 * before


@pytest.mark.parametrize("strokes", [*CORNERS.values(), *BORDERS.values(), ROSETTE])
def test_motifs_fill_their_place_and_leave_glaze(strokes):
    """Each is drawn within its square, and most of that stays white."""
    drawn = motif(strokes, 80, 80, 80)
    assert 0.06 < (drawn > 0.3).mean() < 0.5
    assert drawn.max() <= 1.1
