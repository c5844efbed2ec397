"""The storage: atomic writes, signed links, the size limit, and the cleanup."""

import os
import shutil
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from diabelli import private_files, shared_size
from diabelli.errors import (
    InvalidSignature,
    LinkExpired,
    PictureNotFound,
    StoreFull,
    StoreUnavailable,
)
from diabelli.private_files import ensure_private_dir, load_or_create_secret
from diabelli.storage import LocalStorage
from diabelli.storage import local as module

NOON = 1_800_000_000.0


class Clock:
    """A settable clock."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def storage(tmp_path: Path, clock: Clock) -> LocalStorage:
    return LocalStorage(tmp_path / "pictures", b"s" * 32, clock=clock)


def link(storage: LocalStorage, key: str) -> dict[str, str]:
    return dict(parse_qsl(storage.signed_query(key), strict_parsing=True))


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_signed_link_opens_its_picture(storage):
    """A stored picture is returned for the values of its link."""
    key = storage.put(b"picture", "webp")
    assert storage.get(key, link(storage, key)) == b"picture"


def test_a_key_contains_the_hour_and_the_format(storage):
    """One folder an hour, and names that cannot be guessed."""
    keys = {storage.put(b"x", "png") for _ in range(20)}
    assert len(keys) == 20
    for key in keys:
        folder, _, name = key.partition("/")
        assert folder == "2027011508"
        assert name.startswith("img-")
        assert name.endswith(".png")
        assert len(name) == len("img-.png") + 24


def test_a_link_works_for_sixty_minutes(storage, clock):
    """It is valid until the last second before the sixtieth minute."""
    key = storage.put(b"picture", "png")
    values = link(storage, key)
    clock.now += 3599
    assert storage.get(key, values) == b"picture"
    clock.now += 1
    with pytest.raises(LinkExpired, match="2027-01-15 09:00:00 UTC"):
        storage.get(key, values)


@pytest.mark.parametrize("name", ["st", "se", "sig"])
def test_a_link_without_one_of_its_values_is_refused(storage, name):
    """An unsigned link is refused."""
    key = storage.put(b"picture", "png")
    values = link(storage, key)
    del values[name]
    with pytest.raises(InvalidSignature):
        storage.get(key, values)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("se", "1900000000"),
        ("st", "0"),
        ("sig", "0" * 64),
        ("sig", ""),
        ("sig", "é�"),
        ("se", "-1"),
        ("se", "1e9"),
        ("se", "٣"),
        ("se", "9" * 5000),
        ("se", "1800003600\n"),
    ],
)
def test_an_altered_link_is_refused(storage, name, value):
    """Neither the times nor the signature can be changed, and odd values are refused alike."""
    key = storage.put(b"picture", "png")
    with pytest.raises(InvalidSignature):
        storage.get(key, {**link(storage, key), name: value})


def test_a_link_opens_no_other_picture(storage):
    """The signature is for one key."""
    mine, other = storage.put(b"mine", "png"), storage.put(b"other", "png")
    with pytest.raises(InvalidSignature):
        storage.get(other, link(storage, mine))


def test_another_secret_makes_other_signatures(storage, tmp_path, clock):
    """A link from another server is refused."""
    key = storage.put(b"picture", "png")
    other = LocalStorage(tmp_path / "pictures", b"t" * 32, clock=clock)
    with pytest.raises(InvalidSignature):
        storage.get(key, link(other, key))


@pytest.mark.parametrize(
    "key",
    [
        "../secret",
        "2027011508/../../secret",
        "/etc/passwd",
        "2027011508/img-x.png",
        "",
        "\x00",
        "2027011508/img-" + "a" * 24 + ".png/..",
        "2027011508/img-" + "a" * 24 + ".png\n",
    ],
)
def test_a_key_of_another_form_is_not_found_even_when_signed(storage, key):
    """No key selects a file outside of the storage."""
    with pytest.raises(PictureNotFound):
        storage.get(key, link(storage, key))


def test_a_signed_link_to_nothing_is_not_found(storage):
    """A deleted picture is missing, not a fault."""
    key = "2027011508/img-" + "a" * 24 + ".png"
    with pytest.raises(PictureNotFound):
        storage.get(key, link(storage, key))


def test_files_are_private(storage, tmp_path):
    """Directories have mode 0700 and pictures 0600."""
    key = storage.put(b"picture", "png")
    path = tmp_path / "pictures" / key
    assert [mode(path), mode(path.parent), mode(path.parent.parent)] == [0o600, 0o700, 0o700]


def test_the_cleanup_deletes_expired_pictures(storage, clock, tmp_path):
    """Pictures are kept as long as their links, and a minute more for running downloads."""
    key = storage.put(b"picture", "png")
    values = link(storage, key)
    clock.now += 3599
    assert storage.delete_expired() == 0
    assert storage.get(key, values) == b"picture"
    clock.now += 62
    assert storage.delete_expired() == 1
    assert not (tmp_path / "pictures" / key).exists()


def test_the_cleanup_deletes_drafts_and_empty_directories(storage, clock, tmp_path):
    """Drafts of a crash are deleted with their hour."""
    folder = tmp_path / "pictures" / "2027011508"
    folder.mkdir()
    half = folder / ".img-half.png.part"
    half.write_bytes(b"ha")
    os.utime(half, (NOON, NOON))
    clock.now += 3 * 3600
    assert storage.delete_expired() == 1
    assert not folder.exists()


def test_the_cleanup_ignores_other_files(storage, clock, tmp_path):
    """Only directories of hours are cleaned."""
    other = tmp_path / "pictures" / "notes.txt"
    other.write_text("keep")
    clock.now += 10**6
    storage.delete_expired()
    assert other.exists()


def test_an_unwritable_storage_raises(storage, tmp_path):
    """The message names the failed operation."""
    (tmp_path / "pictures" / "2027011508").write_text("in the way")
    with pytest.raises(StoreUnavailable, match="cannot be kept"):
        storage.put(b"picture", "png")
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        ensure_private_dir(tmp_path / "pictures" / "2027011508" / "deeper")


def test_the_secret_is_made_once(tmp_path):
    """A restart keeps links valid, and the secret is private."""
    first = load_or_create_secret(tmp_path / "data")
    assert len(first) == 32
    assert load_or_create_secret(tmp_path / "data") == first
    assert mode(tmp_path / "data" / "secret") == 0o600
    assert mode(tmp_path / "data") == 0o700
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret"]


def test_processes_that_start_together_agree_on_the_secret(tmp_path):
    """All of them load the secret of the first."""
    barrier = threading.Barrier(8)
    secrets: list[bytes] = []

    def start() -> None:
        barrier.wait()
        secrets.append(load_or_create_secret(tmp_path))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(secrets) == 8
    assert len(set(secrets)) == 1


def test_a_damaged_secret_is_not_replaced_silently(tmp_path):
    """The operator decides, because a new secret invalidates all links."""
    (tmp_path / "secret").write_bytes(b"short")
    with pytest.raises(StoreUnavailable, match="5 bytes instead of 32"):
        load_or_create_secret(tmp_path)


def test_a_pipe_in_place_of_the_secret_is_refused(tmp_path):
    """To read it would wait without end."""
    os.mkfifo(tmp_path / "secret")
    with pytest.raises(StoreUnavailable, match="is not a file"):
        load_or_create_secret(tmp_path)


def test_drafts_are_deleted_early(tmp_path):
    """The draft of a dead process is deleted while its hour's pictures are kept."""
    clock = Clock()
    storage = LocalStorage(tmp_path, b"s" * 32, clock=clock)
    key = storage.put(b"x", "png")
    half = (tmp_path / key).with_name(".img-half.png.part")
    half.write_bytes(b"x")
    os.utime(half, (NOON, NOON))
    assert storage.delete_expired() == 0
    clock.now += 120
    assert storage.delete_expired() == 1
    assert not half.exists()
    assert (tmp_path / key).exists()


def test_the_size_is_that_of_all_pictures(storage, clock):
    """It is the sum over all hours."""
    storage.put(b"12345", "png")
    clock.now += 3600
    storage.put(b"123", "webp")
    assert storage.size() == 8


def test_concurrent_cleanups_do_not_fail(storage, clock, tmp_path):
    """Files that another process deleted are no fault, also during a measurement."""
    for _ in range(200):
        storage.put(b"x", "png")
        clock.now += 3600
    clock.now += 10**6
    together = threading.Barrier(4)
    done: list[object] = []

    def sweep() -> None:
        own = LocalStorage(tmp_path / "pictures", b"s" * 32, clock=clock)
        together.wait(5)
        done.append((own.delete_expired(), own.size()))

    threads = [threading.Thread(target=sweep) for _ in range(together.parties)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(done) == together.parties
    assert list((tmp_path / "pictures").iterdir()) == []


def test_a_missing_directory_cannot_be_measured(storage, tmp_path):
    """It is not taken for an empty one."""
    shutil.rmtree(tmp_path / "pictures")
    with pytest.raises(StoreUnavailable, match="cannot be read: No such file"):
        storage.size()


def test_a_check_leaves_nothing(storage, tmp_path):
    """It writes a file and deletes it."""
    storage.check()
    assert storage.size() == 0
    shutil.rmtree(tmp_path / "pictures")
    with pytest.raises(StoreUnavailable, match="cannot be kept"):
        storage.check()


@pytest.mark.parametrize("broken", ["hour", "dangling hour", ".size"])
def test_a_check_finds_what_a_picture_would_meet(tmp_path, clock, broken):
    """A storage is not ready if its next picture fails."""
    storage = LocalStorage(tmp_path, b"s" * 32, clock=clock, limit_bytes=1000)
    storage.put(b"picture", "png")
    storage.check()
    hour = tmp_path / module.hour_of(NOON)
    shutil.rmtree(hour)
    if broken == "hour":
        hour.write_bytes(b"")
    elif broken == "dangling hour":
        hour.symlink_to(tmp_path / "nothing")
    else:
        (tmp_path / ".size").unlink()
        (tmp_path / ".size").mkdir()
    for use in (storage.check, lambda: storage.put(b"picture", "png")):
        with pytest.raises(StoreUnavailable):
            use()


def test_a_full_storage_is_no_fault(tmp_path):
    """Requests that store nothing are still served."""
    storage = LocalStorage(tmp_path, b"s" * 32, limit_bytes=10)
    storage.put(b"0123456789", "png")
    storage.check()


def test_a_link_reports_its_remaining_lifetime(storage, clock):
    """Caches may keep the picture as long, and no longer."""
    key = storage.put(b"picture", "png")
    values = link(storage, key)
    clock.now += 3000.25
    assert storage.check_link(key, values) == 599
    clock.now += 599.5
    assert storage.check_link(key, values) == 0


def test_a_link_outlives_a_clock_set_back(storage, clock):
    """The start of its lifetime is informative, so that no valid link is refused."""
    key = storage.put(b"picture", "png")
    values = link(storage, key)
    clock.now -= 7200
    assert storage.get(key, values) == b"picture"


def test_an_open_picture_is_readable_after_its_deletion(storage, clock):
    """It is read in slices, also after the cleanup."""
    key = storage.put(b"0123456789", "png")
    picture = storage.open(key)
    clock.now += 2 * 3600
    assert storage.delete_expired() == 1
    assert (len(picture), picture[2:5], picture[8:20]) == (10, b"234", b"89")
    with pytest.raises(PictureNotFound):
        storage.open(key)


@pytest.fixture
def small(tmp_path: Path, clock: Clock) -> LocalStorage:
    """A storage with a limit of 1000 bytes."""
    return LocalStorage(tmp_path / "pictures", b"s" * 32, clock=clock, limit_bytes=1000)


def test_the_size_limit_holds(small):
    """A picture that does not fit is refused, and nothing of it is left."""
    small.put(b"x" * 600, "png")
    with pytest.raises(StoreFull, match="storage of result pictures is full"):
        small.put(b"x" * 401, "png")
    small.put(b"x" * 400, "png")
    assert small.size() == 1000


def test_room_is_reserved_before_the_work(small):
    """Concurrent requests cannot reserve more than fits; a released reservation frees its room."""
    small.put(b"x" * 300, "png")
    small.reserve(400)
    with pytest.raises(StoreFull):
        small.reserve(400)
    small.release(400)
    small.reserve(700)


def test_deleted_pictures_free_their_room(small, clock):
    """The cleanup makes room at once."""
    small.put(b"x" * 1000, "png")
    with pytest.raises(StoreFull):
        small.reserve(1)
    clock.now += 2 * 3600
    assert small.delete_expired() == 1
    small.reserve(1000)


def test_pictures_of_other_processes_count(small, tmp_path, clock, monkeypatch):
    """The size is measured again after an interval."""
    monkeypatch.setattr(shared_size, "_MEASURE_INTERVAL_S", 0.05)
    small.reserve(1000)
    small.release(1000)
    LocalStorage(tmp_path / "pictures", b"s" * 32, clock=clock).put(b"x" * 900, "png")
    time.sleep(0.1)
    with pytest.raises(StoreFull):
        small.reserve(200)


def test_additions_of_other_processes_count_at_once(small, tmp_path, clock):
    """Without a new measurement, also for pictures that were not reserved."""
    other = LocalStorage(tmp_path / "pictures", b"s" * 32, clock=clock, limit_bytes=1000)
    for one in (small, other):
        one.reserve(1)
        one.release(1)
    small.put(b"x" * 600, "png")
    with pytest.raises(StoreFull):
        other.put(b"x" * 600, "png")
    with pytest.raises(StoreFull):
        other.reserve(600)
    other.put(b"x" * 400, "png")
    assert small.size() == 1000


PUTTING = """
import sys
from pathlib import Path
from diabelli.errors import StoreFull
from diabelli.storage import LocalStorage
from diabelli.storage import local as module
storage = LocalStorage(Path(sys.argv[1]), b"s" * 32, limit_bytes=300_000)
storage.reserve(1)
print(flush=True)
sys.stdin.readline()
for number in range(100):
    try:
        storage.put(bytes(1000), "png")
    except StoreFull:
        sys.exit(9)
"""


def test_the_size_limit_holds_for_several_processes(tmp_path):
    """Four that write at the same time fill it, and exceed it by a picture of each at most."""
    command = [sys.executable, "-c", PUTTING, str(tmp_path / "pictures")]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(4)
    ]
    for process in processes:
        process.stdout.readline()
    for process in processes:
        process.stdin.write(b"\n")
        process.stdin.close()
    codes = [process.wait(60) for process in processes]
    for process in processes:
        process.stdout.close()
    assert codes.count(9) >= 1
    assert set(codes) <= {0, 9}
    assert 290_000 <= LocalStorage(tmp_path / "pictures", b"s" * 32).size() <= 304_000


def test_a_missing_directory_has_no_room(small, tmp_path):
    """It is reported as unavailable, not as full."""
    shutil.rmtree(tmp_path / "pictures")
    for use in (lambda: small.reserve(1), lambda: small.put(b"x", "png")):
        with pytest.raises(StoreUnavailable, match="No such file") as caught:
            use()
        assert not isinstance(caught.value, StoreFull)


def test_a_settled_hour_is_measured_once(storage, clock, tmp_path, monkeypatch):
    """Measurements of a large storage read only the directories that changed."""
    old = storage.put(b"12345", "png")
    os.utime((tmp_path / "pictures" / old).parent, (time.time() - 60,) * 2)
    assert storage.size() == 5
    clock.now += 3600
    storage.put(b"123", "png")
    measured = []
    size_of = module._size_of
    monkeypatch.setattr(module, "_size_of", lambda path: measured.append(path) or size_of(path))
    assert storage.size() == 8
    assert [path.name for path in measured] == ["2027011509"]


def test_a_picture_and_its_name_are_synced(storage, monkeypatch, tmp_path):
    """A power failure after `put` loses neither the file nor its directories' entries."""
    synced: list[Path] = []
    fsync = os.fsync

    def record(descriptor: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")))
        fsync(descriptor)

    monkeypatch.setattr(private_files.os, "fsync", record)
    root = tmp_path / "pictures"
    key = storage.put(b"picture", "png")
    assert [path.parent for path in synced[:2]] == [tmp_path, (root / key).parent]
    assert synced[0] == root
    assert synced[2] == (root / key).parent
