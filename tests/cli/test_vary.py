"""`diabelli vary`: files, output and exit codes."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from diabelli import pictures
from diabelli.errors import EngineFailed

FAST = ("--engine", "shift", "--size", "16")


@pytest.fixture
def picture(tmp_path):
    """A picture that is not square."""
    path = tmp_path / "waltz.jpg"
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
    path.write_bytes(pictures.encode(image, "jpeg"))
    return path


def size(path) -> tuple[int, int]:
    with Image.open(path) as opened:
        return opened.size


def test_each_variation_is_a_file_named_by_its_seed(run, picture, tmp_path):
    """The names of the files are printed on stdout, one a line."""
    ended = run("vary", picture, *FAST, "-n", 3, "--seed", 7, "--out", tmp_path / "new" / "out")
    written = [tmp_path / "new" / "out" / f"waltz-{seed}.png" for seed in (7, 8, 9)]
    assert ended.code == 0
    assert ended.out.split() == [str(path) for path in written]
    assert [size(path) for path in written] == [(16, 16)] * 3


@pytest.mark.parametrize("compiled", [False, True])
def test_the_first_run_compiles_all_kernels(run, picture, monkeypatch, compiled):
    """It says so; a later run does not compile, and a wrong argument is reported first."""
    warmed: list[object] = []
    monkeypatch.setattr(
        "diabelli.engines.patch.PatchEngine.warm_up", lambda engine: warmed.append(engine)
    )
    notice = None if compiled else "Compiling the engine."
    monkeypatch.setattr(sys.modules["diabelli.cli.vary"], "compilation_notice", lambda: notice)
    ended = run("vary", picture, "--size", 16, "--strength", 0, "--seed", 1)
    assert ended.code == 0
    assert ("Compiling the engine" in ended.err) is not compiled
    assert len(warmed) == (not compiled)
    for wrong, words in (((), "exists"), (("--size", 0), "size"), (("--seed", -1), "seed")):
        ended = run("vary", picture, "--size", 16, "--strength", 0, "--seed", 1, *wrong)
        assert words in ended.err
        assert "Compiling" not in ended.err


def test_the_same_seed_writes_the_same_bytes(run, picture, tmp_path):
    """A run is reproducible."""
    for out in ("one", "two"):
        assert run("vary", picture, *FAST, "--seed", 7, "--out", out).code == 0
    one, two = ((tmp_path / out / "waltz-7.png").read_bytes() for out in ("one", "two"))
    assert one == two


@pytest.mark.parametrize(
    ("output_format", "kind"), [("png", "PNG"), ("webp", "WEBP"), ("jpeg", "JPEG")]
)
def test_every_format_is_written(run, picture, tmp_path, output_format, kind):
    """The suffix is the format's name."""
    quality = [] if output_format == "png" else ["--quality", 50]
    ended = run("vary", picture, *FAST, "--seed", 1, "--format", output_format, *quality)
    assert ended.code == 0
    with Image.open(tmp_path / f"waltz-1.{output_format}") as opened:
        assert opened.format == kind


def test_a_size_is_width_by_height(run, picture, tmp_path):
    """One number is a square, two are width and height."""
    run("vary", picture, "--engine", "shift", "--size", "30x20", "--seed", 1)
    assert size(tmp_path / "waltz-1.png") == (30, 20)


def test_the_sheet_shows_the_source_first(run, picture, tmp_path):
    """The source and four variations need two rows of three."""
    run("vary", picture, *FAST, "-n", 4, "--seed", 1, "--sheet")
    width, height = size(tmp_path / "waltz-sheet.png")
    assert width > height


def test_names_follow_a_template(run, picture, tmp_path):
    """With an index the names are known without a seed; missing ones are made."""
    words = ("vary", picture, *FAST, "-n", 3, "--name", "{stem}_{index}@{strength}")
    assert run(*words, "--strength", "subtle").code == 0
    names = [f"waltz_{index}@0.3.png" for index in (1, 2, 3)]
    assert numbered(tmp_path) == sorted([*names, "waltz.jpg"])
    assert run(*words, "--strength", 0.3).code == 2
    (tmp_path / names[1]).unlink()
    ended = run(*words, "--strength", 0.3, "--skip-existing")
    assert ended.out.split() == [names[1]]
    assert run("vary", picture, *FAST, "--seed", 7, "--name", "{seed}").out.split() == ["7.png"]


def test_folders_are_varied_recursively(run, picture, tmp_path):
    """Subfolders are kept, other files and the output folder are not varied."""
    album = tmp_path / "album"
    (album / "summer").mkdir(parents=True)
    (album / "one.jpg").write_bytes(picture.read_bytes())
    (album / "summer" / "one.JPG").write_bytes(picture.read_bytes())
    (album / "notes.txt").write_text("no picture")
    words = ("vary", album, "--recursive", *FAST, "--seed", 1, "--out", album / "out")
    ended = run(*words)
    assert ended.code == 0
    made = [album / "out" / "one-1.png", album / "out" / "summer" / "one-1.png"]
    assert ended.out.split() == [str(path) for path in made]
    assert all(size(path) == (16, 16) for path in made)
    again = run(*words, "--skip-existing")
    assert (again.out, again.err) == ("", "2 of 2 pictures skipped: all their files exist.\n")
    (tmp_path / "bare").mkdir()
    empty = run("vary", tmp_path / "bare", "--recursive", *FAST)
    assert empty.code == 2
    assert "no picture is below" in empty.err


def test_a_picture_goes_from_stdin_to_stdout(picture, tmp_path):
    """Stdout has the picture alone, the same as in the file that stdin makes."""
    content = picture.read_bytes()
    words = ("vary", "-", *PLAIN)
    piped = spawn(tmp_path, *words, "--out", "-", input=content, stdout=subprocess.PIPE)
    assert piped.returncode == 0, piped.stderr
    filed = spawn(tmp_path, *words, input=content, stdout=subprocess.PIPE)
    assert filed.stdout == b"stdin-7.png\n"
    assert b"-:--:--" not in piped.stderr + filed.stderr
    assert piped.stdout == (tmp_path / "stdin-7.png").read_bytes()


def test_results_are_printed_as_json(run, picture, tmp_path):
    """One object a line for each source: its files with their seeds, or its error."""
    ended = run("vary", picture, "none.png", *FAST, "-n", 2, "--seed", 7, "--sheet", "--json")
    assert ended.code == 1
    good, bad = map(json.loads, ended.out.splitlines())
    assert good["source"] == str(picture)
    assert [file.get("seed") for file in good["files"]] == [7, 8, None]
    assert good["files"][0] == {
        "path": "waltz-7.png", "seed": 7, "strength": 0.5, "engine": "shift"
    }  # fmt: skip
    assert (good["error"], bad["files"]) == (None, [])
    assert "No such file" in bad["error"]


def test_one_bad_picture_does_not_stop_the_others(run, picture, tmp_path):
    """The exit code shows a failure; stderr has the picture and the reason."""
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"hello")
    ended = run("vary", bad, tmp_path / "none.png", picture, *FAST, "--seed", 1)
    assert ended.code == 1
    assert "bad.png: the source cannot be read" in ended.err
    assert "none.png" in ended.err
    assert (tmp_path / "waltz-1.png").exists()


def test_a_fault_of_the_engine_counts_as_a_failed_picture(run, picture, monkeypatch):
    """The other pictures are still varied."""

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
        (["--format", "webp", "--quality", "101"], "--quality 101 is not accepted"),
        (["--quality", "50"], "no effect on PNG"),
        (["-n", "0"], "1 to 10"),
        (["--name", "{stem}-{sead}"], "{stem}, {seed}, {index}, {strength}"),
        (["--name", "{stem}"], "neither {seed} nor {index}"),
        (["--name", "a/{seed}"], "--out names the folder"),
        (["--name", "{seed:3}"], "has a format"),
        (["--name", "{seed"], "cannot be read"),
        (["--out", "-", "-n", "2"], "one picture"),
        (["--out", "-", "--sheet"], "--sheet exclude each other"),
    ],
)
def test_invalid_arguments_are_refused_with_the_valid_ones(run, picture, words, said):
    """Nothing is written, and the exit code is that of a usage error."""
    ended = run("vary", picture, *FAST, *words)
    assert ended.code == 2
    assert said in ended.err
    assert ended.out == ""


def test_pictures_of_one_name_do_not_overwrite_each_other(run, picture, tmp_path):
    """The command refuses before it writes a file."""
    (tmp_path / "waltz.png").write_bytes(picture.read_bytes())
    ended = run("vary", picture, tmp_path / "waltz.png", *FAST)
    assert ended.code == 2
    assert "several pictures are called waltz" in ended.err


@pytest.mark.parametrize(
    "options",
    [
        ("--name", "{index}", "--overwrite"),
        ("--name", "{seed}", "--seed", "7"),
        ("--name", "{seed}", "--skip-existing"),
    ],
)
def test_pictures_do_not_share_files(run, picture, tmp_path, options):
    """A later one would replace the variations of an earlier one, or be skipped for them."""
    other = tmp_path / "polka.png"
    other.write_bytes(picture.read_bytes())
    ended = run("vary", picture, other, *FAST, *options)
    assert ended.code == 2
    assert "--name has no {stem}, so 2 pictures would share files" in ended.err
    assert run("vary", picture, *FAST, *options).code == 0


def numbered(out) -> list[str]:
    """Return the names of the files in a directory."""
    return sorted(path.name for path in out.iterdir())


def test_an_existing_file_is_kept(run, picture, tmp_path):
    """The command refuses before any work, and names the options that permit it."""
    (tmp_path / "waltz-7.png").write_bytes(b"precious")
    ended = run("vary", picture, *FAST, "--seed", 7)
    assert ended.code == 2
    assert "waltz-7.png exists already: --overwrite replaces" in ended.err
    assert (tmp_path / "waltz-7.png").read_bytes() == b"precious"
    (tmp_path / "waltz-sheet.png").touch()
    ended = run("vary", picture, *FAST, "--seed", 7, "--sheet")
    assert "waltz-sheet.png exist already: --overwrite replaces" in ended.err
    (tmp_path / "waltz-sheet.png").unlink()
    assert run("vary", picture, *FAST, "--seed", 7, "--overwrite").code == 0
    assert size(tmp_path / "waltz-7.png") == (16, 16)
    assert numbered(tmp_path) == ["waltz-7.png", "waltz.jpg"]


def test_an_existing_sheet_is_kept(run, picture, tmp_path):
    """Its name does not depend on the seed."""
    (tmp_path / "waltz-sheet.png").write_bytes(b"precious")
    assert run("vary", picture, *FAST, "--sheet").code == 2
    assert (tmp_path / "waltz-sheet.png").read_bytes() == b"precious"


@pytest.mark.parametrize("option", [[], ["--overwrite"], ["--skip-existing"]])
@pytest.mark.parametrize("name", ["waltz-7.png", "link.png"])
def test_a_source_is_never_replaced(run, picture, tmp_path, option, name):
    """Not with --overwrite, nor by another name of the same file."""
    (tmp_path / name).write_bytes(picture.read_bytes())
    if name == "link.png":
        (tmp_path / "waltz-7.png").symlink_to(tmp_path / name)
    before = (tmp_path / name).read_bytes()
    ended = run("vary", picture, tmp_path / name, *FAST, "--seed", 7, *option)
    assert ended.code == 2
    assert "waltz-7.png would replace a source of this command" in ended.err
    assert (tmp_path / name).read_bytes() == before


def test_a_file_that_appears_meanwhile_is_kept(run, picture, tmp_path, monkeypatch):
    """Names that depend on the engine are checked at writing."""

    def appear(*_: object) -> bytes:
        (tmp_path / "waltz-7.png").write_bytes(b"precious")
        return b"new"

    monkeypatch.setattr("diabelli.variation.Variation.encode", appear)
    ended = run("vary", picture, *FAST, "--seed", 7)
    assert ended.code == 1
    assert "waltz-7.png: exists already" in ended.err
    assert (tmp_path / "waltz-7.png").read_bytes() == b"precious"


@pytest.mark.parametrize("seed", [[], ["--seed", 7]])
def test_an_interrupted_run_is_resumed(run, picture, tmp_path, seed):
    """Only missing files are made."""
    out = tmp_path / "out"
    words = ("vary", picture, *FAST, "-n", 3, "--sheet", "--out", out, *seed)
    assert run(*words).code == 0
    first, *_ = names = numbered(out)
    assert len(names) == 4
    kept = {path: path.stat().st_mtime_ns for path in out.iterdir() if path.name != first}
    (out / first).unlink()
    ended = run(*words, "--skip-existing")
    assert ended.code == 0
    assert len(ended.out.split()) == 1
    assert len(numbered(out)) == 4
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert run(*words, "--skip-existing").out == ""


def test_files_are_written_whole(run, picture, tmp_path, monkeypatch):
    """A full disk leaves no partial file, and the message has no error number."""

    def write(path, content: bytes) -> None:
        with open(path, "wb") as file:
            file.write(content[:10])
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr("pathlib.Path.write_bytes", write)
    ended = run("vary", picture, *FAST, "--seed", 7, "--out", tmp_path / "out")
    assert ended.code == 1
    assert "waltz-7.png: No space left on device" in ended.err
    assert "Errno" not in ended.err
    assert numbered(tmp_path / "out") == []


def test_errors_of_files_have_no_numbers(run, picture, tmp_path):
    """The message is the operating system's sentence."""
    ended = run("vary", tmp_path / "none.png", tmp_path, *FAST)
    assert ended.code == 1
    assert "none.png: No such file or directory" in ended.err
    assert "Is a directory" in ended.err
    assert "Errno" not in ended.err
    refused = run("vary", picture, *FAST, "--out", picture)
    assert refused.code == 2
    assert "waltz.jpg is not a folder that can be written to" in refused.err


def test_a_pipe_is_read_once(run, picture, tmp_path):
    """This holds even if the sheet shows the source."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(picture.read_bytes()))
    writer.start()
    ended = run("vary", pipe, *FAST, "--seed", 7, "--sheet", "--out", tmp_path / "out")
    writer.join()
    assert ended.code == 0
    assert numbered(tmp_path / "out") == ["pipe-7.png", "pipe-sheet.png"]


def spawn(tmp_path, *words: object, **streams: object) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process with the embedded engine only."""
    return subprocess.run(
        [sys.executable, "-m", "diabelli", *map(str, words)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "COLUMNS": "80"},
        stderr=subprocess.PIPE,
        **streams,
    )


PLAIN = ("--size", "16", "--strength", "0", "--seed", "7")


def test_names_that_stdout_cannot_show_do_not_end_a_batch(picture, tmp_path):
    """A program that reads stdout gets the bytes of the name."""
    odd = [tmp_path / "wälzer.jpg", Path(os.fsdecode(bytes(tmp_path) + b"/\xff[red].jpg"))]
    for path in odd:
        path.write_bytes(picture.read_bytes())
    ended = spawn(tmp_path, "vary", *odd, *PLAIN, stdout=subprocess.PIPE)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.splitlines() == ["wälzer-7.png".encode(), b"\xff[red]-7.png"]


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["full", "closed", "gone"])
def test_a_closed_stdout_loses_no_files(picture, tmp_path, kind):
    """All files are written; only a full stdout is an error."""
    (tmp_path / "valse.jpg").write_bytes(picture.read_bytes())
    words = ("vary", picture, tmp_path / "valse.jpg", *PLAIN)
    if kind == "full":
        with open("/dev/full", "wb") as full:
            ended = spawn(tmp_path, *words, stdout=full)
        assert b"stdout cannot be written to: No space left on device" in ended.stderr
    elif kind == "closed":
        ended = spawn(tmp_path, *words, preexec_fn=lambda: os.close(1))
    else:
        reader, writer = os.pipe()
        os.close(reader)
        ended = spawn(tmp_path, *words, stdout=writer)
        os.close(writer)
    assert ended.returncode == (1 if kind == "full" else 0), ended.stderr
    assert b"Traceback" not in ended.stderr
    assert b"Exception ignored" not in ended.stderr
    assert {"waltz-7.png", "valse-7.png"} <= set(numbered(tmp_path))
