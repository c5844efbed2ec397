"""Batches from and to a bucket, on a real S3 server."""

import pytest

from batch_jobs import KEYS, files, job, plan, run
from diabelli.batch.process_pool import ProcessPool
from diabelli.errors import StoreUnavailable
from s3 import BUCKET, s3_server


@pytest.fixture
def s3(tmp_path, photos, monkeypatch):
    """A server whose bucket has the photos below `photos/`."""
    with s3_server(tmp_path / "s3") as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        for key in KEYS:
            target = tmp_path / "s3" / BUCKET / "photos" / key
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((photos / key).read_bytes())
        yield server


SOURCE, OUT = f"s3://{BUCKET}/photos", f"s3://{BUCKET}/photos/varied"


@pytest.mark.slow
def test_a_bucket_gives_the_same_bytes_as_a_folder(s3, photos, tmp_path):
    """The output may be below the source; a second run makes nothing."""
    local, remote = job(photos, tmp_path / "out"), job(SOURCE, OUT)
    run(local)
    run(remote, ProcessPool(plan(remote), 1))
    folder = tmp_path / "s3" / BUCKET / "photos" / "varied" / remote.folder
    one, other = (files(each / "pictures") for each in (tmp_path / "out" / local.folder, folder))
    assert len(one) == 6
    assert one == other
    assert len(list((folder / "manifest").iterdir())) == 1
    again = run(job(SOURCE, OUT))
    assert (again.counts.skipped, again.counts.made) == (3, 0)


def test_a_missing_bucket_is_named(s3, photos):
    """For the source and for the output, before any work."""
    with pytest.raises(StoreUnavailable, match="s3://none/x"):
        run(job(photos, "s3://none/x"))
    with pytest.raises(StoreUnavailable, match="s3://none/y cannot be listed"):
        list(job("s3://none/y", OUT).keys)


def test_wrong_credentials_are_refused_in_words(s3, monkeypatch):
    """With the server's reason."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    with pytest.raises(StoreUnavailable, match="photos cannot be listed: "):
        list(job(SOURCE, OUT).keys)
