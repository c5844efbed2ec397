"""The storage: whole pictures, links that cannot be bent, and a sweep that leaves nothing."""

import os
import shutil
import stat
import threading
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from diabelli.errors import InvalidSignature, LinkExpired, PictureNotFound, StoreUnavailable
from diabelli.storage import LocalStorage, ensure_private_dir, load_or_create_secret

NOON = 1_800_000_000.0


class Clock:
    """A clock that stands still until it is told otherwise."""

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
    """What was put comes back for the link's own values."""
    key = storage.put(b"picture", "webp")
    assert storage.get(key, link(storage, key)) == b"picture"


def test_a_key_tells_the_hour_and_the_format(storage):
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
    """It opens until the last second, and not at the sixtieth minute."""
    key = storage.put(b"picture", "png")
    values = link(storage, key)
    clock.now += 3599
    assert storage.get(key, values) == b"picture"
    clock.now += 1
    with pytest.raises(LinkExpired, match="2027-01-15 09:00:00 UTC"):
        storage.get(key, values)


@pytest.mark.parametrize("name", ["st", "se", "sig"])
def test_a_link_without_one_of_its_values_is_refused(storage, name):
    """An unsigned link opens nothing."""
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
    """Neither time nor the signature can be changed, and odd values break nothing."""
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
    """No path leads out of the storage."""
    with pytest.raises(PictureNotFound):
        storage.get(key, link(storage, key))


def test_a_signed_link_to_nothing_is_not_found(storage):
    """A picture that was removed is missing, not a fault."""
    key = "2027011508/img-" + "a" * 24 + ".png"
    with pytest.raises(PictureNotFound):
        storage.get(key, link(storage, key))


def test_nobody_else_on_the_machine_can_look(storage, tmp_path):
    """Folders are 0700 and pictures 0600."""
    key = storage.put(b"picture", "png")
    path = tmp_path / "pictures" / key
    assert [mode(path), mode(path.parent), mode(path.parent.parent)] == [0o600, 0o700, 0o700]


def test_the_sweep_removes_what_no_link_opens(storage, clock, tmp_path):
    """Pictures stay as long as their links work, and a minute more for downloads under way."""
    key = storage.put(b"picture", "png")
    values = link(storage, key)
    clock.now += 3599
    assert storage.delete_expired() == 0
    assert storage.get(key, values) == b"picture"
    clock.now += 62
    assert storage.delete_expired() == 1
    assert not (tmp_path / "pictures" / key).exists()


def test_the_sweep_removes_halves_of_pictures_and_empty_folders(storage, clock, tmp_path):
    """What a crash left behind goes with its hour."""
    folder = tmp_path / "pictures" / "2027011508"
    folder.mkdir()
    half = folder / ".img-half.png.part"
    half.write_bytes(b"ha")
    os.utime(half, (NOON, NOON))
    clock.now += 3 * 3600
    assert storage.delete_expired() == 1
    assert not folder.exists()


def test_the_sweep_leaves_what_is_not_its_own(storage, clock, tmp_path):
    """Other files in the folder are nobody's business."""
    other = tmp_path / "pictures" / "notes.txt"
    other.write_text("keep")
    clock.now += 10**6
    storage.delete_expired()
    assert other.exists()


def test_a_storage_that_cannot_be_written_says_so(storage, tmp_path):
    """The operator learns that the store is at fault."""
    (tmp_path / "pictures" / "2027011508").write_text("in the way")
    with pytest.raises(StoreUnavailable, match="cannot be kept"):
        storage.put(b"picture", "png")
    with pytest.raises(StoreUnavailable, match="cannot be made"):
        ensure_private_dir(tmp_path / "pictures" / "2027011508" / "deeper")


def test_the_secret_is_made_once(tmp_path):
    """A restart keeps links valid, and nobody else can read the secret."""
    first = load_or_create_secret(tmp_path / "data")
    assert len(first) == 32
    assert load_or_create_secret(tmp_path / "data") == first
    assert mode(tmp_path / "data" / "secret") == 0o600
    assert mode(tmp_path / "data") == 0o700
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret"]


def test_processes_that_start_together_agree_on_the_secret(tmp_path):
    """Whoever comes second takes the first one's secret."""
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
    """The operator decides, because a new secret breaks every link."""
    (tmp_path / "secret").write_bytes(b"short")
    with pytest.raises(StoreUnavailable, match="5 bytes instead of 32"):
        load_or_create_secret(tmp_path)


def test_halves_of_pictures_do_not_stay(tmp_path):
    """What a process that died was writing is swept soon, while its hour's pictures are kept."""
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
    """Whatever hour they were made in."""
    storage.put(b"12345", "png")
    clock.now += 3600
    storage.put(b"123", "webp")
    assert storage.size() == 8


def test_processes_that_sweep_together_leave_each_other_alone(storage, clock, tmp_path):
    """What one of them has removed already is no fault to the others, nor to who measures."""
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


def test_what_cannot_be_measured_is_told(storage, tmp_path):
    """A folder that is gone is not an empty one."""
    shutil.rmtree(tmp_path / "pictures")
    with pytest.raises(StoreUnavailable, match="cannot be seen: No such file"):
        storage.size()


def test_a_check_leaves_nothing(storage, tmp_path):
    """It finds out whether pictures could be kept by writing, and takes that back."""
    storage.check()
    assert storage.size() == 0
    shutil.rmtree(tmp_path / "pictures")
    with pytest.raises(StoreUnavailable, match="cannot be kept"):
        storage.check()
