"""Warm-up: every move of a photograph, at every aspect ratio and on several threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.remakes import REMAKES
from diabelli.synthesis.moves.warm_up import CHANGES, run_all_moves, suited_by_all
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape

STRIPS = [(1, 4096), (4096, 1), (3, 1500), (3, 400)]


@pytest.fixture(scope="module")
def sure():
    """Return a photograph that all moves suit."""
    studied = analyse_source(landscape(160), 160, 160)
    return suited_by_all(photograph.prepare(studied, studied[0].image_at(160, 160), 0.5))


@pytest.mark.parametrize("name", CHANGES)
def test_threads_give_the_same_bytes(sure, name):
    """Kernels that run at the same time do not share anything."""

    def render(seed: int) -> np.ndarray:
        return photograph.render(sure, (name,), 0.5, RandomStream(seed), 160, 160)

    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(render, range(4)))
    for seed, found in enumerate(together):
        np.testing.assert_array_equal(found, render(seed))


@pytest.mark.parametrize(
    ("name", "height", "width"),
    [
        *[(name, *size) for name in CHANGES for size in [(1, 3), (3, 1), (100, 300), (300, 100)]],
        *[(name, *size) for name in CHANGES if name not in REMAKES for size in STRIPS],
    ],
)
def test_moves_render_at_every_aspect_ratio(sure, name, height, width):
    """Strips are never remade; all else is made of them."""
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
