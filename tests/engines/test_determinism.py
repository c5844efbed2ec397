"""The same seed gives the same bytes with any threads, parallel requests and machine."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy._core import _multiarray_umath as numpy_build

from diabelli import pictures
from diabelli.engines.patch import PatchEngine
from diabelli.service import Service
from diabelli.variation import VariationSpec
from engines.making import digest, made, square
from oracles.sources import ball, face, landscape, pebbles, sticker

TESTS = Path(__file__).parents[1]
ELSEWHERE = """
import json
from engines.making import digest, made, square
from diabelli.engines.patch import PatchEngine
from oracles.sources import ball, face, sticker
engine = PatchEngine()
print(json.dumps([digest(made(engine, s(128), square())[0].image) for s in (ball, face, sticker)]))
"""


@pytest.fixture
def serve():
    """Services around the patch engine with that number of threads, closed at the end."""
    opened: list[Service] = []

    def build(threads: int) -> Service:
        opened.append(Service(engines={"patch": PatchEngine()}, storage=None, threads=threads))
        return opened[-1]

    yield build
    for service in opened:
        service.close()


def served(service: Service, source: np.ndarray, spec: VariationSpec) -> list[tuple[int, bytes]]:
    """Return the seeds and encoded pictures of a request."""
    created = service.create(
        pictures.encode(source, "png"), spec, engine="patch", limits=pictures.OPENAI, store=False
    )
    return [(one.seed, one.picture) for one in created.variations]


def in_another_process(**environment: str) -> list[str]:
    """Digests of opaque, recoloured and transparent variations, made in that environment."""
    found = subprocess.run(
        [sys.executable, "-c", ELSEWHERE],
        env={**os.environ, "PYTHONPATH": str(TESTS), **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    digests: list[str] = json.loads(found.stdout)
    return digests


@pytest.fixture(scope="module")
def here() -> list[str]:
    """The same digests, made in this process."""
    engine = PatchEngine()
    return [digest(made(engine, draw(128), square())[0].image) for draw in (ball, face, sticker)]


def test_the_number_of_threads_changes_nothing(serve):
    """One thread and four give the same files, in the same order."""
    spec = square(n=4, strength=0.7)
    assert served(serve(1), landscape(200), spec) == served(serve(4), landscape(200), spec)


def test_other_requests_change_nothing(serve):
    """A request in parallel with others gives the same files as alone."""
    service = serve(3)
    requests = [(pebbles(128), square(n=2)), (face(128), square(n=2)), (face(99), square(seed=8))]
    alone = [served(service, *request) for request in requests]
    with ThreadPoolExecutor(len(requests)) as callers:
        together = list(callers.map(lambda request: served(service, *request), requests))
    assert together == alone


def test_the_place_in_a_request_changes_nothing(serve):
    """Each of ten seeds gives the same file alone as among the ten."""
    service = serve(2)
    ten = served(service, pebbles(100), square(64, n=10))
    for seed, picture in (ten[0], ten[4], ten[9]):
        assert served(service, pebbles(100), square(64, seed=seed)) == [(seed, picture)]


def test_fewer_variations_are_the_first_or_at_least_the_same(serve):
    """A seed that occurs in a smaller request has the same picture in the larger one."""
    service = serve(2)
    two, four = (dict(served(service, face(100), square(64, n=n))) for n in (2, 4))
    assert 7 in two.keys() & four.keys()
    assert all(two[seed] == four[seed] for seed in two.keys() & four.keys())


def test_another_process_makes_the_same(here):
    """A process that loads the kernels from their cache makes the same pixels."""
    assert in_another_process() == here


@pytest.mark.slow
def test_another_machine_makes_the_same(here, tmp_path):
    """Kernels compiled for the baseline processor, and NumPy without SIMD, make equal pixels."""
    fast = [name for name in numpy_build.__cpu_dispatch__ if numpy_build.__cpu_features__[name]]
    plain = in_another_process(
        NUMBA_CACHE_DIR=str(tmp_path),
        NUMBA_CPU_NAME="generic",
        NPY_DISABLE_CPU_FEATURES=" ".join(fast),
    )
    assert plain == here
