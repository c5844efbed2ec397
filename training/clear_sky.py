"""Fit a regression of `diabelli.synthesis.analysis.clear_sky.Sky`; print its factors.

    python training/clear_sky.py clear_sky_labels.json PICTURES
    python training/clear_sky.py water_labels.json PICTURES

The first is of `certainty`, the second of `certainty_of_water`. PICTURES is a folder of the
pictures named in the labels, as for `ground.py`. The labels say of pictures with an even upper part
whether that is the sky, and of skies that show things whether water is below. The factors in the
code were fitted to these and to 33 and 29 photographs without such a name.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diabelli.synthesis.analysis.clear_sky import find_clear_sky
from diabelli.synthesis.analysis.ground import SHORE, ground_features, suitability
from diabelli.synthesis.analysis.subject_map import decode, encode
from ground import middle_square
from surroundings import area_under_curve, fit

NAMES = {
    "sky": ("ground", "redness", "contrast", "room", "roughness", "constant"),
    "water": ("ground", "upright", "unevenness", "constant"),
}
"""Names of the factors, by label."""
PENALTY = 2.0
"""Factor of half the squared norm of the factors of standardised features, beside the sum of the
cross entropy."""

Table = NDArray[np.float64]


def features(path: Path, label: str) -> list[float]:
    """Return the features of a picture file that the regression of a label weighs.

    Raises:
        ValueError: The picture has no even upper part.
    """
    image = middle_square(path)
    encoded = encode(image)
    sky = find_clear_sky(image, np.clip(decode(encoded), 0, 1))
    if sky is None:
        raise ValueError(f"{path} has no even upper part")
    room = float(sky.room.max())
    ground = suitability(ground_features(encoded), SHORE)
    if label == "water":
        return [ground, sky.upright, sky.unevenness]
    return [ground, sky.redness, sky.contrast, room, sky.roughness]


def main() -> None:
    """Measure the regression with each picture left out once, and print its factors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path, help="JSON of the names of pictures by label")
    parser.add_argument("pictures", type=Path)
    arguments = parser.parse_args()
    named = json.loads(arguments.labels.read_text())
    found = {path.stem: path for path in arguments.pictures.rglob("*") if path.is_file()}
    label = "water" if "water" in named else "sky"
    pairs = [(name, kind == label) for kind in (label, "other") for name in named[kind]]
    table = np.array([features(found[name], label) for name, _ in pairs])
    labels = np.array([float(is_of_label) for _, is_of_label in pairs])
    left_out = np.array([_score_left_out(table, labels, index) for index in range(len(table))])
    print(f"area under the curve {area_under_curve(left_out, labels):.3f}")
    factors, constant = _fit(table, labels)
    for name, value in zip(NAMES[label], (*factors, constant), strict=True):
        print(f"{name} {value:.2f}")


def _fit(table: Table, labels: Table) -> tuple[Table, float]:
    """Return the factors of features (pictures, k), and the constant."""
    return fit(table, labels, PENALTY / (2 * len(table)))


def _score_left_out(table: Table, labels: Table, index: int) -> float:
    """Return the score of a picture by a regression on all others."""
    kept = np.arange(len(table)) != index
    factors, constant = _fit(table[kept], labels[kept])
    return float(table[index] @ factors + constant)


if __name__ == "__main__":
    main()
