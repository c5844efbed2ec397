"""SIGTERM: what runs is finished, what comes is refused in words, and the process ends with 0."""

from __future__ import annotations

import signal
import time

import httpx
import pytest

from api.wire import PATH, check_error
from faults.conftest import Start
from faults.serving import SOURCE, Process, aside, until

pytestmark = pytest.mark.slow


def refused(answer: httpx.Response) -> None:
    """The server says that it stops, when to come back, and that this connection ends."""
    check_error(answer.status_code, answer.headers, answer.json(), 503, kind="server_error")
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["connection"] == "close"


def stopping(process: Process) -> None:
    """Tell it to stop, and wait until it heeds that."""
    process.tell(signal.SIGTERM)
    until(lambda: process.knock().status_code == 503)


def test_what_runs_is_finished_and_what_comes_is_refused(start: Start) -> None:
    """A stopping server answers requests under way, and 503 to new ones, old connections or new."""
    process = start()
    with httpx.Client(base_url=process.url) as client:
        assert client.post(PATH, files={"image": SOURCE}).status_code == 200
        answer = aside(lambda: process.ask("gate", seed=7, response_format="b64_json"))
        until(lambda: process.entered(7))
        stopping(process)
        refused(client.post(PATH, files={"image": SOURCE}))
        refused(process.knock())
        process.open_gate()
        assert answer().json()["data"][0]["seed"] == 7
    assert process.wait() == 0
    assert "Traceback" not in "".join(process.lines)


def test_grace_has_an_end(start: Start) -> None:
    """Requests that take longer than the grace are answered 503, and the process ends with 0."""
    process = start(stop_grace_s=1)
    answer = aside(lambda: process.ask("gate", seed=7))
    until(lambda: process.entered(7))
    process.tell(signal.SIGTERM)
    refused(answer())
    assert process.wait(5) == 0
    assert "Traceback" not in "".join(process.lines)


@pytest.mark.parametrize("words", [(), ("--workers", "2")])
def test_second_signal_ends_it_at_once(start: Start, words: tuple[str, ...]) -> None:
    """Whoever presses Ctrl-C twice waits for nothing."""
    process = start(*words)
    assert process.url
    answer = aside(lambda: process.ask("gate", seed=7))
    until(lambda: process.entered(7))
    process.tell(signal.SIGINT)
    time.sleep(0.5)
    process.tell(signal.SIGINT)
    assert process.wait(2) == 128 + signal.SIGINT
    with pytest.raises(httpx.TransportError):
        answer()
