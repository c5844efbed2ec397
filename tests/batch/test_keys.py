"""Keys of a source: a stream in the order of names."""

import os

import pytest

from batch_jobs import KEYS, write_picture
from diabelli.batch.completed import CompletedKeys
from diabelli.batch.keys import KeyList, key_below
from diabelli.errors import InvalidParameter, StoreUnavailable
from diabelli.object_store import url_of


def keys_of(folder, **options) -> list[str]:
    return list(KeyList(source=url_of(str(folder)), **options))


def test_pictures_of_all_folders_are_listed_by_name(photos):
    """Other files are not; a limit takes the first."""
    assert keys_of(photos) == KEYS
    assert keys_of(photos, limit=2) == KEYS[:2]
    assert KeyList(source=url_of(str(photos))).count() == 3


def test_the_output_below_the_source_is_left_out(photos):
    """Its pictures are no sources, and the source is no output."""
    write_picture(photos / "new" / "batch-1" / "1.png")
    source = url_of(str(photos))
    without = key_below(source, url_of(str(photos / "new")))
    assert without == "new"
    assert keys_of(photos, without=without) == KEYS
    assert key_below(source, url_of(str(photos) + "-new")) is None
    assert key_below("s3://bucket/a", "s3://bucket/a/b/c") == "b/c"
    with pytest.raises(InvalidParameter, match="--out is the source"):
        key_below(source, url_of(f"{photos}/"))


def test_odd_names_are_listed(tmp_path):
    """Names that no store accepts appear with escapes instead of ending the list."""
    names = ["5%20 ä.png", "a#1.png", "b\\c.png", "n\nl.png", "~*?.png"]
    for name in names:
        write_picture(tmp_path / name)
    with open(os.fsencode(tmp_path) + b"/\xff.png", "wb"):
        pass
    os.symlink(tmp_path / "a#1.png", tmp_path / "link.png")
    os.symlink(tmp_path / "missing", tmp_path / "dead.png")
    os.symlink(tmp_path, tmp_path / "loop")
    listed = keys_of(tmp_path)
    assert sorted(listed) == sorted(
        ["5%20 ä.png", "a#1.png", "b\\c.png", "n\\nl.png", "~*?.png", "\\udcff.png", "link.png"]
    )


def test_a_missing_folder_is_an_error(tmp_path):
    """It has a name in the message."""
    with pytest.raises(StoreUnavailable, match="none cannot be listed: No such file"):
        keys_of(tmp_path / "none")


def test_completed_keys_are_a_set():
    """Each key is found, also if it occurs several times; others are not."""
    keys = [f"folder/{number}.png" for number in range(2000)]
    completed = CompletedKeys([keys[:1000], [], keys[500:1500]])
    assert len(completed) == 1500
    assert all(key in completed for key in keys[:1500])
    assert not any(key in completed for key in keys[1500:])
    assert "a" not in CompletedKeys([])
