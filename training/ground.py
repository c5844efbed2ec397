"""Fit a regression of `diabelli.synthesis.analysis.ground` and write its weights.

    python training/ground.py ground_labels.json PICTURES ground.npz
    python training/ground.py surface_labels.json PICTURES surface.npz

PICTURES is a folder of the pictures named in the labels, by name without suffix, each
cropped to the square in its middle. A name is a number of BSDS500, a file of the ImageNet samples,
or the owner and the name of a public repository and the first ten digits of a blob. This needs
nothing but the package.

The quality is measured on left-out pictures. All pictures of a repository are left out together, as
are those of BSDS500 that share the digits before the last three.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from diabelli import pictures
from diabelli.synthesis.analysis.ground import WIDTH, ground_features
from diabelli.synthesis.analysis.subject_map import encode
from surroundings import area_under_curve

AXES, CENTRES, ROUNDS = 48, 500, 6
"""Principal components, bells, and rounds of k-means that place the bells."""
PENALTY, PLANE = 1.0, 0.3
"""Factor of the squared norm, and weight of the plane beside the bells."""
FOLDS, REPEATS = 6, 4
"""Parts of which each is left out once, and how often they are drawn."""
BOUNDS = (0.0, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
"""Values of which the precision is printed."""

Table = NDArray[np.float64]


class Model(NamedTuple):
    """Arrays of the file of weights."""

    axes: Table
    origin: Table
    centres: Table
    heights: Table
    slope: Table
    constant: float

    def values(self, table: Table) -> Table:
        """Return the values of rows of features (pictures, features): (pictures,)."""
        places = table @ self.axes - self.origin
        bells = _bells(places, self.centres)
        return np.asarray(bells @ self.heights + places @ self.slope + self.constant)


def middle_square(path: Path) -> NDArray[np.uint8]:
    """Return the square in the middle of a picture file, (side, side, 3 or 4)."""
    image = pictures.to_image(path)
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    return np.ascontiguousarray(image[top : top + side, left : left + side])


def features(path: Path) -> Table:
    """Return the features of a picture file, (features,)."""
    return ground_features(encode(middle_square(path))).astype(np.float64)


def fit(table: Table, labels: Table) -> Model:
    """Fit a model by least squares.

    Args:
        table: (pictures, features).
        labels: (pictures,) -1 or 1.
    """
    mean, deviation = table.mean(0), table.std(0) + 1e-6
    standard = (table - mean) / deviation
    _, vectors = np.linalg.eigh(standard.T @ standard)
    axes = vectors[:, ::-1][:, :AXES]
    axes /= np.sqrt(np.square(standard @ axes).sum(1).mean())
    places = standard @ axes
    centres = _centres(places)
    design = np.hstack([_bells(places, centres), places])
    norm = np.zeros((design.shape[1],) * 2)
    norm[: len(centres), : len(centres)] = _bells(centres, centres) + 1e-6 * np.eye(len(centres))
    norm[len(centres) :, len(centres) :] = np.eye(AXES) / PLANE
    middle = float(labels.mean())
    solution = np.linalg.solve(design.T @ design + PENALTY * norm, design.T @ (labels - middle))
    heights, slope = solution[: len(centres)], solution[len(centres) :]
    axes = axes / deviation[:, None]
    return Model(axes, mean @ axes, centres, heights, slope, middle)


def _centres(places: Table) -> Table:
    """Return centres of bells by k-means."""
    drawn = np.random.default_rng(0).permutation(len(places))[:CENTRES]
    centres = places[drawn]
    for _ in range(ROUNDS):
        own = _squared_distances(places, centres).argmin(1)
        centres = np.array(
            [
                places[own == one].mean(0) if (own == one).any() else centres[one]
                for one in range(len(centres))
            ]
        )
    return centres


def _bells(places: Table, centres: Table) -> Table:
    """Return the height of each bell at each place, (places, centres), 0..1."""
    return np.asarray(np.exp(-WIDTH * _squared_distances(places, centres)))


def _squared_distances(places: Table, centres: Table) -> Table:
    """Return the squared distances of places to centres, (places, centres)."""
    squares = np.square(places).sum(1)[:, None] + np.square(centres).sum(1)
    return np.asarray(np.maximum(squares - 2 * places @ centres.T, 0))


def left_out_values(table: Table, labels: Table, groups: list[str]) -> Iterator[Table]:
    """Yield the values of all pictures by fits to other groups, each time by other parts.

    Args:
        table: (pictures, features).
        labels: (pictures,) -1 or 1, and 0 for those that no fit uses.
        groups: of each picture.
    """
    names = sorted(set(groups))
    for seed in range(REPEATS):
        order = np.random.default_rng(seed).permutation(len(names))
        parts = {names[one]: place % FOLDS for place, one in enumerate(order)}
        part = np.array([parts[group] for group in groups])
        values = np.zeros(len(labels))
        for one in range(FOLDS):
            used = (part != one) & (labels != 0)
            values[part == one] = fit(table[used], labels[used]).values(table[part == one])
        yield values


def group_of(name: str) -> str:
    """Return the group with which a picture is left out."""
    repository, _, blob = name.partition("__")
    return repository if blob else name[:-3]


def main() -> None:
    """Measure and fit the regression."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("labels", type=Path, help="JSON of the names of pictures by label")
    parser.add_argument("pictures", type=Path)
    parser.add_argument("weights", type=Path)
    arguments = parser.parse_args()
    named = json.loads(arguments.labels.read_text())
    value_of = {"suitable": 1.0, "unsure": 0.0, "unsuitable": -1.0}
    pairs = [(name, value_of[label]) for label in value_of for name in named[label]]
    found = {path.stem: path for path in arguments.pictures.rglob("*") if path.is_file()}
    table = np.array([features(found[name]) for name, _ in pairs])
    labels = np.array([label for _, label in pairs])
    left_out = list(left_out_values(table, labels, [group_of(name) for name, _ in pairs]))
    sure = labels != 0
    areas = [area_under_curve(values[sure], labels[sure] > 0) for values in left_out]
    print(f"area under the curve {np.mean(areas):.3f}")
    for bound in BOUNDS:
        good, unsure, bad = (
            sum(int(((values > bound) & (labels == label)).sum()) for values in left_out) / REPEATS
            for label in (1, 0, -1)
        )
        print(f"over {bound:.1f}: suitable {good:.0f}, unsure {unsure:.0f}, unsuitable {bad:.0f}")
    model = fit(table[labels != 0], labels[labels != 0])
    np.savez_compressed(
        arguments.weights,
        **{name: np.asarray(value, np.float16) for name, value in model._asdict().items()},
    )


if __name__ == "__main__":
    main()
