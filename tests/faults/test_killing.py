"""`kill -9` at any moment: acknowledged results exist, and no file is torn or locked."""

from __future__ import annotations

import io
import os
import random
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image as Pillow

from faults.conftest import Start
from faults.serving import Process, until

pytestmark = pytest.mark.slow

ROUNDS = 4
CLIENTS = 4


class Acknowledged:
    """Acknowledged requests before the server was killed: the id of each, and its links."""

    def __init__(self) -> None:
        self.links: dict[str, list[str]] = {}

    def send_until_killed(self, process: Process) -> None:
        """Send requests until the server dies."""
        while True:
            try:
                answer = process.ask(n=2)
            except httpx.TransportError:
                return
            assert answer.status_code == 200, answer.text
            urls = [urlsplit(item["url"]) for item in answer.json()["data"]]
            links = [f"{url.path}?{url.query}" for url in urls]
            self.links[answer.headers["x-request-id"]] = links


def killed_under_load(process: Process, acked: Acknowledged, chance: random.Random) -> None:
    """Send concurrent requests, and kill the process at a random moment."""
    clients = [
        threading.Thread(target=acked.send_until_killed, args=(process,)) for _ in range(CLIENTS)
    ]
    before = len(acked.links)
    for client in clients:
        client.start()
    until(lambda: len(acked.links) > before)
    time.sleep(chance.uniform(0, 0.5))
    process.kill()
    for client in clients:
        client.join()


def check(process: Process, acked: Acknowledged, data: Path) -> None:
    """Check that every acknowledged result exists."""
    with closing(sqlite3.connect(data / "ledger.sqlite3")) as ledger:
        assert ledger.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        recorded = {row[0] for row in ledger.execute("SELECT request_id FROM entries")}
    assert set(acked.links) <= recorded
    for links in acked.links.values():
        for link in links:
            picture = httpx.get(process.url + link)
            assert picture.status_code == 200
            Pillow.open(io.BytesIO(picture.content)).load()


def is_complete(path: Path) -> bool:
    """Return whether the file is a complete picture."""
    try:
        Pillow.open(path).load()
    except (OSError, SyntaxError):
        return False
    return True


def test_a_kill_loses_no_result(start: Start, tmp_path: Path) -> None:
    """After each of several kills under load, a new start serves all acknowledged results."""
    chance, acked, data = random.Random(7), Acknowledged(), tmp_path / "data"
    for _ in range(ROUNDS):
        process = start()
        assert process.ask().status_code == 200
        check(process, acked, data)
        killed_under_load(process, acked, chance)
        assert all(is_complete(path) for path in data.glob("pictures/*/img-*"))
    process = start()
    check(process, acked, data)
    assert len(acked.links) > ROUNDS


def test_a_start_deletes_drafts(start: Start, tmp_path: Path) -> None:
    """Drafts of a killed process are deleted at the next start, other files are not."""
    process = start()
    link = process.ask().json()["data"][0]["url"]
    process.kill()
    (picture,) = tmp_path.glob("data/pictures/*/img-*")
    half = picture.with_name(".img-half.png.part")
    half.write_bytes(picture.read_bytes()[:100])
    long_ago = time.time() - 600
    os.utime(half, (long_ago, long_ago))
    process = start()
    until(lambda: not half.exists())
    url = urlsplit(link)
    assert httpx.get(f"{process.url}{url.path}?{url.query}").status_code == 200
