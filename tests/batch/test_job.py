"""Jobs: their files and rows, and how they are resumed."""

import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import duckdb
import pandas
import pyarrow.parquet as pq
import pytest
from PIL import Image

import diabelli
from batch_jobs import KEYS, Loop, files, job, run, write_picture
from diabelli.batch import manifest
from diabelli.batch.manifest import COLUMNS
from diabelli.errors import EngineFailed, StoreUnavailable
from shift_engine import ShiftEngine

PAGE = Path(__file__).parents[2] / "docs" / "batch.md"


def table(folder: Path) -> list[dict]:
    """Return the rows of a job's manifest, in the order of key and index."""
    rows = pq.read_table(folder / "manifest").to_pylist()
    return sorted(rows, key=lambda row: (row["key"], row["index"] or 0))


def test_each_variation_has_a_file_and_a_row(photos, tmp_path):
    """The row has the source and the result; folders, and so labels, are kept."""
    done = run(job(photos, tmp_path / "out"))
    folder = tmp_path / "out" / done.folder
    rows = table(folder)
    assert [row["key"] for row in rows] == [key for key in KEYS for _ in range(2)]
    for row in rows:
        content = (folder / row["path"]).read_bytes()
        source = (photos / row["key"]).read_bytes()
        assert row["path"] == f"pictures/{row['key'].removesuffix('.png')}-{row['seed']}.png"
        assert row["sha256"] == hashlib.sha256(content).hexdigest()
        assert row["source_sha256"] == hashlib.sha256(source).hexdigest()
        assert (row["bytes"], row["source_bytes"]) == (len(content), len(source))
        assert (row["width"], row["height"], row["status"]) == (16, 16, "made")
        assert (row["engine"], row["engine_version"], row["strength"]) == ("shift", "1", 0.5)
    assert len(files(folder / "pictures")) == 6
    assert json.loads((folder / "job.json").read_text())["n"] == 2
    counts = done.counts
    assert (counts.made, counts.variations, counts.seen) == (3, 6, 3)


def test_a_seed_makes_the_same_bytes_as_the_library(photos, tmp_path):
    """The picture can be made again alone."""
    done = run(job(photos, tmp_path / "out"))
    folder = tmp_path / "out" / done.folder
    for row in table(folder)[::2]:
        made = diabelli.vary(
            photos / row["key"], n=2, size=16, seed=row["seed"], engine=ShiftEngine()
        )
        assert made[0].encode("png") == (folder / row["path"]).read_bytes()


def test_duckdb_reads_the_manifest(photos, tmp_path):
    """With the types of the documentation."""
    done = run(job(photos, tmp_path / "out"))
    parts = str(tmp_path / "out" / done.folder / "manifest" / "*.parquet")
    with duckdb.connect() as database:
        (counted,) = database.execute(
            "SELECT count(*), count(DISTINCT seed) FROM read_parquet(?)", [parts]
        ).fetchall()
        described = database.execute("DESCRIBE SELECT * FROM read_parquet(?)", [parts]).fetchall()
    assert counted == (6, 6)
    assert [column[0] for column in described] == list(COLUMNS)


def test_pandas_reads_the_manifest(photos, tmp_path):
    """The folder is one table; a picture without variations has nulls."""
    (photos / "broken.png").write_bytes(b"no picture")
    done = run(job(photos, tmp_path / "out"))
    frame = pandas.read_parquet(tmp_path / "out" / done.folder / "manifest")
    assert list(frame.columns) == list(COLUMNS)
    made = frame[frame["status"] == "made"]
    assert sorted(made["key"]) == [key for key in KEYS for _ in range(2)]
    assert list(made["width"]) == [16] * 6
    (refused,) = frame[frame["status"] == "refused"].to_dict("records")
    assert refused["key"] == "broken.png"
    assert refused["error_code"]
    assert pandas.isna(refused["path"])


def test_a_second_run_makes_nothing(photos, tmp_path):
    """All files stay as they are, and no part is added."""
    first = run(job(photos, tmp_path / "out"))
    before = files(tmp_path / "out")
    second = run(job(photos, tmp_path / "out"))
    assert first.folder == second.folder
    assert (second.counts.skipped, second.counts.made) == (3, 0)
    assert files(tmp_path / "out") == before


def test_an_interrupted_run_goes_on(photos, tmp_path):
    """Pictures that were finished before have rows, and are not made again."""

    def stop(rows):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(job(photos, tmp_path / "out"), on_rows=stop)
    rest = run(job(photos, tmp_path / "out"))
    assert (rest.counts.skipped, rest.counts.made) == (1, 2)
    run(job(photos, tmp_path / "whole"))
    one, whole = (files(tmp_path / name / rest.folder / "pictures") for name in ("out", "whole"))
    assert one == whole


def test_work_without_rows_is_repeated_with_the_same_bytes(photos, tmp_path):
    """A killed run has written files, but not their rows."""
    done = run(job(photos, tmp_path / "out"))
    folder = tmp_path / "out" / done.folder
    before = files(folder / "pictures")
    for part in (folder / "manifest").iterdir():
        part.unlink()
    again = run(job(photos, tmp_path / "out"))
    assert (again.counts.made, again.counts.failed) == (3, 0)
    assert files(folder / "pictures") == before


def test_another_recipe_is_another_job(photos, tmp_path):
    """Both are complete side by side."""
    one = run(job(photos, tmp_path / "out"))
    other = run(job(photos, tmp_path / "out", strength=0.6))
    assert one.folder != other.folder
    assert other.counts.made == 3
    assert len(table(tmp_path / "out" / one.folder)) == 6


def test_no_file_is_replaced(photos, tmp_path):
    """A foreign file in the place of a variation stays, and its picture fails."""
    done = run(job(photos, tmp_path / "out"))
    folder = tmp_path / "out" / done.folder
    foreign = folder / table(folder)[0]["path"]
    foreign.write_text("mine")
    for part in (folder / "manifest").iterdir():
        part.unlink()
    again = run(job(photos, tmp_path / "out"))
    assert foreign.read_text() == "mine"
    assert (again.counts.made, again.counts.failed) == (2, 1)
    assert table(folder)[0]["error_code"] == "file_exists"


def test_files_of_an_engine_that_is_not_repeatable_are_kept(photos, tmp_path, monkeypatch):
    """A killed run's file stays, and the row describes it."""
    done = run(job(photos, tmp_path / "out"))
    folder = tmp_path / "out" / done.folder
    kept = folder / table(folder)[0]["path"]
    kept.write_text("paid for")
    for part in (folder / "manifest").iterdir():
        part.unlink()
    monkeypatch.setattr(ShiftEngine, "info", replace(ShiftEngine.info, repeatable=False))
    assert run(job(photos, tmp_path / "out")).counts.failed == 0
    assert kept.read_text() == "paid for"
    assert table(folder)[0]["sha256"] == hashlib.sha256(b"paid for").hexdigest()


def test_a_broken_picture_is_a_row_with_its_reason(photos, tmp_path):
    """Later runs do not try it again."""
    (photos / "bad.jpg").write_text("hello")
    done = run(job(photos, tmp_path / "out"))
    assert (done.counts.made, done.counts.refused) == (3, 1)
    row = table(tmp_path / "out" / done.folder)[0]
    assert (row["key"], row["status"], row["path"]) == ("bad.jpg", "refused", None)
    assert (row["error_code"], row["source_bytes"]) == ("invalid_picture", 5)
    assert "cannot be read" in row["reason"]
    assert run(job(photos, tmp_path / "out")).counts.skipped == 4


def test_a_failed_picture_is_tried_again(photos, tmp_path, monkeypatch):
    """An engine's fault, or a file that vanished, may be gone in the next run."""
    fail = {"cat/1.png"}

    def make(self, source, spec, *rest):
        if spec.seed == wanted:
            raise EngineFailed
        return prepare(self, source, spec, *rest)

    prepare = ShiftEngine.prepare
    first = job(photos, tmp_path / "out")
    wanted = first.recipe.picture_seed(*fail)
    monkeypatch.setattr(ShiftEngine, "prepare", make)
    assert run(first).counts.failed == 1
    monkeypatch.setattr(ShiftEngine, "prepare", prepare)
    second = run(job(photos, tmp_path / "out"))
    assert (second.counts.skipped, second.counts.made) == (2, 1)


def test_a_file_that_vanishes_after_listing_fails(photos, tmp_path):
    """Its row has the reason, and the run goes on."""
    wanted = job(photos, tmp_path / "out")
    (row,) = next(Loop(wanted).run(["cat/none.png"]))
    assert (row.status, row.error_code) == ("failed", "source_unreadable")
    assert "no such file" in (row.reason or "")


def test_an_unwritable_output_ends_the_run(photos, tmp_path):
    """No row would be true."""
    wanted = job(photos, tmp_path / "out")
    (tmp_path / "out" / wanted.folder).mkdir(parents=True)
    (tmp_path / "out" / wanted.folder / "pictures").write_text("a file in the folder's place")
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        run(wanted)


def test_parts_are_written_while_the_run_works(photos, tmp_path, monkeypatch):
    """A run that is killed loses no more rows than those of one part."""
    monkeypatch.setattr(manifest, "PART_ROWS", 4)
    wanted = job(photos, tmp_path / "out")
    seen: list[int] = []
    parts = tmp_path / "out" / wanted.folder / "manifest"
    run(wanted, on_rows=lambda _: seen.append(len(list(parts.glob("*.parquet")))))
    assert seen == [0, 1, 1]
    assert len(list(parts.iterdir())) == 2


def test_a_damaged_part_is_named(photos, tmp_path):
    """The message advises to delete it."""
    done = run(job(photos, tmp_path / "out"))
    (part,) = (tmp_path / "out" / done.folder / "manifest").iterdir()
    part.write_bytes(b"damaged")
    with pytest.raises(StoreUnavailable, match=f"{part.name} is no part of a manifest; delete it"):
        run(job(photos, tmp_path / "out"))


def test_every_column_is_documented():
    """docs/batch.md has a row for each, in their order, with its type."""
    documented = re.findall(r"^\| `(\w+)` \| `([\w<>]+)` \|", PAGE.read_text(), re.MULTILINE)
    assert documented == list(COLUMNS.items())


def test_formats_are_written(photos, tmp_path):
    """The suffix is the format's name."""
    done = run(job(photos, tmp_path / "out", output_format="webp", quality=50, n=1))
    folder = tmp_path / "out" / done.folder
    assert all(name.endswith(".webp") for name in files(folder / "pictures"))
    assert table(folder)[0]["seed"] is not None
    with Image.open(BytesIO(next(iter(files(folder / "pictures").values())))) as opened:
        assert opened.format == "WEBP"


def test_odd_names_are_kept(tmp_path):
    """Names with percent signs, spaces and number signs make files of those names."""
    write_picture(tmp_path / "in" / "5%20 ä#1.png")
    done = run(job(tmp_path / "in", tmp_path / "out", n=1))
    (row,) = table(tmp_path / "out" / done.folder)
    assert row["key"] == "5%20 ä#1.png"
    assert (tmp_path / "out" / done.folder / row["path"]).is_file()


@pytest.mark.slow
def test_datasets_reads_labels_and_manifest(photos, tmp_path):
    """The code of docs/batch.md joins originals and variations, with the same labels."""
    train = photos / "train"
    pictures = photos.rename(tmp_path / "pictures")
    photos.mkdir()
    pictures.rename(train)
    done = run(job(train, tmp_path / "varied"))
    (code,) = re.findall(r"```text\n(from datasets .*?)```", PAGE.read_text(), re.DOTALL)
    code = (
        re.sub(r"batch-[0-9a-f]{12}", done.folder, code)
        + f"""
import json
manifest = load_dataset(
    "parquet", data_files="varied/{done.folder}/manifest/*.parquet", split="train"
)
names = training.features["label"].names
labels = sorted(names[label] for label in training["label"])
print(json.dumps([labels, manifest.column_names, sorted(manifest["key"])]))
"""
    )
    environment = {**os.environ, "HF_HOME": str(tmp_path / "hub"), "HF_HUB_OFFLINE": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True,
        text=True, timeout=100,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    labels, columns, keys = json.loads(ran.stdout.splitlines()[-1])
    assert labels == ["cat"] * 6 + ["dog"] * 3
    assert columns == list(COLUMNS)
    assert keys == [key for key in KEYS for _ in range(2)]


def test_the_documented_shard_has_labels(photos, tmp_path):
    """The code of docs/batch.md writes a picture and its label for each variation."""
    done = run(job(photos, tmp_path / "out"))
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    defined: dict = {}
    exec(code, defined)
    shard = tmp_path / "shard.tar"
    assert defined["write_shard"](tmp_path / "out" / done.folder, shard) == 6
    with tarfile.open(shard) as opened:
        members = {name: opened.extractfile(name).read() for name in opened.getnames()}
    labels = [json.loads(text)["label"] for name, text in members.items() if ".json" in name]
    assert sorted(labels) == ["cat"] * 4 + ["dog"] * 2
    assert all(text[:4] == b"\x89PNG" for name, text in members.items() if ".png" in name)
