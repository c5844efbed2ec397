"""`diabelli batch`: output, exit codes and interruptions."""

import json
import os
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
import pytest

from batch_jobs import files, install_engines, write_picture
from diabelli.cli.batch_progress import BatchProgress

FAST = ("--engine", "shift", "--size", "16", "--workers", 1)


@pytest.fixture
def photos(tmp_path, tmp_path_factory, monkeypatch):
    """Three pictures, and the engine `shift` in all processes."""
    install_engines(tmp_path_factory.mktemp("site"), monkeypatch)
    for number in range(3):
        write_picture(tmp_path / "photos" / "cat" / f"{number}.png", seed=number)
    return tmp_path / "photos"


def test_a_missing_extra_is_that_of_batches(run, photos, monkeypatch):
    """Its message does not speak of a bucket, for a folder."""
    for name in ("obstore", "pyarrow"):
        monkeypatch.setitem(sys.modules, name, None)
    ended = run("batch", photos, "--out", "out", *FAST)
    assert ended.code == 3
    assert "a batch needs an extra: pip install 'diabelli[batch]'" in ended.err


def test_a_folder_is_varied_once(run, photos, tmp_path):
    """A second run makes nothing; a dry run writes nothing."""
    dry = run("batch", photos, "--out", "out", *FAST, "--dry-run")
    assert (dry.code, dry.out.splitlines()[0]) == (0, "3 pictures to vary, 0 done before")
    assert not (tmp_path / "out").exists()
    part = run("batch", photos, "--out", "out", *FAST, "--limit", 2, "--json")
    assert part.code == 0
    facts = json.loads(part.out)
    assert (facts["made"], facts["variations"], facts["failed"]) == (2, 2, 0)
    rest = run("batch", photos, "--out", "out", *FAST)
    first, place = rest.out.splitlines()
    assert first == "1 pictures varied, 1 variations, 2 done before, 0 refused, 0 failed"
    assert place == str(tmp_path / "out" / f"batch-{facts['job']}")
    assert len(files(tmp_path / "out" / f"batch-{facts['job']}" / "pictures" / "cat")) == 3
    dry = run("batch", photos, "--out", "out", *FAST, "--dry-run", "--json")
    assert json.loads(dry.out)["remaining"] == 0


def test_broken_pictures_are_named_and_exit_with_1(run, photos):
    """The others are varied."""
    (photos / "bad.png").write_text("hello")
    ended = run("batch", photos, "--out", "out", *FAST)
    assert ended.code == 1
    assert "bad.png: the source cannot be read" in ended.err
    assert ended.out.startswith("3 pictures varied, 3 variations, 0 done before, 1 refused")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["none", "--out", "out"], "none is no folder"),
        (["http://example.org/a", "--out", "out"], "s3://, gs://, az://"),
        (["photos", "--out", "photos"], "--out is the source"),
        (["photos", "--out", "out", "--quality", 5], "no effect on PNG"),
        (["photos", "--out", "out", "--quality", 101], "--quality 101 is not accepted"),
        (["photos", "--out", "out", "--size", "big"], "1536x1024"),
    ],
)
def test_wrong_arguments_are_refused_before_the_work(run, photos, words, said):
    """The exit code is that of a usage error."""
    ended = run("batch", *words, "--engine", "shift")
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_command_leaves_a_clean_manifest(photos, tmp_path, sent):
    """Every row has its file, and the same command goes on."""
    for number in range(3, 2000):
        os.link(photos / "cat" / "0.png", photos / "cat" / f"{number}.png")
    words = ["batch", photos, "--out", tmp_path / "out", *map(str, FAST)]
    running = subprocess.Popen(
        [sys.executable, "-m", "diabelli", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}, text=True,
    )  # fmt: skip
    end = time.monotonic() + 60
    while len(list(tmp_path.glob("out/*/pictures/cat/*"))) < 20:
        assert time.monotonic() < end
        time.sleep(0.05)
    running.send_signal(sent)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert "stopped; the same command goes on from here" in err
    assert "Traceback" not in err
    (folder,) = (tmp_path / "out").iterdir()
    rows = pq.read_table(folder / "manifest").to_pylist()
    made = files(folder)
    assert rows
    assert all(row["path"] in made for row in rows)
    assert out.startswith(f"{len(rows)} pictures varied")


def test_progress_has_rate_and_time_left(monkeypatch):
    """The time left is known once all pictures are counted."""
    from diabelli.batch.job import Counts

    now = 0.0
    monkeypatch.setattr("diabelli.cli.batch_progress.time.monotonic", lambda: now)
    counts = Counts(skipped=100)
    with BatchProgress(counts, lambda: 1000) as progress:
        progress._counter.join()
        progress.update()
        now, counts.made, counts.refused = 30.0, 59, 1
        progress.update()
    assert progress.text() == "160 of 1000 pictures, 2.0/s, 7 min left, 1 without variations"
