"""`diabelli.vary`, the library's function."""

import asyncio
import sys
from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageShow

import diabelli
from diabelli import engines, pictures
from diabelli.engines.patch import PatchEngine
from diabelli.errors import Cancelled, InvalidParameter, InvalidPicture, UnknownEngine
from diabelli.library import parse_size
from diabelli.service import Service
from diabelli.variation import VariationSpec, parse_strength


@pytest.fixture(autouse=True)
def _shift(monkeypatch):
    """Register the test engine."""
    monkeypatch.setitem(engines.ENGINES, "shift", "shift_engine:ShiftEngine")


def image() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (12, 18, 3), np.uint8)


def test_a_picture_is_varied_in_one_call():
    """Each variation has an image and its seed."""
    variations = diabelli.vary(image(), n=3, size="18x12", seed=7, engine="shift")
    assert [variation.seed for variation in variations] == [7, 8, 9]
    for variation in variations:
        np.testing.assert_array_equal(variation.image, np.roll(image(), variation.seed, axis=1))


def test_every_form_of_a_source_is_the_same_source(tmp_path):
    """Path, bytes of every type, open file, Pillow image and array."""
    data = pictures.encode(image(), "png")
    path = tmp_path / "a.png"
    path.write_bytes(data)
    made = [
        diabelli.vary(form, size=16, seed=1, engine="shift")[0].image
        for form in (
            path,
            str(path),
            data,
            bytearray(data),
            memoryview(data),
            BytesIO(data),
            Image.fromarray(image()),
            image(),
        )
    ]
    for other in made[1:]:
        np.testing.assert_array_equal(other, made[0])


@pytest.mark.parametrize("name", ["a.png", "a.webp", "a.jpg"])
def test_a_variation_is_saved(tmp_path, name):
    """The suffix selects the format, and the file has the mark."""
    (variation,) = diabelli.vary(image(), size=16, seed=5, engine="shift")
    saved = variation.save(tmp_path / name)
    assert b'diabelli:seed="5"' in saved.read_bytes()
    assert pictures.decode(saved.read_bytes(), pictures.ANY).shape == (16, 16, 3)


def test_a_variation_is_displayed_in_a_notebook():
    """The picture of `_repr_png_` has the same pixels and the recipe."""
    (variation,) = diabelli.vary(image(), size=16, seed=5, engine="shift")
    displayed = variation._repr_png_()
    np.testing.assert_array_equal(pictures.to_image(displayed), variation.image)
    assert b'diabelli:seed="5"' in displayed


def test_variations_are_displayed_as_a_contact_sheet():
    """The sheet is that of the command, also for a slice; the list is still a list."""
    variations = diabelli.vary(image(), n=3, size=16, seed=5, engine="shift")
    sheet = pictures.contact_sheet([each.image for each in variations])
    np.testing.assert_array_equal(pictures.to_image(variations._repr_png_()), sheet)
    assert isinstance(variations, list)
    part = pictures.contact_sheet([each.image for each in variations][1:])
    np.testing.assert_array_equal(pictures.to_image(variations[1:]._repr_png_()), part)


def test_an_empty_list_is_displayed_as_text():
    """`None` means that there is no picture."""
    assert diabelli.VariationList()._repr_png_() is None


@pytest.mark.parametrize(("channels", "mode"), [(3, "RGB"), (4, "RGBA")])
def test_a_variation_converts_to_pillow(channels, mode):
    """Mode, size and pixels are those of the variation, with transparency."""
    source = np.random.default_rng(0).integers(0, 256, (12, 18, channels), np.uint8)
    (variation,) = diabelli.vary(source, size="18x12", engine="shift")
    converted = variation.to_pil()
    assert (converted.mode, converted.size) == (mode, (18, 12))
    np.testing.assert_array_equal(np.asarray(converted), variation.image)


def test_a_variation_is_an_array_for_numpy():
    """Without a copy where possible; a list of them is one array."""
    variations = diabelli.vary(image(), n=2, size=16, engine="shift")
    first = variations[0]
    assert np.shares_memory(np.asarray(first), first.image)
    assert not np.shares_memory(np.array(first), first.image)
    assert np.asarray(first, np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="copy"):
        np.array(first, np.float32, copy=False)
    assert np.asarray(variations).shape == (2, 16, 16, 3)


def test_a_variation_is_shown_in_the_viewer(monkeypatch):
    """The viewer gets the picture, with engine and seed as its title."""
    shown = []

    class Viewer(ImageShow.Viewer):
        def show(self, picture, **options):
            shown.append((np.asarray(picture), options["title"]))
            return 1

    monkeypatch.setattr(ImageShow, "_viewers", [Viewer()])
    (variation,) = diabelli.vary(image(), size=16, seed=5, engine="shift")
    variation.show()
    ((pixels, title),) = shown
    np.testing.assert_array_equal(pixels, variation.image)
    assert title == "shift 5"


@pytest.mark.parametrize("kernel", [True, False])
def test_a_variation_is_shown_below_a_cell(monkeypatch, kernel):
    """A notebook's kernel displays it; IPython in a terminal opens the viewer."""
    below, opened = [], []
    shell = SimpleNamespace(kernel=None) if kernel else SimpleNamespace()
    display = SimpleNamespace(display=below.append)
    monkeypatch.setitem(
        sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell, display=display)
    )
    monkeypatch.setattr(ImageShow, "show", lambda picture, *_, **__: opened.append(picture))
    (variation,) = diabelli.vary(image(), size=16, seed=5, engine="shift")
    variation.show()
    assert (below == [variation], len(opened)) == (kernel, not kernel)


def test_asynchronous_code_calls_it_in_threads():
    """Concurrent calls give the same pictures as calls in sequence."""

    async def both() -> list[diabelli.VariationList]:
        return await asyncio.gather(
            *(
                asyncio.to_thread(diabelli.vary, image(), size=16, seed=seed, engine="shift")
                for seed in (1, 2)
            )
        )

    for seed, (variation,) in zip((1, 2), asyncio.run(both()), strict=True):
        (alone,) = diabelli.vary(image(), size=16, seed=seed, engine="shift")
        np.testing.assert_array_equal(variation.image, alone.image)


def test_other_sources_are_refused_with_the_accepted_types(tmp_path):
    """None, numbers, lists and files opened as text."""
    path = tmp_path / "a.txt"
    path.write_text("text")
    with path.open() as text, pytest.raises(InvalidPicture, match="mode 'rb'"):
        diabelli.vary(text, engine="shift")
    for source in (None, 7, [[1, 2], [3, 4]], object()):
        with pytest.raises(InvalidPicture, match=r"of type \w+ is not accepted: a path, bytes"):
            diabelli.vary(source, engine="shift")


@pytest.mark.parametrize(
    ("name", "values", "accepted"),
    [
        ("n", (2.0, "2", None, True, 0, 11, -1), "a whole number from 1 to 10"),
        ("threads", (-1, 0, 2.0, "2", True, 1025), "a whole number from 1 to 1024"),
        ("seed", (-1, 2.0, "2", True, 2**63), "a whole number from 0 to"),
        ("size", (None, 16.0, True, (16, 16)), "a number of pixels such as 1024"),
        ("strength", (None, "hard", [0.5], 2, float("nan")), "a number from 0 to 1"),
        ("fit", (None, "squeeze", ["crop"]), "one of crop, pad"),
        ("on_progress", (3, "print"), "a function of one argument, or None"),
    ],
)
def test_other_arguments_are_refused_with_the_accepted_values(name, values, accepted):
    """The message has the argument, the value and the accepted values."""
    for value in values:
        with pytest.raises(InvalidParameter) as caught:
            diabelli.vary(image(), **{"engine": "shift", "size": 16, name: value})
        assert caught.value.message.startswith(f"{name} {value!r} is not accepted: {accepted}")
        assert caught.value.param == name


@pytest.mark.parametrize("engine", [None, 3, ["shift"]])
def test_an_engine_is_a_name(engine):
    """Other types are unknown engines, too."""
    with pytest.raises(UnknownEngine, match="there are: patch"):
        diabelli.vary(image(), engine=engine)


def test_whole_numbers_of_numpy_are_accepted():
    """Seeds and counts may come from arrays."""
    made = diabelli.vary(
        image(), size=np.int64(16), n=np.uint8(2), seed=np.int64(7), engine="shift"
    )
    assert [type(variation.seed) for variation in made] == [int, int]


def test_a_variation_is_saved_whole(tmp_path, monkeypatch):
    """A full disk leaves no part and no draft, and keeps the previous file."""
    (variation,) = diabelli.vary(image(), size=16, seed=5, engine="shift")
    (tmp_path / "a.png").write_bytes(b"before")

    def write(path, content: bytes) -> None:
        with open(path, "wb") as file:
            file.write(content[:10])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_bytes", write)
    with pytest.raises(OSError, match="No space"):
        variation.save(tmp_path / "a.png")
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert (tmp_path / "a.png").read_bytes() == b"before"


def test_a_failed_save_names_the_file(tmp_path):
    """Not the draft, whose name the caller never saw."""
    (variation,) = diabelli.vary(image(), size=16, seed=5, engine="shift")
    with pytest.raises(FileNotFoundError) as missing:
        variation.save(tmp_path / "missing" / "a.png")
    assert missing.value.filename == str(tmp_path / "missing" / "a.png")
    assert ".part" not in str(missing.value)
    (tmp_path / "b.png").mkdir()
    with pytest.raises(IsADirectoryError) as folder:
        variation.save(tmp_path / "b.png")
    assert folder.value.filename == str(tmp_path / "b.png")
    assert ".part" not in str(folder.value)


@pytest.mark.parametrize("output_format", ["webp", "jpeg", "png"])
@pytest.mark.parametrize("quality", [-1, 101, 80.5, "high", True])
def test_a_wrong_quality_is_refused(output_format, quality):
    """In the words of every other parameter, not in Pillow's."""
    (variation,) = diabelli.vary(image(), size=16, seed=5, engine="shift")
    with pytest.raises(diabelli.InvalidParameter, match=r"quality .* from 0 to 100") as caught:
        variation.encode(output_format, quality)
    assert caught.value.param == "quality"
    assert variation.encode(output_format, np.uint8(80)) == variation.encode(output_format, 80)


@pytest.mark.parametrize("output_format", ["gif", "PNG", "", None, []])
def test_a_wrong_format_is_refused(output_format):
    """It is not taken for JPEG."""
    (variation,) = diabelli.vary(image(), size=16, seed=5, engine="shift")
    with pytest.raises(diabelli.InvalidParameter, match="one of png, webp, jpeg"):
        variation.encode(output_format)


def test_a_random_seed_is_returned():
    """Two calls differ, and each is reproducible."""
    one, two = (diabelli.vary(image(), size=16, engine="shift")[0] for _ in range(2))
    assert one.seed != two.seed
    (again,) = diabelli.vary(image(), size=16, seed=one.seed, engine="shift")
    np.testing.assert_array_equal(again.image, one.image)


def test_strength_is_a_number_or_a_word():
    """The words are names of numbers."""
    (variation,) = diabelli.vary(image(), size=16, strength="strong", engine="shift")
    assert variation.strength == 0.8


def test_the_callback_can_cancel_the_work():
    """An exception of the callback is raised by the call."""

    def watch(progress: diabelli.Progress) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        diabelli.vary(image(), size=16, engine="shift", on_progress=watch)


def test_faults_are_exceptions_of_diabelli():
    """Each kind has its class, and all have one base class."""
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
    """The result is height and width, in the order of arrays."""
    assert parse_size(value) == size


@pytest.mark.parametrize(
    "value",
    ["", "big", "1x", "x1", "-1", "1x1x1", "1.5", 1.5, "\u0661"],
)
def test_other_sizes_are_refused(value):
    """The message has both accepted forms."""
    with pytest.raises(InvalidParameter, match="1536x1024"):
        parse_size(value)


@pytest.mark.parametrize("value", [0, "0", "0x5", "5x0", 4097, "4097x8", "8x4097", 10**9, "999999"])
def test_a_size_out_of_range_is_refused(value):
    """The message has the value as it was given, both accepted forms and the range."""
    with pytest.raises(InvalidParameter, match=r"1536x1024, each from 1 to 4096") as caught:
        parse_size(value)
    assert caught.value.message.startswith(f"size {value!r} ")


def test_an_integer_of_thousands_of_digits_is_refused():
    """Python would not write it out."""
    for name in ("n", "seed", "threads"):
        with pytest.raises(InvalidParameter, match=rf"{name} of \d+ bits .* a whole number from"):
            diabelli.vary(image(), **{"engine": "shift", name: 10**5000})


def test_a_large_source_is_scaled_as_by_the_server(tmp_path):
    """A seed has the same picture from the library and from the server, for any source."""
    photograph = Image.fromarray(
        np.random.default_rng(1).integers(0, 255, (1500, 2300, 3), np.uint8)
    )
    photograph.save(tmp_path / "large.png")
    picture = (tmp_path / "large.png").read_bytes()
    spec = VariationSpec(height=256, width=256, seed=3, output_format="png")
    service = Service(engines={"patch": PatchEngine()}, storage=None, threads=2)
    try:
        batch = service.create(picture, spec, engine="patch", limits=pictures.LOCAL, store=False)
    finally:
        service.close()
    (variation,) = diabelli.vary(picture, size=256, seed=3)
    served = pictures.to_image(batch.variations[0].picture)
    np.testing.assert_array_equal(variation.image, served)


@pytest.mark.parametrize("parse", [parse_size, parse_strength])
def test_huge_numbers_are_refused_briefly(parse):
    """Python writes out no integer of more than 4,300 digits, and makes no float of it."""
    for number in (10**400, 10**5000):
        with pytest.raises(InvalidParameter) as refused:
            parse(number)
        assert len(str(refused.value)) < 200
