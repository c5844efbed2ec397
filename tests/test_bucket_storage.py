"""The storage in a bucket, on a real S3 server and in a folder."""

import time
from contextlib import closing
from urllib.parse import parse_qsl
from urllib.request import urlopen

import pytest

from diabelli.errors import LinkExpired, PictureNotFound, StoreFull, StoreUnavailable
from diabelli.ledger.database import Database, sqlite_url
from diabelli.ledger.migrations import migrate
from diabelli.ledger.store_totals import StoreTotal
from diabelli.object_store import open_object_store
from diabelli.storage import BucketStorage, Storage
from s3 import S3Server, s3_server

SECRET = b"s" * 32


class Clock:
    """The time of the bucket, plus a settable offset in seconds."""

    offset = 0.0

    def __call__(self) -> float:
        return time.time() + self.offset


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def database(tmp_path):
    """A ledger, which has the count of bytes."""
    with closing(Database(sqlite_url(tmp_path / "ledger.sqlite3"))) as database:
        migrate(database)
        yield database


@pytest.fixture(params=["s3", "folder"])
def url(request, tmp_path):
    """The URL of each kind of store."""
    if request.param == "folder":
        return f"file://{tmp_path}/folder"
    return request.getfixturevalue("s3").url


def storage_at(url: str, database: Database, clock: Clock, **options) -> Storage:
    """Return the storage at a URL, as each server opens it."""
    return BucketStorage(
        open_object_store(url),
        SECRET,
        clock=clock,
        count=StoreTotal(database, url),
        keeps_attributes=not url.startswith("file:"),
        **options,
    )


@pytest.fixture
def storage(url, database, clock):
    return storage_at(url, database, clock)


@pytest.fixture
def small(url, database, clock):
    """A storage with a limit of 1000 bytes."""
    return storage_at(url, database, clock, limit_bytes=1000)


def test_each_server_opens_the_links_of_the_others(storage, url, database, clock):
    """They share the bucket and the secret."""
    key = storage.put(b"picture", "webp")
    query = dict(parse_qsl(storage.signed_query(key)))
    other = storage_at(url, database, clock)
    assert other.get(key, query) == b"picture"
    clock.offset = 3601
    with pytest.raises(LinkExpired):
        other.get(key, query)


def test_an_open_picture_is_readable_after_its_deletion(storage, clock):
    """Expired pictures are deleted after a grace, and others are kept."""
    key = storage.put(b"0123456789", "png")
    picture = storage.open(key)
    clock.offset = 3600 + 30
    assert storage.delete_expired() == 0
    clock.offset = 3600 + 90
    assert storage.delete_expired() == 1
    assert (len(picture), picture[2:5], picture[8:20]) == (10, b"234", b"89")
    with pytest.raises(PictureNotFound):
        storage.open(key)


def test_a_rule_of_the_bucket_may_delete_instead(url, database, clock):
    """The server then only measures."""
    storage = storage_at(url, database, clock, limit_bytes=1000, deletes=False)
    key = storage.put(b"x" * 600, "png")
    clock.offset = 10 * 3600
    assert storage.delete_expired() == 0
    assert storage.open(key) == b"x" * 600
    assert storage.size() == 600


def test_other_objects_are_left_alone(storage, url, clock):
    """A prefix may be shared; they are neither counted nor deleted."""
    open_object_store(url).put("notes.txt", b"keep")
    storage.check()
    clock.offset = 10**6
    assert storage.delete_expired() == 0
    assert storage.size() == 0
    assert bytes(open_object_store(url).get("notes.txt").bytes()) == b"keep"


def test_servers_share_the_size_limit(small, url, database, clock):
    """What one stores or reserves counts for the others at once."""
    other = storage_at(url, database, clock, limit_bytes=1000)
    small.put(b"x" * 600, "png")
    with pytest.raises(StoreFull):
        other.put(b"x" * 401, "png")
    with pytest.raises(StoreFull):
        other.reserve(401)
    other.put(b"x" * 400, "png")
    assert small.size() == other.size() == 1000
    clock.offset = 2 * 3600
    assert other.delete_expired() == 2
    assert small.size() == 0
    small.reserve(1000)


def test_a_measurement_corrects_the_count(small, url, database):
    """A server that was killed while it stored has counted a picture that does not exist."""
    small.put(b"x" * 100, "png")
    StoreTotal(database, url).fits(500, 1000, add=True)
    assert small.size() == 600
    small.delete_expired()
    assert small.size() == 100


def test_a_bucket_that_is_down_loses_nothing(s3: S3Server, database, clock):
    """Failed writes are refused and not counted; stored pictures are there when it is back."""
    small = storage_at(s3.url, database, clock, limit_bytes=1000)
    key = small.put(b"x" * 100, "png")
    port = int(s3.environment["AWS_ENDPOINT_URL"].rpartition(":")[2])
    s3.process.kill()
    s3.process.wait(10)
    for use in (lambda: small.put(b"x", "png"), lambda: small.open(key), small.check):
        with pytest.raises(StoreUnavailable) as caught:
            use()
        assert not isinstance(caught.value, StoreFull)
    with pytest.raises(StoreUnavailable, match="cannot be read"):
        small.delete_expired()
    assert small.size() == 100
    with s3_server(s3.folder, port):
        small.check()
        assert small.open(key) == b"x" * 100


def test_a_missing_bucket_is_unavailable(s3: S3Server, database, clock):
    """It is reported at the check, before the first request."""
    storage = storage_at("s3://missing/prefix", database, clock)
    with pytest.raises(StoreUnavailable, match=r"cannot be kept: .*NoSuchBucket"):
        storage.check()


def test_a_presigned_link_leads_to_the_bucket(s3: S3Server, database, clock):
    """The picture has its media type, and the link the remaining lifetime."""
    storage = storage_at(s3.url, database, clock, presigned=True)
    key = storage.put(b"picture", "webp")
    url = storage.direct_url(key, int(clock()) - 600)
    assert url.startswith(s3.environment["AWS_ENDPOINT_URL"])
    assert 2990 <= int(dict(parse_qsl(url))["X-Amz-Expires"]) <= 3000
    with urlopen(url) as response:
        assert response.read() == b"picture"
        assert response.headers["content-type"] == "image/webp"
    assert storage_at(s3.url, database, clock).direct_url(key) is None
