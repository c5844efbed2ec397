"""Planner: the moves that suit a source."""

from dataclasses import replace

import numpy as np
import pytest

from diabelli.synthesis.core.parallel import run_sequentially
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.planner import (
    MIN_KINDS,
    MIN_STRENGTH,
    SHARE_BESIDE_STILL_LIFES,
    TINT_SHARE,
    find_moves,
)
from diabelli.synthesis.moves.remakes import WITHIN_A_PICTURE, remakes_of_any
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.still_lifes.still_life import INSTANT_PRINT
from diabelli.synthesis.moves.things import thing
from diabelli.synthesis.moves.warm_up import CHANGES
from diabelli.synthesis.pipeline import (
    Orientations,
    Rendering,
    analyse_source,
    plan_variations,
    render_planned,
)
from oracles.sources import landscape


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


def test_mild_variations_make_no_move():
    """Below MIN_STRENGTH the arrangement is kept."""
    for source in (drawing(), landscape(100)):
        orientations = analyse_source(source, 64, 64)
        assert find_moves(orientations, MIN_STRENGTH)
        assert not find_moves(orientations, MIN_STRENGTH - 0.01)


def test_a_shaded_drawing_is_also_within_other_pictures():
    """It has one treatment, so its variations would be alike; one with flat ink has others."""
    shaded = np.full((200, 200, 3), 250, np.uint8)
    shaded[60:150, 40:120] = np.linspace(40, 200, 80)[None, :, None]
    names = {move.name for move in find_moves(analyse_source(shaded, 64, 64), 1.0)}
    assert "badge" in names
    assert len(names & WITHIN_A_PICTURE) >= MIN_KINDS
    assert names <= {"badge"} | WITHIN_A_PICTURE
    flat = {move.name for move in find_moves(analyse_source(drawing(), 64, 64), 1.0)}
    assert not flat & WITHIN_A_PICTURE


def test_a_landscape_gets_no_treatment_of_drawings():
    """Its ground is not even, so no move of drawings suits it."""
    found = find_moves(analyse_source(landscape(100), 64, 64), 1.0)
    changes = {change for move in found for change in move.names}
    assert changes <= {"composition", *CHANGES}
    assert len(found) > 2
    assert len(found) >= MIN_KINDS


def test_a_picture_of_few_lights_is_also_composed(monkeypatch):
    """The composition adds other pictures to one light and a print, and is made seldom."""
    monkeypatch.setattr(photograph, "find_things", lambda *_: frozenset())
    monkeypatch.setattr(photograph, "find_remakes", lambda *_: remakes_of_any([INSTANT_PRINT]))
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
