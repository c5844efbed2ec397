"""`diabelli vary`: what it writes, what it says, how it ends."""

import numpy as np
import pytest
from PIL import Image

from diabelli import pictures
from diabelli.errors import EngineFailed

FAST = ("--engine", "shift", "--size", "16")


@pytest.fixture
def picture(tmp_path):
    """A picture that is no square."""
    path = tmp_path / "waltz.jpg"
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    path.write_bytes(pictures.encode(image, "jpeg"))
    return path


def size(path) -> tuple[int, int]:
    with Image.open(path) as opened:
        return opened.size


def test_each_variation_is_a_file_that_tells_its_seed(run, picture, tmp_path):
    """The names of the files come on stdout, one a line."""
    ended = run("vary", picture, *FAST, "-n", 3, "--seed", 7, "--out", tmp_path / "new" / "out")
    written = [tmp_path / "new" / "out" / f"waltz-{seed}.png" for seed in (7, 8, 9)]
    assert ended.code == 0
    assert ended.out.split() == [str(path) for path in written]
    assert [size(path) for path in written] == [(16, 16)] * 3


def test_the_same_seed_writes_the_same_bytes(run, picture, tmp_path):
    """A run can be repeated."""
    for out in ("one", "two"):
        assert run("vary", picture, *FAST, "--seed", 7, "--out", out).code == 0
    one, two = ((tmp_path / out / "waltz-7.png").read_bytes() for out in ("one", "two"))
    assert one == two


@pytest.mark.parametrize(
    ("output_format", "kind"), [("png", "PNG"), ("webp", "WEBP"), ("jpeg", "JPEG")]
)
def test_every_format_is_written(run, picture, tmp_path, output_format, kind):
    """The suffix is the format's name."""
    ended = run("vary", picture, *FAST, "--seed", 1, "--format", output_format, "--quality", 50)
    assert ended.code == 0
    with Image.open(tmp_path / f"waltz-1.{output_format}") as opened:
        assert opened.format == kind


def test_a_size_is_width_by_height(run, picture, tmp_path):
    """One number makes a square, two any shape."""
    run("vary", picture, "--engine", "shift", "--size", "30x20", "--seed", 1)
    assert size(tmp_path / "waltz-1.png") == (30, 20)


def test_the_sheet_shows_the_source_first(run, picture, tmp_path):
    """The source and four variations need two rows of three."""
    run("vary", picture, *FAST, "-n", 4, "--seed", 1, "--sheet")
    width, height = size(tmp_path / "waltz-sheet.png")
    assert width > height


def test_one_bad_picture_does_not_stop_the_others(run, picture, tmp_path):
    """The exit code tells that some failed, stderr which and why."""
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"hello")
    ended = run("vary", bad, tmp_path / "none.png", picture, *FAST, "--seed", 1)
    assert ended.code == 1
    assert "bad.png: the source cannot be read" in ended.err
    assert "none.png" in ended.err
    assert (tmp_path / "waltz-1.png").exists()


def test_a_fault_of_the_engine_counts_as_a_failed_picture(run, picture, monkeypatch):
    """The other pictures are still tried."""

    def fail(*_: object) -> None:
        raise EngineFailed

    monkeypatch.setattr("shift_engine.ShiftEngine.prepare", fail)
    ended = run("vary", picture, *FAST)
    assert ended.code == 1
    assert "The engine failed" in ended.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--strength", "hard"], "subtle, medium, strong"),
        (["--size", "big"], "1536x1024"),
        (["-n", "11"], "1 to 10"),
        (["--engine", "none"], "'none'"),
        (["--format", "gif"], "gif"),
        (["--fit", "squeeze"], "squeeze"),
        (["--quality", "101"], "100"),
    ],
)
def test_a_slip_in_the_command_is_told_with_what_would_do(run, picture, words, said):
    """Nothing is written, and the exit code is that of a command not understood."""
    ended = run("vary", picture, *FAST, *words)
    assert ended.code == 2
    assert said in ended.err
    assert ended.out == ""


def test_pictures_of_one_name_do_not_overwrite_each_other(run, picture, tmp_path):
    """The command refuses before it has written anything."""
    (tmp_path / "waltz.png").write_bytes(picture.read_bytes())
    ended = run("vary", picture, tmp_path / "waltz.png", *FAST)
    assert ended.code == 2
    assert "several pictures are called waltz" in ended.err
