"""The supervisor's parts; tests/faults has those with real processes."""

from types import SimpleNamespace

import pytest

from diabelli.cli.supervisor import Supervisor, WorkerProcess, per_process_settings
from diabelli.settings import Settings


@pytest.mark.parametrize(
    ("workers", "threads", "queue", "share"),
    [(1, 8, 64, (8, 64)), (2, 8, 64, (4, 32)), (3, 8, 64, (3, 22)), (16, 8, 4, (1, 1))],
)
def test_processes_share_threads_and_queue(workers, threads, queue, share):
    """Rounded up, so that each has one of both at least."""
    one = per_process_settings(Settings(workers=workers, threads=threads, queue=queue))
    assert (one.threads, one.queue) == share
    assert one.workers == workers


class Ended:
    """A worker that has ended."""

    pid, exitcode, started_at = 7, 1, -10.0
    process = SimpleNamespace(join=lambda: None)

    def is_alive(self) -> bool:
        return False

    def kill(self) -> None:
        pass


def test_a_failed_spawn_does_not_end_the_server(monkeypatch, caplog):
    """A worker that cannot be replaced now is replaced later."""
    monkeypatch.setattr("diabelli.cli.supervisor.WorkerProcess", Ended)
    supervisor = Supervisor.__new__(Supervisor)
    ended = Ended()
    supervisor.processes = [ended]
    outcomes = [OSError(11, "Resource temporarily unavailable"), "a new worker"]

    def spawn():
        outcome = outcomes.pop(0)
        if isinstance(outcome, OSError):
            raise outcome
        return outcome

    monkeypatch.setattr(supervisor, "_spawn", spawn)
    supervisor.keep_subprocess_alive()
    assert supervisor.processes == [ended]
    assert "process.not_replaced" in caplog.text
    supervisor.keep_subprocess_alive()
    assert supervisor.processes == [ended]
    ended.started_at = -10.0
    supervisor.keep_subprocess_alive()
    assert supervisor.processes == ["a new worker"]


def test_a_stalled_event_loop_sends_no_heartbeat(monkeypatch):
    """A ping is answered only after the loop runs again."""
    monkeypatch.setattr("diabelli.cli.supervisor.time.sleep", lambda _: None)
    stalls = [5.0, 3.0, 0.1]
    sent = []
    worker = WorkerProcess.__new__(WorkerProcess)
    worker.child_conn = SimpleNamespace(recv=lambda: b"ping", send=sent.append)
    worker._worker = SimpleNamespace(started=True, seconds_since_tick=lambda: stalls.pop(0))
    worker.pong()
    assert (sent, stalls) == ([True], [])
