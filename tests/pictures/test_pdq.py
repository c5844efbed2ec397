"""The perceptual hash equals the published one, and tolerates common edits."""

from io import BytesIO
from itertools import combinations

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageEnhance
from skimage import data

from diabelli.pictures.pdq import (
    MAX_MATCH_DISTANCE,
    hamming_distances,
    pack_hashes,
    pdq,
    pdq_dihedral,
)
from oracles.sources import SOURCES, face, sticker

# Made with the C++ that PDQ's authors published, by way of the package pdqhash 0.2.8.
PUBLISHED = {
    "pebbles": "b9e61eb8bf31e7fcf01d3c7930c900ba4b82d22bd5c7e26aa2a14359fcc83630",
    "landscape": "225ff5db6da02074e875dda013a00275da7477a00a5baa5bef8b578ba8759c34",
    "face": "932f31b643cbd3290af703fdfd0879038c189e384c637c98e4e2ce63970e7d98",
}
ROUNDING = 2
"""Bits of a hash that may differ by rounding."""

SIMPLE = ("astronaut", "camera", "chelsea", "coffee", "coins", "horse", "logo", "moon", "rocket")
TEXTURES = ("brick", "grass", "gravel", "hubble_deep_field", "immunohistochemistry", "retina")
FLAT = [
    np.full((300, 300, 3), 90, np.uint8),
    np.random.default_rng(1).integers(0, 256, (4, 900, 3), np.uint8),
    np.clip(np.random.default_rng(1).normal(128, 3, (300, 300, 3)), 0, 255).astype(np.uint8),
]


def hamming_distance(one: str, other: str) -> int:
    """Return the number of bits, 0..256, in which two hashes differ."""
    return (int(one, 16) ^ int(other, 16)).bit_count()


def named(name: str) -> np.ndarray:
    """One of scikit-image's sample pictures as an image."""
    array = getattr(data, name)()
    array = array.astype(np.uint8) * 255 if array.dtype == bool else array
    return np.asarray(Pillow.fromarray(array).convert("RGB"))


def changed(image: np.ndarray, how) -> np.ndarray:
    return np.array(how(Pillow.fromarray(image)).convert("RGB"))


def recompressed(picture: Pillow.Image) -> Pillow.Image:
    file = BytesIO()
    picture.save(file, "JPEG", quality=20)
    return Pillow.open(file)


def trimmed(picture: Pillow.Image) -> Pillow.Image:
    """Return the image without a hundredth of each side."""
    x, y = picture.width // 100, picture.height // 100
    return picture.crop((x, y, picture.width - x, picture.height - y))


CHANGES = {
    "half": lambda picture: picture.resize((picture.width // 2, picture.height // 2)),
    "stretched": lambda picture: picture.resize((700, 500)),
    "recompressed": recompressed,
    "brighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.3),
    "paler": lambda picture: ImageEnhance.Contrast(picture).enhance(0.7),
    "grey": lambda picture: picture.convert("L"),
    "trimmed": trimmed,
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_hash_is_the_published_one(name):
    """Published lists of hashes are comparable."""
    assert hamming_distance(pdq(SOURCES[name](512)), PUBLISHED[name]) <= ROUNDING


@pytest.mark.parametrize("side", [64, 100, 256, 300, 1000, 2048])
@pytest.mark.parametrize("name", PUBLISHED)
def test_a_hash_does_not_depend_on_the_size(name, side):
    """Small and large copies have near hashes."""
    copy = Pillow.fromarray(SOURCES[name](512)).resize((side, side), Pillow.Resampling.LANCZOS)
    assert hamming_distance(pdq(np.asarray(copy)), PUBLISHED[name]) <= MAX_MATCH_DISTANCE


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("name", ["astronaut", "camera", "chelsea", "coffee", "rocket"])
def test_the_same_picture_stays_near(name, change):
    """Its hash differs in few bits after common changes."""
    image = named(name)
    assert hamming_distance(pdq(image), pdq(changed(image, change))) <= MAX_MATCH_DISTANCE


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("turns", range(4))
def test_rotated_and_mirrored_pictures_are_recognised(turns, mirrored):
    """One of its eight hashes is that of the original; the first is that of the picture itself."""
    image = face(256)[:200]
    turned = np.ascontiguousarray(np.rot90(image[:, ::-1] if mirrored else image, turns))
    hashes = pdq_dihedral(turned)
    assert min(hamming_distance(pdq(image), one) for one in hashes) <= ROUNDING
    assert len(hashes) == 8
    assert hashes[0] == pdq(turned)


def test_different_pictures_are_far_apart():
    """No two sample pictures and no two textures are near each other, in any orientation."""
    # Not at the top: its import takes seconds in each worker.
    from sklearn.datasets import load_sample_images

    images = [*map(named, SIMPLE + TEXTURES), *load_sample_images().images]
    images += [make(256) for make in SOURCES.values()]
    turned = [pack_hashes(pdq_dihedral(image)) for image in images]
    for one, other in combinations(turned, 2):
        assert hamming_distances(one[:, :1], other).min() > 2 * MAX_MATCH_DISTANCE


@pytest.mark.parametrize("image", FLAT, ids=["one colour", "four rows", "faint noise"])
def test_a_featureless_picture_has_no_hash(image):
    """It would match all featureless pictures."""
    assert pdq(image) is None
    assert pdq_dihedral(image) == ()


def test_a_transparent_picture_counts_as_on_white():
    """The hash is that of the picture on white."""
    image = sticker(300)
    alpha = image[..., 3:] / 255
    shown = np.rint(image[..., :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    assert hamming_distance(pdq(image), pdq(shown)) <= ROUNDING


def test_distances_are_those_of_each_pair():
    """In the order of the hashes."""
    hashes = list(PUBLISHED.values())
    found = hamming_distances(pack_hashes(hashes), pack_hashes(hashes[:2]))
    assert found.tolist() == [[hamming_distance(a, b) for b in hashes[:2]] for a in hashes]


def test_an_empty_list_has_no_distances():
    """An empty list is accepted."""
    assert hamming_distances(pack_hashes([]), pack_hashes(PUBLISHED.values())).shape == (0, 3)
