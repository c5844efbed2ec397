"""Recipes: digests and seeds."""

import hashlib

import pytest

from batch_jobs import recipe
from diabelli.errors import InvalidParameter


@pytest.mark.parametrize(
    "change",
    [
        {"engine": "other"}, {"engine_version": "2"}, {"n": 3}, {"height": 17}, {"width": 17},
        {"strength": 0.4}, {"seed": 8}, {"fit": "pad"}, {"output_format": "webp"},
        {"output_format": "webp", "quality": 50}, {"source": "other"},
    ],
    ids=str,
)  # fmt: skip
def test_another_recipe_has_another_digest(change):
    """Each field counts."""
    source = change.pop("source", "photos")
    assert recipe(source, **change).digest != recipe("photos").digest
    assert recipe("photos").digest == recipe("photos").digest


def test_the_seed_of_a_picture_is_drawn_from_its_key():
    """Other programs can derive it: 63 bits of the SHA-256 of seed, slash and key."""
    expected = int(hashlib.sha256(b"7/cat/1.png").hexdigest()[:16], 16) % 2**63
    assert recipe("photos").picture_seed("cat/1.png") == expected
    assert recipe("photos", seed=8).picture_seed("cat/1.png") != expected
    assert recipe("photos").picture_seed("cat/2.png") != expected
    assert recipe("photos").spec("cat/1.png").seed == expected


@pytest.mark.parametrize("change", [{"n": 11}, {"seed": -1}, {"seed": 2**63}, {"width": 0}])
def test_invalid_values_are_refused(change):
    """Before anything is listed."""
    with pytest.raises(InvalidParameter, match=str(next(iter(change.values())))):
        recipe("photos", **change)
