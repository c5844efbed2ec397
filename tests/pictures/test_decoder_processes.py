"""WebP and AVIF are decoded in processes that can be killed, and whose end is no server's end."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from diabelli.errors import Cancelled, InvalidPicture, MemoryUnavailable, NotSquare, TooManyPixels
from diabelli.pictures import ANY, OPENAI, DecodeLimits, DecoderProcesses, decode
from oracles.picture_files import profile, saved

SQUARE = DecodeLimits(formats=ANY.formats, max_bytes=10**6, max_pixels=10**6, square=True)
SMALL = DecodeLimits(formats=ANY.formats, max_bytes=10**6, max_pixels=10**3, square=False)


@pytest.fixture
def processes() -> Iterator[DecoderProcesses]:
    with closing(DecoderProcesses()) as opened:
        yield opened


def picture(kind: str, channels: int = 3, **options: object) -> bytes:
    samples = np.random.default_rng(1).integers(0, 256, (60, 80, channels), np.uint8)
    return saved(Pillow.fromarray(samples), kind, **options)


def children() -> set[int]:
    """Return the decoder processes of this process."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            words = (folder / "cmdline").read_bytes()
        except (OSError, IndexError):
            continue
        if parent == os.getpid() and b"decoder_program" in words:
            found.add(int(folder.name))
    return found


def until(look: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.parametrize("side", [None, 20])
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(picture("WEBP"), id="webp"),
        pytest.param(picture("WEBP", 4, lossless=True), id="webp with alpha"),
        pytest.param(picture("WEBP", icc_profile=profile(1.0)), id="webp with a profile"),
        pytest.param(picture("AVIF"), id="avif"),
        pytest.param(picture("AVIF", 4), id="avif with alpha"),
        pytest.param(picture("JPEG"), id="jpeg"),
    ],
)
def test_pictures_are_those_of_the_decoder(
    processes: DecoderProcesses, data: bytes, side: int | None
) -> None:
    """Pixel for pixel, scaled or not; they can be written to."""
    image = processes.decode(data, ANY, max_short_side=side)
    np.testing.assert_array_equal(image, decode(data, ANY, max_short_side=side))
    assert image.flags.writeable


@pytest.mark.parametrize(
    ("data", "limits", "kind"),
    [
        (picture("WEBP")[:900], ANY, InvalidPicture),
        (picture("AVIF")[:900], ANY, InvalidPicture),
        (picture("WEBP"), SQUARE, NotSquare),
        (picture("AVIF"), SMALL, TooManyPixels),
        (picture("WEBP"), OPENAI, InvalidPicture),
    ],
)
def test_errors_are_those_of_the_decoder(
    processes: DecoderProcesses, data: bytes, limits: DecodeLimits, kind: type[Exception]
) -> None:
    """Type, message and attributes pass between the processes, which go on."""
    with pytest.raises(kind) as expected:
        decode(data, limits)
    with pytest.raises(kind) as caught:
        processes.decode(data, limits)
    assert type(caught.value) is type(expected.value)
    assert caught.value.args == expected.value.args
    assert vars(caught.value) == vars(expected.value)
    before = children()
    processes.decode(picture("WEBP"), ANY)
    assert children() >= before


def test_other_formats_need_no_process(processes: DecoderProcesses) -> None:
    """They are decoded in steps."""
    before = children()
    for kind in ("PNG", "JPEG", "GIF"):
        processes.decode(picture(kind), ANY)
    assert children() == before


def test_sources_share_a_process_and_those_at_a_time_do_not(processes: DecoderProcesses) -> None:
    """There are as many as sources that are decoded at a time; `close` ends them."""
    before = children()
    for _ in range(3):
        processes.decode(picture("WEBP"), ANY)
    assert len(children() - before) == 1
    meeting = threading.Barrier(3)

    def decode_together(_: int) -> None:
        calls = iter([meeting.wait])
        processes.decode(picture("AVIF"), ANY, interrupt=lambda: next(calls, lambda: 0)() and None)

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(decode_together, range(3)))
    assert len(children() - before) == 3
    processes.close()
    assert children() == before


@pytest.fixture(scope="module")
def large() -> bytes:
    """A source that takes a third of a second of CPU time."""
    return saved(Pillow.fromarray(np.full((4000, 4000, 3), 200, np.uint8)), "WEBP", method=0)


def cpu_s(pid: int) -> float:
    """Return the CPU time of a process in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def hanging(processes: DecoderProcesses, large: bytes) -> Callable[[Callable[[int], None]], None]:
    """Decodes in a process that is stopped on its way, and calls a function with its id then."""

    def run(end: Callable[[int], None]) -> None:
        processes.decode(picture("WEBP"), ANY)
        (pid,) = children()
        before, is_stopped = cpu_s(pid), False

        def interrupt() -> None:
            nonlocal is_stopped
            if not is_stopped and cpu_s(pid) > before + 0.05:
                os.kill(pid, signal.SIGSTOP)
                is_stopped = True
                end(pid)

        processes.decode(large, ANY, interrupt=interrupt)

    return run


def test_a_native_call_without_end_is_interrupted(
    processes: DecoderProcesses, hanging: Callable[[Callable[[int], None]], None]
) -> None:
    """Its process is gone by then, and the next source gets another."""

    def cancel(_: int) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled, match="enough"):
        hanging(cancel)
    assert not children()
    assert processes.decode(picture("WEBP"), ANY).shape == (60, 80, 3)


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS])
def test_a_file_that_crashes_its_decoder_is_damaged(
    processes: DecoderProcesses,
    hanging: Callable[[Callable[[int], None]], None],
    caplog: pytest.LogCaptureFixture,
    number: signal.Signals,
) -> None:
    """The crash is logged, and the next source is decoded."""
    with (
        caplog.at_level(logging.WARNING, "diabelli"),
        pytest.raises(InvalidPicture, match=number.name),
    ):
        hanging(lambda pid: crash(pid, number))
    assert [record.message for record in caplog.records] == ["decoder.crashed"]
    assert processes.decode(picture("WEBP"), ANY).shape == (60, 80, 3)


def crash(pid: int, number: int) -> None:
    os.kill(pid, number)
    os.kill(pid, signal.SIGCONT)


def test_a_decoder_that_the_system_kills_is_a_lack_of_memory(
    processes: DecoderProcesses, hanging: Callable[[Callable[[int], None]], None]
) -> None:
    """As the OOM killer does."""
    with pytest.raises(MemoryUnavailable, match="killed"):
        hanging(lambda pid: os.kill(pid, signal.SIGKILL))
    assert processes.decode(picture("WEBP"), ANY).shape == (60, 80, 3)


def test_a_process_that_cannot_be_started_is_a_lack_of_memory(
    processes: DecoderProcesses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the system refuses one more."""
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(MemoryUnavailable, match="no process can be started"):
        processes.decode(picture("WEBP"), ANY)


def test_a_broken_installation_is_no_damaged_picture(
    processes: DecoderProcesses, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As during an upgrade: the server is to blame, the log says so, and nothing is repeated."""
    monkeypatch.setattr(sys, "executable", "/bin/true")
    with pytest.raises(MemoryUnavailable, match="exit code 0"):
        processes.decode(picture("WEBP"), ANY)
    assert [record.message for record in caplog.records] == ["decoder.ended"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stopping_server_keeps_its_decoders(
    processes: DecoderProcesses, number: signal.Signals
) -> None:
    """A supervisor may signal each process of a group."""
    processes.decode(picture("WEBP"), ANY)
    (pid,) = children()
    os.kill(pid, number)
    processes.decode(picture("WEBP"), ANY)
    assert children() == {pid}


def test_the_system_kills_a_decoder_before_its_server(processes: DecoderProcesses) -> None:
    """If memory is short: by the score of the OOM killer."""
    processes.decode(picture("WEBP"), ANY)
    (pid,) = children()
    scores = [int(Path(f"/proc/{each}/oom_score").read_text()) for each in (pid, os.getpid())]
    assert scores[0] > scores[1] + 100


def test_a_folder_of_files_named_like_modules_is_ignored(
    processes: DecoderProcesses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The working directory is no place of modules unless it is one for the server."""
    (tmp_path / "numpy.py").write_text("raise SystemExit(3)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [folder for folder in sys.path if folder])
    assert processes.decode(picture("WEBP"), ANY).shape == (60, 80, 3)


PROGRAM = """
import sys, time
from diabelli.pictures import ANY, DecoderProcesses
processes = DecoderProcesses()
processes.decode(sys.stdin.buffer.read(), ANY)
print(processes._idle[0]._process.pid, flush=True)
time.sleep(60)
"""


def test_a_killed_server_leaves_no_process() -> None:
    """A decoder ends when its channel does."""
    command = [sys.executable, "-c", PROGRAM]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server:
        server.stdin.write(picture("WEBP"))
        server.stdin.close()
        pid = int(server.stdout.readline())
        assert is_alive(pid)
        server.kill()
    until(lambda: not is_alive(pid))


def is_alive(pid: int) -> bool:
    """Whether a process exists and is no zombie, which no one may reap in a container."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_an_idle_process_ends_and_the_next_source_gets_another() -> None:
    """Its memory is free meanwhile."""
    with closing(DecoderProcesses(idle_s=0.1)) as processes:
        for _ in range(2):
            processes.decode(picture("WEBP"), ANY)
            until(lambda: not children())
        assert processes.decode(picture("WEBP"), ANY).shape == (60, 80, 3)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV])
def test_a_process_that_was_killed_while_idle_fails_no_source(
    processes: DecoderProcesses, number: signal.Signals
) -> None:
    """The system kills idle processes, too, if memory is short."""
    processes.decode(picture("WEBP"), ANY)
    (pid,) = children()
    os.kill(pid, number)
    assert processes.decode(picture("WEBP"), ANY).shape == (60, 80, 3)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
def test_the_largest_source_is_interrupted_in_its_native_call(
    processes: DecoderProcesses, kind: str
) -> None:
    """A cancellation after a fifth of the work ends it before half of it is done."""
    samples = np.random.default_rng(1).integers(0, 256, (3000, 3000, 3), np.uint8)
    options = {"method": 0} if kind == "WEBP" else {"speed": 10, "quality": 60}
    data = saved(Pillow.fromarray(samples), kind, **options)
    processes.decode(picture(kind), ANY)
    whole = seconds(lambda: processes.decode(data, ANY))
    end = time.monotonic() + whole / 5

    def interrupt() -> None:
        if time.monotonic() > end:
            raise Cancelled("enough")

    with pytest.raises(Cancelled):
        processes.decode(data, ANY, interrupt=interrupt)
    assert time.monotonic() - end < 0.3 * whole + 0.1


def seconds(work: Callable[[], object]) -> float:
    started = time.monotonic()
    work()
    return time.monotonic() - started
