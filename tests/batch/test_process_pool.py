"""The pool of processes: same bytes, deaths, bounded memory."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from batch_jobs import files, job, plan, run, write_picture
from deadly_engine import ALWAYS, MARKER, ONCE, UNLICENSED
from diabelli.batch import process_pool
from diabelli.batch.process_pool import ProcessPool
from diabelli.errors import EngineFailed, LicenceNotAccepted


def pool(of, size: int = 1) -> ProcessPool:
    return ProcessPool(plan(of), size)


def test_processes_make_the_same_bytes_as_a_loop(photos, tmp_path):
    """Order and processes have no effect."""
    one, two = job(photos, tmp_path / "loop"), job(photos, tmp_path / "pool")
    run(one)
    run(two, pool(two, 2))
    assert two.counts.made == 3
    made = [files(each / one.folder / "pictures") for each in tmp_path.glob("[lp]oo[pl]")]
    assert len(made) == 2
    assert made[0] == made[1]


@pytest.mark.slow
def test_a_picture_whose_process_died_is_made_by_another(tmp_path):
    """So are those that follow it."""
    for name, width in (("1.png", 24), ("2.png", ONCE), ("3.png", 24)):
        write_picture(tmp_path / "in" / name, width=width)
    wanted = job(tmp_path / "in", tmp_path / "out", engine="deadly")
    run(wanted, pool(wanted))
    assert Path(os.environ[MARKER]).exists()
    assert (wanted.counts.made, wanted.counts.failed) == (3, 0)


@pytest.mark.slow
def test_a_picture_that_kills_every_process_fails_alone(tmp_path):
    """Its row names the signal; the other pictures are made."""
    for name, width in (("1.png", ALWAYS), ("2.png", 24)):
        write_picture(tmp_path / "in" / name, width=width)
    wanted = job(tmp_path / "in", tmp_path / "out", engine="deadly")
    rows = []
    run(wanted, pool(wanted), rows.append)
    (failed,) = [row for (row, *_) in rows if row.status == "failed"]
    assert (failed.key, failed.error_code) == ("1.png", "worker_died")
    assert "SIGKILL, 2 times" in failed.reason
    assert wanted.counts.made == 1


@pytest.mark.slow
def test_a_run_whose_processes_always_die_ends(tmp_path, monkeypatch):
    """Not after two processes for each of a million pictures."""
    monkeypatch.setattr(process_pool, "MAX_DEATHS", 3)
    for number in range(9):
        write_picture(tmp_path / "in" / f"{number}.png", width=ALWAYS)
    wanted = job(tmp_path / "in", tmp_path / "out", engine="deadly")
    with pytest.raises(EngineFailed, match=r"3 processes ended in succession; .*SIGKILL"):
        run(wanted, pool(wanted))


def test_what_the_operator_must_correct_ends_the_run(tmp_path):
    """With the exception of the process; rows that were made before are in the manifest."""
    for name, width in (("1.png", 24), ("2.png", UNLICENSED), ("3.png", 24)):
        write_picture(tmp_path / "in" / name, width=width)
    wanted = job(tmp_path / "in", tmp_path / "out", engine="deadly")
    with pytest.raises(LicenceNotAccepted, match="accept the licence"):
        run(wanted, pool(wanted))
    rest = job(tmp_path / "in", tmp_path / "out", engine="deadly")
    assert (rest.preview(), rest.counts.skipped) == (2, 1)


def test_keys_are_taken_one_by_one(photos, tmp_path):
    """Memory does not grow with the number of keys, nor with slow readers of the rows."""
    taken = []

    def endless():
        while True:
            taken.append("cat/1.png")
            yield "cat/1.png"

    made = pool(job(photos, tmp_path / "out"), 1).run(endless())
    for number in range(1, 20):
        next(made)
        assert len(taken) <= number + 1
    made.close()


def test_closing_ends_the_processes(photos, tmp_path):
    """No process is left behind."""
    running = pool(job(photos, tmp_path / "out"), 2)
    made = running.run(["cat/1.png"] * 50)
    next(made)
    processes = [worker.process.pid for worker in running._workers]
    assert processes
    made.close()
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)


@pytest.mark.slow
def test_processes_end_with_their_parent(photos, tmp_path):
    """Also if it is killed."""
    program = (
        "import sys, itertools\n"
        "from batch_jobs import job, plan\n"
        "from diabelli.batch.process_pool import ProcessPool\n"
        "if __name__ == '__main__':\n"
        "    pool = ProcessPool(plan(job(sys.argv[1], sys.argv[2])), 1)\n"
        "    for _ in pool.run(itertools.repeat('cat/1.png')):\n"
        "        print(pool._workers[0].process.pid, flush=True)\n"
    )
    script = tmp_path / "program.py"
    script.write_text(program)
    parent = subprocess.Popen(
        [sys.executable, script, photos, tmp_path / "out"],
        stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait(10)
    parent.stdout.close()
    end = time.monotonic() + 30
    while _is_running(child):
        assert time.monotonic() < end
        time.sleep(0.05)


def _is_running(process: int) -> bool:
    """Return whether a process is there and no zombie."""
    try:
        with open(f"/proc/{process}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
