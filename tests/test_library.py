"""`diabelli.vary`: the friendly door."""

import numpy as np
import pytest
from PIL import Image

import diabelli
from diabelli import engines, pictures
from diabelli.errors import Cancelled, InvalidParameter, InvalidPicture, UnknownEngine
from diabelli.library import parse_size


@pytest.fixture(autouse=True)
def _shift(monkeypatch):
    """The tests' own engine has a name."""
    monkeypatch.setitem(engines.ENGINES, "shift", "shift_engine:ShiftEngine")


def image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (12, 18, 3), np.uint8)


def test_a_picture_is_varied_in_one_call():
    """Each variation has an image and the seed that makes it again."""
    variations = diabelli.vary(image(), n=3, size="18x12", seed=7, engine="shift")
    assert [variation.seed for variation in variations] == [7, 8, 9]
    for variation in variations:
        np.testing.assert_array_equal(variation.image, np.roll(image(), variation.seed, axis=1))


def test_every_form_of_a_source_is_the_same_source(tmp_path):
    """Path, bytes, Pillow image and array."""
    data = pictures.encode(image(), "png")
    path = tmp_path / "a.png"
    path.write_bytes(data)
    made = [
        diabelli.vary(form, size=16, seed=1, engine="shift")[0].image
        for form in (path, str(path), data, Image.fromarray(image()), image())
    ]
    for other in made[1:]:
        np.testing.assert_array_equal(other, made[0])


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.jpg"])
def test_a_variation_saves_itself(tmp_path, name):
    """The suffix decides the format, and the recipe is inside."""
    (variation,) = diabelli.vary(image(), size=16, seed=5, engine="shift")
    saved = variation.save(tmp_path / name)
    assert b'diabelli:seed="5"' in saved.read_bytes()
    assert pictures.decode(saved.read_bytes(), pictures.ANY).shape == (16, 16, 3)


def test_a_seed_is_drawn_and_told():
    """Two calls differ, and either can be repeated."""
    one, two = (diabelli.vary(image(), size=16, engine="shift")[0] for _ in range(2))
    assert one.seed != two.seed
    (again,) = diabelli.vary(image(), size=16, seed=one.seed, engine="shift")
    np.testing.assert_array_equal(again.image, one.image)


def test_strength_is_a_number_or_a_word():
    """The words are numbers."""
    (variation,) = diabelli.vary(image(), size=16, strength="strong", engine="shift")
    assert variation.strength == 0.8


def test_the_watch_can_stop_the_work():
    """What it raises comes out of the call."""

    def watch(progress: diabelli.Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        diabelli.vary(image(), size=16, engine="shift", on_progress=watch)


def test_faults_are_told_in_our_words():
    """Each kind has its class, and all share a root."""
    with pytest.raises(InvalidParameter, match="strength"):
        diabelli.vary(image(), strength=2, engine="shift")
    with pytest.raises(UnknownEngine):
        diabelli.vary(image(), engine="none")
    with pytest.raises(InvalidPicture):
        diabelli.vary(b"hello", engine="shift")
    with pytest.raises(FileNotFoundError):
        diabelli.vary("none.png", engine="shift")
    assert issubclass(InvalidPicture, diabelli.DiabelliError)


@pytest.mark.parametrize(
    ("value", "size"), [(64, (64, 64)), ("64", (64, 64)), ("1536x1024", (1024, 1536))]
)
def test_sizes_are_width_by_height(value, size):
    """What comes out is height and width, in the order of arrays."""
    assert parse_size(value) == size


@pytest.mark.parametrize("value", ["", "big", "1x", "x1", "-1", "1x1x1", "1.5", 1.5, "\u0661"])
def test_other_sizes_are_refused(value):
    """The complaint shows both forms."""
    with pytest.raises(InvalidParameter, match="1536x1024"):
        parse_size(value)
