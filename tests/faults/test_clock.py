"""A clock that is set back during the run: no result is lost, and no request hangs."""

from __future__ import annotations

import os
import signal
import time
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest

from api.engines import Shift
from api.wire import PATH, Server, picture, serving
from diabelli.bootstrap import Components, build_quota, open_ledger
from diabelli.service import Service
from diabelli.settings import Settings
from diabelli.storage import LocalStorage
from faults.conftest import Start
from faults.serving import PATIENCE_S, environment

pytestmark = pytest.mark.slow

HOUR = 3600
DAY = 24 * HOUR
LIBRARY = "usr/lib/*/faketime/libfaketimeMT.so.1"
FOUND = [*Path("/").glob(LIBRARY), *(Path(__file__).parents[2] / ".venv/debian").glob(LIBRARY)]


class Clock:
    """The system clock with an offset."""

    set_by = 0.0

    def __call__(self) -> float:
        return time.time() + self.set_by


def link_of_new(server: Server) -> str:
    """Return the link of a new variation."""
    files, form = {"image": picture()}, {"size": "256x256"}
    reply = httpx.post(server.url + PATH, files=files, data=form)
    return str(reply.json()["data"][0]["url"])


@pytest.mark.parametrize("step", [-24 * HOUR, -HOUR, -1])
def test_links_and_requests_work_after_a_clock_step(tmp_path: Path, step: float) -> None:
    """Earlier links work, new ones work, and the cleanup deletes none of them."""
    clock = Clock()
    settings = Settings(data_dir=tmp_path, engine="shift", port=0)
    with ExitStack() as stack:
        storage = LocalStorage(tmp_path / "pictures", b"s" * 32, settings.lifetime_s, clock)
        service = stack.enter_context(
            closing(Service(engines={"shift": Shift()}, storage=storage, threads=2))
        )
        database = stack.enter_context(closing(open_ledger(settings)))
        quota = build_quota(settings, database)
        parts = Components(service=service, storage=storage, database=database, quota=quota)
        server = stack.enter_context(serving(settings, parts))
        links = [link_of_new(server)]
        clock.set_by = step
        storage.delete_expired()
        links.append(link_of_new(server))
        storage.delete_expired()
        assert [httpx.get(link).status_code for link in links] == [200, 200]


SHIFTED_CLOCK = """
import os, time
system_time = time.time
def shifted_time():
    with open(os.environ["CLOCK_HAND"]) as hand:
        return system_time() + float(hand.read())
time.time = shifted_time
"""


def test_several_workers_work_after_a_clock_step(start: Start, tmp_path: Path) -> None:
    """Links, replays, limits in the ledger and leases, also when the clock jumps ahead and back.

    libfaketime cannot do this: under it, `time.sleep` fails in a process that waits for workers.
    """
    hand, folder = tmp_path / "hand", tmp_path / "clock"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SHIFTED_CLOCK)
    path = os.pathsep.join([str(folder), environment(tmp_path)["PYTHONPATH"]])
    hand.write_text("0")
    process = start(
        workers=3,
        images_per_minute=1000,
        under=("env", f"PYTHONPATH={path}", f"CLOCK_HAND={hand}"),
    )
    once = {"Idempotency-Key": "once"}
    first = process.ask(headers=once)
    link, made = first.json()["data"][0]["url"], first.json()["created"]
    year_1970, year_2040 = DAY - made, 14 * 365 * DAY
    for step in (-1, 50 * 60, 61 * 60, 0, -40 * DAY, 400 * DAY, year_1970, year_2040, 0):
        replaced = hand.with_suffix(".new")
        replaced.write_text(str(step))
        replaced.rename(hand)
        assert httpx.get(link).status_code == (200 if step < HOUR else 403)
        for _ in range(6):
            new = process.ask(headers={"Idempotency-Key": f"step {step}"})
            assert new.status_code == 200
            assert abs(new.json()["created"] - made - step) < PATIENCE_S
            assert httpx.get(new.json()["data"][0]["url"]).status_code == 200
        assert process.ask(headers=once).status_code == 200
        assert httpx.get(process.url + "/health/ready").status_code == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0
    said = "".join(process.lines)
    assert "WARNING" not in said
    assert "ERROR" not in said


@pytest.mark.skipif(not FOUND, reason="libfaketime is not installed")
@pytest.mark.parametrize("limits_url", ["memory", "ledger"])
def test_a_server_works_after_a_clock_step(start: Start, tmp_path: Path, limits_url: str) -> None:
    """Keys, limits, replays, links and the ledger depend on the clock, and all work."""
    hand = tmp_path / "hand"
    hand.write_text("+0")
    clock = ("FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "DONT_FAKE_MONOTONIC=1")
    under = ("env", f"LD_PRELOAD={FOUND[0]}", f"FAKETIME_TIMESTAMP_FILE={hand}", *clock)
    process = start(under=under, limits_url=limits_url, images_per_minute=100)
    once = {"Idempotency-Key": "once"}
    answer = process.ask(headers=once).json()
    link, made = answer["data"][0]["url"], answer["created"]
    for step in (-1, -HOUR, -40 * 24 * HOUR):
        hand.write_text(f"{step:+d}")
        again = process.ask().json()
        assert abs(again["created"] - made - step) < 60
        for url in (link, again["data"][0]["url"]):
            assert httpx.get(url).status_code == 200
        assert process.ask(headers=once).status_code == 200
        assert httpx.get(process.url + "/health/ready").status_code == 200
    hand.write_text("+0")
    assert process.ask(headers=once).status_code == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0
    said = "".join(process.lines)
    assert "WARNING" not in said
    assert "ERROR" not in said
