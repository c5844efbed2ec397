"""Planner: a seed makes one move, and the variations of a request different ones."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.core.parallel import run_sequentially
from diabelli.synthesis.core.rng import RandomStream, derive_seeds
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.planner import (
    CHANGES,
    MIN_KINDS,
    MIN_STRENGTH,
    SHADOW,
    SHARE_BESIDE_STILL_LIFES,
    TABLES,
    TINT_SHARE,
    SureMove,
    find_moves,
    move_of_seed,
    run_all_moves,
    select_seeds,
    sure_of_all,
    trusted_move,
)
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.still_lifes.still_life import INSTANT_PRINT
from diabelli.synthesis.moves.things import thing
from diabelli.synthesis.pipeline import (
    Orientations,
    Rendering,
    analyse_source,
    plan_variations,
    render_planned,
)
from oracles.sources import landscape


def moves(**weights: float) -> list[SureMove]:
    return [
        SureMove((name,), weight, lambda *_: np.zeros((1, 1, 4), np.uint8))
        for name, weight in weights.items()
    ]


def judged(move: SureMove, trust: float, milder: SureMove | None = None) -> SureMove:
    return replace(move, judge=lambda *_: trust, milder=milder)


def rendered(orientations: Orientations, *, n: int, seed: int) -> dict[int, Rendering]:
    """Return the pictures of a request by seed."""

    def on_step(*_: object) -> None:
        """Ignore progress."""

    planned = plan_variations(
        orientations, n=n, strength=0.5, seed=seed, on_step=on_step, run_parallel=run_sequentially
    )
    return {one.seed: render_planned(one, 64, 64, on_step=on_step) for one in planned}


def drawing() -> np.ndarray:
    source = np.full((200, 200, 3), (250, 240, 220), np.uint8)
    source[60:150, 40:120] = (20, 40, 160)
    return source


def test_moves_are_drawn_by_confidence():
    """A move of three times the confidence is made about three times as often."""
    made = Counter(move_of_seed(moves(one=0.2, other=0.6), seed).name for seed in range(2000))
    assert made["one"] + made["other"] == 2000
    assert 400 < made["one"] < 600


def test_things_on_a_table_are_of_one_kind():
    """Of three variations one is on a table; a second one on a table is another thing."""
    found = moves(glass_ball=1.0, snow_globe=1.0, instant_print=1.0, petals=1.0, window=1.0)
    for seed in range(20):
        seeds = select_seeds(found, derive_seeds(seed, 60), 4)
        made = [move_of_seed(found, one).name for one in seeds]
        assert len({"table" if name in TABLES else name for name in made[:3]}) == 3
        assert len(set(made)) == 4


def test_families_take_turns_in_a_set():
    """The source within another picture is one of four, although this is surer than the others."""
    within = {"jigsaw": 1.0, "painting": 1.0, "instant_print": 1.0, "cinema": 1.0, "golden": 3.0}
    found = moves(petals=0.5, birds=0.5, pencil=0.5, **within)
    for first in range(20):
        seeds = select_seeds(found, derive_seeds(first, 193), 4)
        made = [move_of_seed(found, seed).name for seed in seeds]
        assert len({"petals", "birds", "pencil", "golden"} & set(made)) == 3
        assert len(set(made)) == 4
        assert "golden" not in made[1:]


def test_a_print_is_beside_a_ball_and_a_globe_is_not():
    """Both are spheres on a table, so the globe comes after the print."""
    found = moves(glass_ball=1.0, snow_globe=1.0, instant_print=1.0, jigsaw=1.0)
    for first in range(20):
        seeds = select_seeds(found, derive_seeds(first, 193), 3)
        made = {move_of_seed(found, seed).name for seed in seeds}
        assert {"jigsaw", "instant_print"} < made


def test_a_picture_close_to_the_source_comes_after_other_things_on_a_table():
    """Judges call another frame, a composition and low sun the source."""
    found = moves(glass_ball=1.0, snow_globe=1.0, instant_print=1.0, golden=1.0, composition=1.0)
    for first in range(20):
        seeds = select_seeds(found, derive_seeds(first, 193), 5)
        made = [move_of_seed(found, seed).name for seed in seeds]
        assert len(set(made)) == 5
        assert {"golden", "composition"}.isdisjoint(made[1:3])


def test_a_set_has_shadows_once():
    """Those of a window, of a blind and of leaves look alike, with bubbles, too."""
    found = moves(
        window=1.0, blinds=1.0, leaf_shade=1.0, petals=0.3, birds=0.3, cinema=0.3, pencil=0.3
    )
    found.append(SureMove(("window", "bubbles"), 1.0, None))
    for first in range(20):
        seeds = select_seeds(found, derive_seeds(first, 193), 4)
        made = [move_of_seed(found, seed) for seed in seeds]
        assert sum(move.kind == SHADOW for move in made) == 1


@pytest.mark.parametrize(
    ("lights", "tints"),
    [
        ([], ["dusk", "golden"]),
        (["window"], []),
    ],
)
def test_tints_are_made_where_few_others_are_sure(monkeypatch, lights, tints):
    """One more of the others is a print."""
    orientations = analyse_source(landscape(100), 64, 64)
    scene = replace(survey(landscape(100)), person=0.0)
    weights = dict.fromkeys(("dusk", "golden", *lights), 1.0)
    shown = photograph.Photograph(orientations, scene, weights, [], frozenset())
    monkeypatch.setattr(photograph, "prepare", lambda *_: shown)
    names = {move.names for move in find_moves(orientations, 1.0) if len(move.names) == 1}
    assert names - {("composition",)} == {(name,) for name in (*lights, *tints, INSTANT_PRINT)}


def test_without_moves_a_seed_makes_none():
    """The engine then composes the source's parts."""
    assert move_of_seed([], 1) is None


@pytest.mark.parametrize("n", [1, 4, 10])
def test_selected_seeds_start_with_the_first_and_make_different_moves(n):
    """The move of a seed is the same in every selection."""
    choice = moves(a=0.5, b=0.5, c=0.3)
    seeds = derive_seeds(7, 1 + 3 * (n - 1))
    chosen = select_seeds(choice, seeds, n)
    assert len(set(chosen)) == n
    assert chosen[0] == 7
    made = Counter(move_of_seed(choice, seed).name for seed in chosen)
    assert max(made.values()) <= 1 + n // 2
    assert n < 4 or len(made) == 3


def test_a_move_that_comes_twice_is_the_surest():
    """The fourth of three kinds is of the kind with the greatest confidence."""
    choice = moves(seldom=0.5, often=3.0)
    for first in range(5):
        chosen = select_seeds(choice, derive_seeds(first, 65), 4)
        made = Counter(move_of_seed(choice, seed).name for seed in chosen)
        assert made == {"often": 3, "seldom": 1}


def test_mild_variations_make_no_move():
    """Below MIN_STRENGTH the arrangement is kept."""
    for source in (drawing(), landscape(100)):
        orientations = analyse_source(source, 64, 64)
        assert find_moves(orientations, MIN_STRENGTH)
        assert not find_moves(orientations, MIN_STRENGTH - 0.01)


def test_a_landscape_gets_no_treatment_of_drawings():
    """Its ground is not even, so no move of drawings is sure of it."""
    found = find_moves(analyse_source(landscape(100), 64, 64), 1.0)
    changes = {change for move in found for change in move.names}
    assert changes <= {"composition", *CHANGES}
    assert len(found) > 2
    assert len(found) >= MIN_KINDS


def test_a_picture_of_few_lights_is_also_composed(monkeypatch):
    """The composition adds other pictures to one light and a print, and is made seldom."""
    monkeypatch.setattr(photograph, "find_things", lambda *_: frozenset())
    monkeypatch.setattr(photograph, "find_remakes", lambda *_: {INSTANT_PRINT: True})
    monkeypatch.setattr(photograph, "_lights", lambda *_: {"dusk": 1.0})
    source = np.clip(landscape(100) + np.array((60, 0, -60)), 0, 255).astype(np.uint8)
    found = find_moves(analyse_source(source, 100, 100), 0.5)
    assert [move.name for move in found] == ["dusk", INSTANT_PRINT, "composition"]
    dusk, still, composed = (move.confidence for move in found)
    assert 0 < composed < 0.1 * (dusk + still)
    assert dusk / (dusk + still) == pytest.approx(TINT_SHARE)
    with pytest.raises(ValueError, match="candidate"):
        found[-1].render(1, 0.5, 64, 64)


def test_a_picture_without_a_light_is_a_print_or_composed(monkeypatch):
    """Prints alone would be alike."""
    orientations = analyse_source(landscape(100), 64, 64)
    scene = replace(survey(landscape(100)), person=0.0)
    shown = photograph.Photograph(orientations, scene, {}, [], frozenset())
    monkeypatch.setattr(photograph, "prepare", lambda *_: shown)
    still, composed = find_moves(orientations, 1.0)
    assert (still.name, composed.name) == (INSTANT_PRINT, "composition")
    share = still.confidence / (still.confidence + composed.confidence)
    assert share == pytest.approx(1 / (1 + SHARE_BESIDE_STILL_LIFES))


def test_a_person_without_a_light_gets_another_frame_or_a_print(monkeypatch):
    """Each once: names of moves differ."""
    orientations = analyse_source(landscape(100), 64, 64)
    person = replace(survey(landscape(100)), person=1.0)
    shown = photograph.Photograph(orientations, person, {}, [], frozenset())
    monkeypatch.setattr(photograph, "prepare", lambda *_: shown)
    found = [move.name for move in find_moves(orientations, 1.0)]
    assert found == [INSTANT_PRINT, photograph.FRAME]


def test_a_trusted_move_is_made():
    """The first of equal trust, and no other is judged."""
    first, other = (judged(move, 1.0) for move in moves(first=1.0, other=1.0))
    for seed in range(9):
        made = trusted_move([first, other], seed, 0.5)
        assert made is move_of_seed([first, other], seed)


def test_the_most_trusted_of_the_drawn_moves_is_made():
    """Moves of small confidence are tried, too."""
    trusts = {"broken": 0.0, "doubtful": 0.6, "better": 0.8}
    choice = [judged(move, trusts[move.name]) for move in moves(broken=9, doubtful=1, better=1)]
    choice.append(*moves(last=1e-9))
    made = {getattr(trusted_move(choice, seed, 0.5), "name", "") for seed in range(9)}
    assert made == {"better"}


def test_a_milder_move_comes_before_another_one():
    """It is most of what the seed has drawn, as a low sun without its bubbles."""
    sun, dusk, mixed = moves(sun=1.0, dusk=1e-9, mixed=1.0)
    choice = [judged(mixed, 0.4, milder=judged(sun, 1.0)), judged(dusk, 1.0)]
    assert getattr(trusted_move(choice, 1, 0.5), "name", "") == "sun"


def test_the_last_rung_is_made_where_nothing_is_trusted():
    """It is the last move, though it is never drawn."""
    bad, last = moves(bad=1.0, last=0.0)
    assert move_of_seed([bad, last], 1) is bad
    assert trusted_move([judged(bad, 0.4), last], 1, 0.5) is last


def test_a_doubtful_move_is_made_rather_than_the_last_rung():
    """The last rung is the least new."""
    doubtful, last = moves(doubtful=1.0, last=1e-9)
    doubtful = judged(doubtful, 0.6)
    assert trusted_move([doubtful, last], 1, 0.5) is doubtful


def test_trust_is_the_same_at_every_size():
    """A seed makes one picture, however large."""
    small, large = (
        find_moves(analyse_source(landscape(200), side, side), 0.5) for side in (64, 300)
    )
    assert [move.names for move in small] == [move.names for move in large]
    for one, other in zip(small, large, strict=True):
        assert one.trust(1, 0.5) == other.trust(1, 0.5)


def test_refused_moves_are_composed_and_named_so(monkeypatch):
    """Alone and among ten a seed makes one picture, which the names of its changes describe."""
    monkeypatch.setattr(photograph, "find_things", lambda *_: frozenset({thing.BIRDS}))
    monkeypatch.setattr(photograph, "trust", lambda _, names, *__: float("golden" not in names))
    orientations = analyse_source(landscape(100), 64, 64)
    names = [move.names for move in find_moves(orientations, 0.5)]
    assert any("golden" in one for one in names)
    among_ten = rendered(orientations, n=10, seed=3)
    assert not any("golden" in one.moves for one in among_ten.values())
    for seed in list(among_ten)[:3]:
        alone = rendered(orientations, n=1, seed=seed)[seed]
        assert alone.moves == among_ten[seed].moves
        assert alone.image.tobytes() == among_ten[seed].image.tobytes()
    monkeypatch.setattr(photograph, "trust", lambda *_: 0.0)
    composed = rendered(orientations, n=1, seed=3)[3]
    assert "layout" in composed.moves


@pytest.fixture(scope="module")
def sure():
    """Return a photograph of which all moves are sure."""
    studied = analyse_source(landscape(160), 160, 160)
    return sure_of_all(photograph.prepare(studied, studied[0].image_at(160, 160), 0.5))


@pytest.mark.parametrize("name", CHANGES)
def test_threads_give_the_same_bytes(sure, name):
    """Kernels that run at the same time do not share anything."""

    def render(seed: int) -> np.ndarray:
        return photograph.render(sure, (name,), 0.5, RandomStream(seed), 160, 160)

    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(render, range(4)))
    for seed, found in enumerate(together):
        np.testing.assert_array_equal(found, render(seed))


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize(("height", "width"), [(1, 4096), (4096, 1), (3, 1500), (1, 1)])
def test_moves_render_at_every_aspect_ratio(sure, name, height, width):
    """In seconds, however long the picture is."""
    image = photograph.render(sure, (name,), 0.5, RandomStream(1), height, width)
    assert image.shape == (height, width, 4)


def test_all_moves_run_at_warm_up(monkeypatch):
    """Small pictures are enough for each move of a photograph."""
    run: set[str] = set()
    render = photograph.render

    def recorded(shown, names, *rest):
        run.update(names)
        return render(shown, names, *rest)

    monkeypatch.setattr(photograph, "render", recorded)
    run_all_moves()
    assert run == set(CHANGES)
