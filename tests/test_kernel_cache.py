"""The directory of compiled kernels if the package's directory is read-only."""

import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from diabelli import kernel_cache
from diabelli.kernel_cache import (
    compilation_notice,
    configure_kernel_cache,
    record_compilation,
    second_compiler,
)
from diabelli.synthesis.core.jit import kernel


@pytest.fixture
def _closed(monkeypatch, tmp_path):
    """A package whose directory is read-only."""
    # Set and delete the variable: monkeypatch then restores its absence after any change.
    monkeypatch.setenv("NUMBA_CACHE_DIR", "")
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    monkeypatch.setattr(kernel_cache, "_SYNTHESIS", tmp_path / "missing")


@pytest.mark.usefixtures("_closed")
def test_the_first_writable_directory_is_used(tmp_path):
    """It is private to this user, because its content is executed."""
    (tmp_path / "file").write_text("in the way")
    configure_kernel_cache([tmp_path / "file" / "a", tmp_path / "b" / "kernels"])
    assert os.environ["NUMBA_CACHE_DIR"] == str(tmp_path / "b" / "kernels")
    assert stat.S_IMODE((tmp_path / "b" / "kernels").stat().st_mode) == 0o700


@pytest.mark.usefixtures("_closed")
def test_without_any_directory_a_temporary_one_is_made():
    """The command works nevertheless."""
    configure_kernel_cache([])
    assert Path(os.environ["NUMBA_CACHE_DIR"]).is_dir()


@pytest.mark.usefixtures("_closed")
def test_the_operators_variable_has_precedence(monkeypatch, tmp_path):
    """A variable that is set is unchanged."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/elsewhere")
    configure_kernel_cache([tmp_path])
    assert os.environ["NUMBA_CACHE_DIR"] == "/elsewhere"


@pytest.fixture
def _own_cache(monkeypatch, tmp_path):
    """A directory of kernels for this test alone."""
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path / "cache"))


@pytest.mark.usefixtures("_own_cache")
def test_a_changed_source_is_compiled_again(monkeypatch, tmp_path):
    """So is a new one; a new time of the same content changes nothing, as in Numba."""
    monkeypatch.setattr(kernel_cache, "_SYNTHESIS", tmp_path)
    source = tmp_path / "a.py"
    source.write_text("one")
    assert "This is done once" in (compilation_notice() or "")
    record_compilation()
    assert compilation_notice() is None
    os.utime(source, (1000, 1000))
    assert compilation_notice() is None
    for name, content in (("a.py", "two"), ("b.py", "new")):
        (tmp_path / name).write_text(content)
        assert compilation_notice() is not None
        record_compilation()
        assert compilation_notice() is None


@pytest.mark.usefixtures("_own_cache")
def test_kernels_of_another_processor_are_compiled_again(monkeypatch):
    """So are those of another version of Numba or Python."""
    record_compilation()
    assert compilation_notice() is None
    monkeypatch.setattr("diabelli.synthesis.core.jit.compilation_target", lambda: "another")
    assert compilation_notice() is not None


@pytest.mark.usefixtures("_own_cache")
def test_some_kernels_are_not_all_kernels():
    """A call of one kernel records nothing: a picture of another kind needs other kernels."""

    @kernel
    def square(value):
        return value * value

    assert square(12) == 144
    assert "This is done once" in (compilation_notice() or "")


def wait_for(file):
    deadline = time.monotonic() + 30
    while not file.exists():
        assert time.monotonic() < deadline, f"{file} is missing"
        time.sleep(0.02)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.usefixtures("_own_cache")
def test_a_second_process_compiles_meanwhile(tmp_path):
    """It runs until this process has all kernels, and not a moment longer, even after a fault."""
    started = tmp_path / "started"
    code = f"""
import os, time
open({str(started) + ".new"!r}, "w").write(str(os.getpid()))
os.rename({str(started) + ".new"!r}, {str(started)!r})
time.sleep(60)
"""

    def compile_kernels():
        with second_compiler(code):
            wait_for(started)
            assert alive(int(started.read_text()))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compile_kernels()
    assert not alive(int(started.read_text()))


@pytest.mark.usefixtures("_own_cache")
def test_no_second_process_where_there_is_nothing_to_compile(monkeypatch):
    """Nor where it could not hand over its kernels."""

    def refuse(*_args, **_options):
        raise AssertionError("a process is started")

    monkeypatch.setattr(kernel_cache.subprocess, "Popen", refuse)
    with pytest.raises(AssertionError, match="is started"), second_compiler("pass"):
        pass
    record_compilation()
    with second_compiler("pass"):
        pass
    monkeypatch.setattr("numba.core.caching.CacheImpl._locator_classes", [])
    with second_compiler("pass"):
        pass


@pytest.mark.usefixtures("_own_cache")
def test_without_a_second_process_the_first_compiles_all(monkeypatch):
    """A system may refuse to start one."""

    def fail(*_args, **_options):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(kernel_cache.subprocess, "Popen", fail)
    with second_compiler("pass"):
        pass


def test_the_notice_is_true_where_kernels_are_not_kept(monkeypatch, tmp_path):
    """Without a directory, and with a temporary one, each start compiles."""
    monkeypatch.setattr("numba.config.CACHE_DIR", str(tmp_path / "diabelli-kernels-1"))
    record_compilation()
    notice = compilation_notice() or ""
    assert "at each start" in notice
    assert "NUMBA_CACHE_DIR" in notice
    monkeypatch.setattr("numba.core.caching.CacheImpl._locator_classes", [])
    record_compilation()
    assert compilation_notice() == notice


@pytest.mark.slow
def test_the_server_compiles_nothing_after_the_command(tmp_path):
    """`diabelli vary` compiles the kernels that its own picture does not need, too."""
    given = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache"), "DIABELLI_AUTH": "no-auth"}
    diabelli = [sys.executable, "-m", "diabelli"]
    sample = Path(kernel_cache.__file__).parent / "sample.png"
    command = [*diabelli, "vary", str(sample), "--size", "64", "--out", str(tmp_path)]
    ended = subprocess.run(command, env=given, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    assert "This is done once" in ended.stderr
    kernels = set((tmp_path / "cache").rglob("*.nbc"))
    command = [*diabelli, "serve", "--port", "0", "--data-dir", str(tmp_path), "--json"]
    with subprocess.Popen(
        command, env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stderr is not None
        server.stdout.readline()
        server.terminate()
        assert "Compiling" not in server.stderr.read()
    assert set((tmp_path / "cache").rglob("*.nbc")) == kernels


@pytest.mark.usefixtures("_closed")
def test_without_any_directory_kernels_are_not_cached(monkeypatch):
    """Neither the package, nor HOME, nor a temporary directory can be written to."""
    monkeypatch.setenv("HOME", "/proc/none")

    def fail(**_: object) -> str:
        raise FileNotFoundError(2, "No usable temporary directory found")

    monkeypatch.setattr("tempfile.mkdtemp", fail)
    configure_kernel_cache()
    assert "NUMBA_CACHE_DIR" not in os.environ


def test_kernels_run_without_a_cache(monkeypatch):
    """Numba refuses to cache if it finds no directory; the kernel is compiled all the same."""
    monkeypatch.setattr("numba.core.caching.CacheImpl._locator_classes", [])

    @kernel
    def double(value):
        return 2 * value

    assert double(21) == 42


RACING = """
import sys, time
from pathlib import Path
import numpy
from numba.core import caching
from racing import square
dtype, before, *steps = sys.argv[1:]
def wait(name, seconds=8):
    until = time.monotonic() + seconds
    while not Path(name).exists() and time.monotonic() < until:
        time.sleep(0.01)
for step in steps:
    write, reached, awaited = step.split(":")
    def write_later(self, *arguments, call=getattr(caching.IndexDataCacheFile, write)):
        Path(reached).touch()
        wait(awaited)
        call(self, *arguments)
    setattr(caching.IndexDataCacheFile, write, write_later)
if before:
    wait(before, 60)
print(square(numpy.array([3], dtype))[0])
Path(dtype).touch()
"""
RACING_MODULE = """
from diabelli.synthesis.core.jit import kernel
@kernel
def square(values):
    return values * values
"""


@pytest.mark.slow
def test_processes_that_compile_at_once_do_not_mix_their_kernels(tmp_path):
    """A cache that was filled by two processes gives the right code for both types."""
    (tmp_path / "racing.py").write_text(RACING_MODULE)
    given = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}

    def start(*words):
        return subprocess.Popen(
            [sys.executable, "-c", RACING, *words], cwd=tmp_path, env=given, stdout=subprocess.PIPE
        )

    # The index that both have read is empty: without a lock, both choose the same file. The first
    # one writes the index last, and the second one the code.
    second = start("f8", "first-has-read", "_save_data:second-has-indexed:i8")
    first = start("i8", "", "_save_index:first-has-read:second-has-indexed")
    for process in (first, second):
        assert float(process.communicate(timeout=60)[0]) == 9
    for dtype in ("f8", "i8"):
        assert float(start(dtype, "").communicate(timeout=60)[0]) == 9


def test_a_kernel_that_cannot_be_saved_runs(monkeypatch):
    """As on a full disk."""

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numba.core.caching.FunctionCache.save_overload", fail)

    @kernel
    def triple(value):
        return 3 * value

    assert triple(14) == 42


CLOSED = """
import os, sys, tempfile
from pathlib import Path
access = os.access
os.access = lambda path, mode: access(path, mode) and not str(path).endswith("synthesis")
import numpy, diabelli
{call}
print(os.environ["NUMBA_CACHE_DIR"])
"""
LIBRARY = "diabelli.vary(numpy.zeros((8, 8, 3), 'u1'), size=8, strength=0)"
FACTORY = """
from diabelli.asgi import create
from diabelli.service import Service
Service.warm_up = lambda self: None
create()
"""


@pytest.mark.slow
@pytest.mark.parametrize(("call", "place"), [(LIBRARY, "kernels-"), (FACTORY, "data/kernels")])
def test_library_and_factory_select_a_directory(tmp_path, call, place):
    """As the command does; without HOME the library uses a temporary directory."""
    given = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    ended = subprocess.run(
        [sys.executable, "-c", CLOSED.format(call=call)],
        cwd=tmp_path,
        env={**given, "HOME": "/proc/none", "DIABELLI_AUTH": "no-auth"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr
    assert place in ended.stdout
