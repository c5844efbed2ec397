"""Digests of the embedded engine's pictures.

An intended change of pictures needs a new `ENGINE_VERSION` and new digests. In the root of the
repository, run

    PYTHONPATH=tests .venv/bin/python -m engines.golden
"""

from __future__ import annotations

import json
from pathlib import Path

from diabelli.engines.patch import ENGINE_VERSION, PatchEngine
from diabelli.synthesis.core.rng import RandomStream
from diabelli.synthesis.moves import photograph
from diabelli.synthesis.moves.photograph import Photograph
from diabelli.synthesis.moves.scene import survey
from diabelli.synthesis.moves.warm_up import CHANGES, suited_by_all
from diabelli.synthesis.pipeline import analyse_source
from engines.making import digest, made, square
from oracles.sources import ball, flag, landscape, sticker

TABLE = Path(__file__).with_name("golden.json")
DRAWN = {"landscape": landscape, "sticker": sticker, "flag": flag, "ball": ball}


def pictures() -> dict[str, str]:
    """Return the digest of each pinned picture, by its source and how it is made."""
    engine = PatchEngine()
    return lights() | {
        f"{name}, strength {strength}, seed {seed}": digest(
            made(engine, draw(200), square(seed=seed, strength=strength))[0].image
        )
        for name, draw in DRAWN.items()
        for strength, seed in ((0.3, 1), (0.8, 2))
    }


def lights() -> dict[str, str]:
    """Return the digests of a landscape by each move of photographs."""
    orientations = analyse_source(landscape(200), 200, 200)
    scene = survey(orientations[0].image_at(200, 200))
    shown = suited_by_all(Photograph(orientations, scene, {}, [], frozenset()))
    return {
        f"landscape, {name}": digest(
            photograph.render(shown, (name,), 0.5, RandomStream(1), 200, 200)
        )
        for name in CHANGES
    }


def main() -> None:
    """Pin the pictures of this version."""
    table = {"ENGINE_VERSION": ENGINE_VERSION, "pictures": pictures()}
    TABLE.write_text(json.dumps(table, indent=2) + "\n")
    print(TABLE.read_text())


if __name__ == "__main__":
    main()
