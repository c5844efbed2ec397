"""`GET /usage/data`: the ledger's numbers over time, for admins."""

from __future__ import annotations

import time
from pathlib import Path

import httpx
import pytest

from api.conftest import Serve
from api.wire import Server, check_error, check_schema
from diabelli.ledger.keys import IssuedKeys, Limits
from diabelli.ledger.store_sizes import INTERVAL_S
from ledger.requests import refusal, stored, success

BROWSER = {"accept": "text/html"}


def data(server: Server, key: str = "any", **query: str | int) -> httpx.Response:
    headers = {"authorization": f"Bearer {key}"}
    return httpx.get(f"{server.url}/usage/data", params=query, headers=headers)


def test_the_numbers_are_those_of_the_ledger(serve: Serve) -> None:
    """One value for each day up to today, for keys and end-users, and the size of the storage."""
    server = serve()
    now = time.time()
    success(server.database, time=now, n=3, user="ada", queued_ms=40)
    success(server.database, time=now - 86400, n=2, user="bob", queued_ms=10)
    refusal(server.database, time=now, user="ada")
    server.storage.put(b"x" * 1000, "png")
    stored(server.database, time=now - 86400, size=2000)
    answer = data(server, days=3, by="user")
    check_schema("UsageData", answer.content)
    reply = answer.json()
    assert answer.headers["cache-control"] == "no-store"
    assert reply["images"] == [0, 2, 3]
    assert reply["errors"] == [0, 0, 1]
    assert reply["queued_p95_ms"] == [None, 10.0, 40.0]
    assert [(one["name"], sum(one["images"])) for one in reply["names"]] == [("ada", 3), ("bob", 2)]
    assert reply["times"][-1] <= now < reply["times"][-1] + 86400
    assert reply["store_bytes"] == 1000
    assert reply["store_peak_bytes"] == [None, 2000, 1000]


def test_the_peak_is_not_below_the_current_size(serve: Serve) -> None:
    """The sample of the start is of an empty store; a larger sample of the bucket stays."""
    server = serve()
    stored(server.database, time=time.time(), size=0)
    server.storage.put(b"x" * 1000, "png")
    assert data(server).json()["store_peak_bytes"][-1] == 1000
    stored(server.database, time=time.time() - INTERVAL_S, size=3000)
    peaks = data(server).json()["store_peak_bytes"]
    assert max(peak or 0 for peak in peaks) == 3000
    assert peaks[-1] in (1000, 3000)  # 1000 in the first five minutes of a day


@pytest.mark.one_machine
def test_a_missing_storage_is_reported(serve: Serve, tmp_path: Path) -> None:
    """A missing storage is an installation fault."""
    server = serve()
    (tmp_path / "pictures").rmdir()
    answer = data(server)
    check_error(answer.status_code, answer.headers, answer.json(), 503, kind="server_error")


def test_a_day_has_24_hours(serve: Serve) -> None:
    """By hours, a day has 24 steps; the current one is the last of them."""
    before = time.time() // 3600 * 3600
    reply = data(serve(), step="hour", days=1).json()
    assert len(reply["times"]) == 24
    assert reply["times"][-1] in (before, before + 3600)
    assert reply["times"][1] - reply["times"][0] == 3600


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ({"days": "0"}, "days"),
        ({"days": "367"}, "days"),
        ({"days": "32", "step": "hour"}, "days"),
        ({"days": "²"}, "days"),
        ({"step": "week"}, "step"),
        ({"by": "size"}, "by"),
    ],
)
def test_invalid_periods_are_refused(server: Server, query: dict[str, str], param: str) -> None:
    """The message has the value and the accepted values."""
    answer = data(server, **query)
    check_error(
        answer.status_code, answer.headers, answer.json(), 400, code="invalid_value", param=param
    )
    assert "is not accepted" in answer.json()["error"]["message"]


def test_only_admin_keys_may_read_the_numbers(serve: Serve) -> None:
    """Other keys get 403, none gets 401."""
    server = serve(api_keys=("plain",))
    admin = IssuedKeys(server.database).create("boss", Limits(), admin=True)
    assert data(server, admin).status_code == 200
    assert data(server, "plain").status_code == 403
    assert httpx.get(f"{server.url}/usage/data").status_code == 401


def test_an_open_server_needs_an_admin_key(serve: Serve) -> None:
    """With `no-auth`, the numbers need an admin key."""
    assert data(serve(auth="no-auth")).status_code == 403


def test_the_page_itself_needs_no_key(serve: Serve) -> None:
    """It contains no numbers; it asks for the key if one is required."""
    answer = httpx.get(f"{serve(api_keys=('plain',)).url}/usage", headers=BROWSER)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
