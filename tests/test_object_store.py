"""Object stores: URLs, credentials and errors, on a real S3 server."""

from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from diabelli.errors import InvalidSettings, StoreUnavailable
from diabelli.object_store import object_store_errors, open_object_store, presigned_url
from s3 import S3Server


def test_an_object_is_stored_below_the_prefix(s3: S3Server):
    """The path of the URL is part of each key."""
    store = open_object_store(s3.url)
    store.put("a/b", b"content")
    assert s3.files() == {"results/a/b": b"content"}
    assert bytes(store.get("a/b").bytes()) == b"content"


def test_wrong_credentials_are_refused_in_words(s3: S3Server, monkeypatch):
    """The message has the server's reason on one line, without its response."""
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wrong")
    store = open_object_store(s3.url)
    with (
        pytest.raises(StoreUnavailable, match=r"^it failed: .*privileges") as caught,
        object_store_errors("it failed"),
    ):
        store.put("a", b"content")
    assert "\n" not in caught.value.message
    assert "xml" not in caught.value.message


def test_a_missing_object_stays_a_missing_file(s3: S3Server):
    """Its absence is no failure of the store."""
    with pytest.raises(FileNotFoundError), object_store_errors("it failed"):
        open_object_store(s3.url).get("missing")


def test_a_presigned_url_opens_one_object(s3: S3Server):
    """It needs no credentials; a changed one is refused."""
    store = open_object_store(s3.url)
    store.put("a", b"content")
    url = presigned_url(store, "a", 60)
    with urlopen(url) as response:
        assert response.read() == b"content"
    with pytest.raises(HTTPError, match="403") as refused:
        urlopen(url[:-1] + ("0" if url[-1] != "0" else "1"))
    refused.value.close()


def test_a_folder_is_created_and_cannot_sign(tmp_path: Path):
    """`file:///` stands for a bucket in trials."""
    store = open_object_store(f"file://{tmp_path}/new folder")
    store.put("a", b"content")
    assert (tmp_path / "new folder" / "a").read_bytes() == b"content"
    with pytest.raises(StoreUnavailable, match="cannot be signed"):
        presigned_url(store, "a", 60)


@pytest.mark.parametrize(
    "url",
    [
        "bucket",
        "s3://",
        "s3:///prefix",
        "s3://bucket?x=1",
        "s3://u:p@bucket",
        "ftp://bucket",
        "s3://[bucket",
    ],
)
def test_other_urls_are_refused(url):
    """Credentials in a URL would appear in logs."""
    with pytest.raises(InvalidSettings):
        open_object_store(url)


def test_a_missing_account_is_reported(monkeypatch):
    """Azure's account is no part of the URL."""
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)
    with pytest.raises(InvalidSettings, match="Account must be specified"):
        open_object_store("az://container/prefix")
