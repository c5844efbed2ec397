"""Kernels are compiled before requests, and give the same results uncompiled."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from oracles.kernels import results

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parents[1]

COUNTED = """
import json
from importlib import import_module
from pkgutil import walk_packages

import numpy as np

from diabelli import synthesis
from diabelli.engines.patch import PatchEngine
from diabelli.variation import VariationSpec
from engines.making import made
from oracles.sources import face, flag, landscape, sticker

found = walk_packages(synthesis.__path__, "diabelli.synthesis.")
modules = [import_module(m.name) for m in found]
kernels = {
    f"{module.__name__}.{name}": kernel
    for module in modules
    for name, kernel in vars(module).items()
    if hasattr(kernel, "signatures")
}

def compiled():
    return {name: len(kernel.signatures) for name, kernel in kernels.items()}

engine = PatchEngine()
engine.warm_up()
before = compiled()
sources = [face(300), flag(90), sticker(200), landscape(64)[:, :20], face(2),
           np.asfortranarray(face(90)),
           landscape(1200), np.zeros((1, 1, 3), np.uint8), np.zeros((9, 9, 4), np.uint8)]
for k, source in enumerate(sources):
    source.flags.writeable = k % 2 == 0
    spec = VariationSpec(n=1 + k % 2, height=(256, 100, 600)[k % 3], width=256, seed=k,
                         strength=(0.5, 1.0, 0.0, 1e-3)[k % 4])
    made(engine, source, spec)
after = compiled()
print(json.dumps([len(kernels), sum(before.values()),
                  [name for name in kernels if after[name] != before[name]]]))
"""

CHECKED_SOURCES = """
from diabelli.engines.patch import PatchEngine
from diabelli.variation import VariationSpec
from engines.making import made
from oracles.sources import face, flag, landscape, sticker

engine = PatchEngine()
sources = (face(90), flag(90), sticker(90), landscape(400)[:, :20], landscape(64)[:1], face(1))
for seed, source in enumerate(sources):
    for height, width in ((96, 96), (1, 300), (300, 1)):
        made(engine, source, VariationSpec(n=2, height=height, width=width, seed=seed))
"""

CHECKED_MOVES = """
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.remakes import REMAKES
from diabelli.synthesis.moves.warm_up import CHANGES, suited_by_all
from diabelli.synthesis.pipeline import analyse_source
from oracles.sources import landscape

studied = analyse_source(landscape(160), 160, 160)
sure = suited_by_all(photograph.prepare(studied, studied[0].image_at(160, 160), 0.5))
strips = ((1, 4096), (4096, 1), (3, 400))
for name in CHANGES[{part}::{parts}]:
    sizes = ((1, 1), (1, 3), (3, 1), (40, 120), (120, 40), (100, 90))
    for height, width in sizes if name in REMAKES else (*strips, *sizes):
        try:
            photograph.render(sure, (name,), 0.5, RandomStream(1), height, width)
        except IndexError as error:
            raise AssertionError(f"{{name}} of {{height}}x{{width}}") from error
"""
PARTS = 4
"""Parts of the moves, which are compiled in parallel: all in one process take ten minutes."""

UNCOMPILED = """
import numpy as np

from oracles.kernels import results

with np.errstate(over="ignore"):  # random numbers wrap around at 64 bits, as they should
    np.savez({path!r}, **results())
"""


def run(code: str, **environment: str) -> str:
    """Return the standard output of a new process that can import the tests' modules."""
    found = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={**os.environ, "PYTHONPATH": str(TESTS), **environment},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


def test_no_request_waits_for_a_compiler():
    """After `warm_up`, requests of every kind compile nothing."""
    kernels, ready, compiled_later = json.loads(run(COUNTED))
    assert kernels > 10
    assert ready > 10
    assert compiled_later == []


def test_kernels_mean_the_same_uncompiled(tmp_path):
    """Every kernel gives the same result as plain Python on tiny inputs."""
    path = tmp_path / "uncompiled.npz"
    run(UNCOMPILED.format(path=str(path)), NUMBA_DISABLE_JIT="1")
    compiled = results()
    with np.load(path) as uncompiled:
        assert set(uncompiled) == set(compiled)
        for name, expected in compiled.items():
            found = uncompiled[name]
            assert found.dtype == expected.dtype, name
            if expected.dtype.kind == "f":
                np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-4, err_msg=name)
            else:
                np.testing.assert_array_equal(found, expected, err_msg=name)


CHECKED = [CHECKED_SOURCES, *(CHECKED_MOVES.format(part=k, parts=PARTS) for k in range(PARTS))]


@pytest.mark.parametrize("code", CHECKED, ids=["sources", *(f"moves-{k}" for k in range(PARTS))])
def test_kernels_stay_within_their_arrays(tmp_path_factory, code):
    """Compiled code reads beyond them without an error, or ends the process."""
    # The test processes share what they compile.
    cache = tmp_path_factory.getbasetemp().parent / "checked-kernels"
    run(code, NUMBA_BOUNDSCHECK="1", NUMBA_CACHE_DIR=str(cache))
