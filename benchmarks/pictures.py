"""Pictures of the benchmarks by name, each cropped to a square.

Photographs and art come from the wheels of the test extra; their README files name the authors.
The kinds that those lack are drawn by code.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from diabelli import pictures
from diabelli.variation import Image
from drawn import DRAWN

WHEELS = {
    "astronaut": "skimage/data/astronaut.png",
    "chelsea": "skimage/data/chelsea.png",
    "coffee": "skimage/data/coffee.png",
    "rocket": "skimage/data/rocket.jpg",
    "motorcycle_left": "skimage/data/motorcycle_left.png",
    "flower": "sklearn/datasets/images/flower.jpg",
    "china": "sklearn/datasets/images/china.jpg",
    "grace_hopper": "matplotlib/mpl-data/sample_data/grace_hopper.jpg",
    "hubble_deep_field": "skimage/data/hubble_deep_field.jpg",
    "camera": "skimage/data/camera.png",
    "brick": "skimage/data/brick.png",
    "grass": "skimage/data/grass.png",
    "gravel": "skimage/data/gravel.png",
    "coins": "skimage/data/coins.png",
    "page": "skimage/data/page.png",
    "text": "skimage/data/text.png",
    "horse": "skimage/data/horse.png",
    "retina": "skimage/data/retina.jpg",
    "ihc": "skimage/data/ihc.png",
    "moon": "skimage/data/moon.png",
    "logo": "skimage/data/logo.png",
    "logo2": "matplotlib/mpl-data/sample_data/logo2.png",
    "present": "matplotlib/mpl-data/sample_data/Minduka_Present_Blue_Pack.png",
}
"""Location of each photograph or drawing: package/path inside it."""

NAMES = (*WHEELS, *DRAWN)


def load(name: str) -> Image:
    """Return the picture of a name in `NAMES`, (side, side, 3 or 4) uint8."""
    if name in DRAWN:
        return DRAWN[name]()
    package, _, inside = WHEELS[name].partition("/")
    return pictures.fit(pictures.to_image(_folder(package) / inside), 1, 1, "crop")


def chosen(only: str | None) -> tuple[str, ...]:
    """Return the names in `only`, separated by commas; all if it is None.

    Raises:
        ValueError: a name is unknown.
    """
    if only is None:
        return NAMES
    names = tuple(only.split(","))
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise ValueError(f"no picture is called {', '.join(unknown)}; known: {', '.join(NAMES)}")
    return names


def _folder(package: str) -> Path:
    """Return the folder of a package without importing it, which takes seconds."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{package} is missing: pip install 'diabelli[test]'")
    return Path(spec.origin).parent
