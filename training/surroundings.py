"""Fit the regressions of `diabelli.synthesis.analysis.surroundings` and write their weights.

    python training/surroundings.py PICTURES surroundings.npz

PICTURES is a folder of the pictures named in surroundings_labels.json, by name without suffix. It
needs nothing but this package. The area under the curve is measured on pictures left out in turn.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from diabelli import pictures
from diabelli.synthesis.analysis.subject_map import encode
from diabelli.synthesis.analysis.surroundings import STAGE, ZONES

LABELS = Path(__file__).with_name("surroundings_labels.json")
"""Names of pictures of the open air, of persons, and of all."""
PENALTIES = {"open": 0.1, "person": 0.2}
"""Factor of the squared weights of standardised features, beside the mean cross entropy."""
ROUNDS, FOLDS = 30, 6
"""Newton steps of a fit; parts of which each is left out once."""


def features(path: Path) -> NDArray[np.float64]:
    """Return means of the encoder's planes over each zone, (zones * channels,)."""
    planes = encode(pictures.to_image(path))[STAGE].astype(np.float64)
    zones = [planes[top:bottom, left:right] for top, bottom, left, right in ZONES]
    return np.concatenate([zone.mean((0, 1)) for zone in zones])


def fit(
    table: NDArray[np.float64], labels: NDArray[np.float64], penalty: float
) -> tuple[NDArray[np.float64], float]:
    """Fit a logistic regression by Newton's method; return weights and bias.

    Args:
        table: (pictures, features).
        labels: (pictures,) 0 or 1.
        penalty: factor of the squared weights of standardised features.
    """
    mean, deviation = table.mean(0), table.std(0) + 1e-6
    design = np.column_stack([(table - mean) / deviation, np.ones(len(table))])
    ridge = np.diag([2 * penalty] * table.shape[1] + [0.0])
    solution = np.zeros(design.shape[1])
    for _ in range(ROUNDS):
        odds = 1 / (1 + np.exp(-design @ solution))
        slope = design.T @ (odds - labels) / len(labels) + ridge @ solution
        curvature = (design.T * (odds * (1 - odds))) @ design / len(labels) + ridge
        solution -= np.linalg.solve(curvature, slope)
    weights = solution[:-1] / deviation
    return weights, float(solution[-1] - weights @ mean)


def left_out_scores(
    table: NDArray[np.float64], labels: NDArray[np.float64], penalty: float
) -> NDArray[np.float64]:
    """Return the log-odds of each picture by a fit to other pictures."""
    part = np.random.default_rng(0).integers(0, FOLDS, len(labels))
    scores = np.zeros(len(labels))
    for one in range(FOLDS):
        weights, bias = fit(table[part != one], labels[part != one], penalty)
        scores[part == one] = table[part == one] @ weights + bias
    return scores


def area_under_curve(scores: NDArray[np.float64], labels: NDArray[np.float64]) -> float:
    """Return the probability that a positive has a higher score than a negative."""
    positive, negative = scores[labels == 1], scores[labels == 0]
    return float((positive[:, None] > negative[None]).mean())


def main() -> None:
    """Fit both regressions."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", type=Path)
    parser.add_argument("weights", type=Path)
    arguments = parser.parse_args()
    names = json.loads(LABELS.read_text())
    found = {path.stem: path for path in arguments.pictures.rglob("*") if path.is_file()}
    table = np.array([features(found[name]) for name in names["all"]])
    arrays = {}
    for label, penalty in PENALTIES.items():
        labels = np.array([float(name in names[label]) for name in names["all"]])
        scores = left_out_scores(table, labels, penalty)
        print(f"{label}: area under the curve {area_under_curve(scores, labels):.3f}")
        weights, bias = fit(table, labels, penalty)
        arrays[f"{label}_w"] = weights.astype(np.float32)
        arrays[f"{label}_b"] = np.float32(bias)
    np.savez(arguments.weights, **arrays)


if __name__ == "__main__":
    main()
