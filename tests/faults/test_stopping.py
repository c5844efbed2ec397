"""SIGTERM: running requests are finished, new ones are refused, and the exit code is 0."""

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
    """Check the refusal: shutdown, Retry-After, and a closed connection."""
    check_error(answer.status_code, answer.headers, answer.json(), 503, kind="server_error")
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["connection"] == "close"


def stopping(process: Process) -> None:
    """Send SIGTERM, and block until the shutdown has begun."""
    process.send_signal(signal.SIGTERM)
    until(lambda: process.knock().status_code == 503)


def test_running_requests_are_finished_and_new_ones_refused(start: Start) -> None:
    """New requests get 503, on old connections and new ones."""
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


def test_the_grace_period_is_bounded(start: Start) -> None:
    """Requests beyond the grace period get 503, and the process ends with 0."""
    process = start(stop_grace_s=1)
    answer = aside(lambda: process.ask("gate", seed=7))
    until(lambda: process.entered(7))
    process.send_signal(signal.SIGTERM)
    refused(answer())
    assert process.wait(5) == 0
    assert "Traceback" not in "".join(process.lines)


@pytest.mark.parametrize("words", [(), ("--workers", "2")])
def test_a_second_signal_ends_it_at_once(start: Start, words: tuple[str, ...]) -> None:
    """A second Ctrl-C ends the process without waiting."""
    process = start(*words)
    assert process.url
    answer = aside(lambda: process.ask("gate", seed=7))
    until(lambda: process.entered(7))
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    assert process.wait(2) == 128 + signal.SIGINT
    with pytest.raises(httpx.TransportError):
        answer()
