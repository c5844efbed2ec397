"""Selection of seeds: a seed makes one move, and the variations of a request different ones."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.core.rng import derive_seeds
from diabelli.synthesis.moves.seed_selection import select_seeds, trusted_move
from diabelli.synthesis.moves.suitable_move import ITSELF, SHADOW, TABLES, WITHIN, SuitableMove


def moves(**weights: float) -> list[SuitableMove]:
    return [
        SuitableMove((name,), weight, lambda *_: np.zeros((1, 1, 4), np.uint8))
        for name, weight in weights.items()
    ]


def move_of_seed(found: list[SuitableMove], seed: int) -> SuitableMove | None:
    """Return the move that a seed makes of moves that are always trusted."""
    return trusted_move([replace(move, judge=None) for move in found], seed, 1.0)


def judged(
    move: SuitableMove, trust: float, without_thing: SuitableMove | None = None
) -> SuitableMove:
    return replace(move, judge=lambda *_: trust, without_thing=without_thing)


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
    """A medium and a sphere come before the source on a thing, although this is surer."""
    within = {"jigsaw": 1.0, "painting": 1.0, "cake": 1.0, "cinema": 1.0, "golden": 3.0}
    found = moves(coffee=0.5, glass_ball=0.5, lanterns=0.5, **within)
    for first in range(20):
        seeds = select_seeds(found, derive_seeds(first, 193), 4)
        made = [move_of_seed(found, seed).name for seed in seeds]
        assert {"coffee", "glass_ball", "lanterns"} < set(made)
        assert "golden" not in made[1:]


@pytest.mark.parametrize("slight", ["bubbles", "birds", "petals", "leaf_shade", "dusk+birds"])
def test_hardly_new_pictures_are_once_in_a_set(slight):
    """Critics call another light, a season and things in front of the source hardly new."""
    found = moves(jigsaw=1.0, cinema=1.0, cake=1.0, mural=1.0, balloons=3.0)
    found.append(SuitableMove(tuple(slight.split("+")), 3.0, None))
    for first in range(20):
        seeds = select_seeds(found, derive_seeds(first, 193), 5)
        made = [move_of_seed(found, seed) for seed in seeds]
        assert sum(move.family == ITSELF for move in made[1:4]) <= 1
        assert sum(move.family == WITHIN for move in made) >= 2


def test_a_print_comes_after_three_other_things():
    """All photographs suit it, so it would be in nearly every set."""
    found = moves(instant_print=3.0, jigsaw=1.0, cinema=1.0, cake=1.0, mural=1.0)
    for first in range(20):
        seeds = select_seeds(found, derive_seeds(first, 193), 4)
        assert "instant_print" not in {move_of_seed(found, seed).name for seed in seeds[1:]}


def test_water_is_one_family_in_any_light():
    """Two pictures with water in a set would be one idea."""
    found = moves(coffee=1.0, mosaic=1.0, jigsaw=1.0)
    found += [SuitableMove(("water", *light), 3.0, None) for light in ((), ("golden",), ("dusk",))]
    for first in range(20):
        seeds = select_seeds(found, derive_seeds(first, 193), 4)
        made = [move_of_seed(found, seed).names[0] for seed in seeds]
        assert {"coffee", "mosaic", "jigsaw"} < set(made)


def test_one_of_four_is_the_source_within_a_picture_where_three_media_are_sure():
    """Critics call the source on a thing the source."""
    within = {"jigsaw": 3.0, "painting": 3.0, "instant_print": 3.0, "cinema": 3.0}
    found = moves(coffee=0.5, mosaic=0.5, cyanotype=0.5, **within)
    for first in range(20):
        seeds = select_seeds(found, derive_seeds(first, 193), 4)
        made = {move_of_seed(found, seed).name for seed in seeds}
        assert {"coffee", "mosaic", "cyanotype"} < made


def test_a_print_is_beside_a_ball_and_a_globe_is_not():
    """Both are spheres on a table, so the globe comes after the print."""
    found = moves(glass_ball=1.0, snow_globe=1.0, instant_print=1.0, jigsaw=1.0)
    for first in range(20):
        seeds = select_seeds(found, derive_seeds(first, 193), 3)
        made = {move_of_seed(found, seed).name for seed in seeds}
        assert {"jigsaw", "instant_print"} < made


def test_a_set_has_one_screen():
    """A television set beside a cinema is the same idea."""
    found = moves(cinema=1.0, television=1.0, mural=1.0, cake=1.0, jigsaw=1.0)
    for first in range(20):
        seeds = select_seeds(found, derive_seeds(first, 193), 4)
        made = {move_of_seed(found, seed).name for seed in seeds}
        assert {"mural", "cake", "jigsaw"} < made


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
        window=1.0, blinds=1.0, leaf_shade=1.0, petals=0.3, birds=0.3, cinema=0.3, coffee=0.3
    )
    found.append(SuitableMove(("window", "bubbles"), 1.0, None))
    for first in range(20):
        seeds = select_seeds(found, derive_seeds(first, 193), 4)
        made = [move_of_seed(found, seed) for seed in seeds]
        assert sum(move.kind == SHADOW for move in made) == 1


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


def test_a_trusted_move_is_made():
    """The first of equal trust, and no other is judged."""
    first, other = (judged(move, 1.0) for move in moves(first=1.0, other=1.0))
    for seed in range(9):
        made = trusted_move([first, other], seed, 0.5)
        assert getattr(made, "name", "") == move_of_seed([first, other], seed).name


def test_the_most_trusted_of_the_drawn_moves_is_made():
    """Moves of small confidence are tried, too."""
    trusts = {"broken": 0.0, "doubtful": 0.6, "better": 0.8}
    choice = [judged(move, trusts[move.name]) for move in moves(broken=9, doubtful=1, better=1)]
    choice.append(*moves(last=1e-9))
    made = {getattr(trusted_move(choice, seed, 0.5), "name", "") for seed in range(9)}
    assert made == {"better"}


def test_a_move_without_its_thing_comes_before_another_one():
    """It is most of what the seed has drawn, as a low sun without its bubbles."""
    sun, dusk, mixed = moves(sun=1.0, dusk=1e-9, mixed=1.0)
    choice = [judged(mixed, 0.4, without_thing=judged(sun, 1.0)), judged(dusk, 1.0)]
    assert getattr(trusted_move(choice, 1, 0.5), "name", "") == "sun"


def test_the_last_rung_is_made_where_nothing_is_trusted():
    """It is the last move, though it is never drawn."""
    bad, last = moves(bad=1.0, last=0.0)
    assert trusted_move([bad, last], 1, 0.5) is bad
    assert trusted_move([judged(bad, 0.4), last], 1, 0.5) is last


def test_a_doubtful_move_is_made_rather_than_the_last_rung():
    """The last rung is the least new."""
    doubtful, last = moves(doubtful=1.0, last=1e-9)
    doubtful = judged(doubtful, 0.6)
    assert trusted_move([doubtful, last], 1, 0.5) is doubtful
