"""Takes the picture of the page /usage for docs/page.md.

Run: python docs/usage_figure.py

It starts a server whose ledger has thirty invented days, and uses Debian's Chromium.
"""

from __future__ import annotations

import math
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from page_figures import launch, save
from playwright.sync_api import sync_playwright
from sqlalchemy import insert

from diabelli.bootstrap import build_storage, open_ledger
from diabelli.ledger.store_sizes import INTERVAL_S
from diabelli.ledger.tables import ENTRIES, STORE_SIZES
from diabelli.settings import Settings

DAYS, DAY_S, HOUR_S = 30, 86400, 3600
KEYS = {"shop": 0.55, "studio": 0.3, "newsletter": 0.15}
"""Share of the requests by key."""
PICTURE_BYTES = 1_300_000
READY = "body[data-ready=yes] .plot canvas"
"""Selector of a finished plot."""


def requests_of(moment: float, chance: random.Random) -> int:
    """Return the number of requests in an hour: more by day, on working days, and each week."""
    at = datetime.fromtimestamp(moment, UTC)
    awake = max(0.05, math.sin(math.pi * (at.hour - 5) / 16))
    busy = (0.35 if at.weekday() >= 5 else 1) * (1 + (moment - time.time()) / (60 * DAY_S))
    return round(max(0, chance.gauss(45, 8)) * awake * busy)


def entry(moment: float, crowded: bool, chance: random.Random) -> dict[str, object]:
    """Return one request; on a crowded day more of them fail, and they wait longer."""
    n = chance.choice([1, 1, 1, 2, 4, 8])
    failed = chance.random() < (0.16 if crowded else 0.015)
    engine_ms = n * chance.lognormvariate(6.3, 0.2)
    queued_ms = chance.expovariate(1 / (400 if crowded else 40))
    key = chance.choices([*KEYS], [*KEYS.values()])[0]
    return {
        "request_id": f"req_{chance.getrandbits(128):032x}",
        "time": moment,
        "key": key,
        "user": f"user-{int(chance.expovariate(0.1))}",
        "model": "dall-e-2",
        "engine": "patch",
        "engine_version": "1",
        "n": n,
        "size": "1024x1024",
        "status": 503 if failed else 200,
        "error": "overloaded" if failed else None,
        "queued_ms": None if failed else queued_ms,
        "engine_ms": None if failed else engine_ms,
        "total_ms": 3 if failed else queued_ms + engine_ms + 9,
    }


def invent(chance: random.Random) -> tuple[list[dict[str, object]], list[dict[str, float]]]:
    """Return the entries of the last days, and the sizes of a store with a lifetime of an hour."""
    entries, sizes = [], []
    now = time.time()
    first = now - now % DAY_S - (DAYS - 1) * DAY_S
    for hour in range(int((now - first) / HOUR_S)):
        begin = first + hour * HOUR_S
        crowded = hour // 24 in (17, 18)
        count = requests_of(begin, chance) * (2 if crowded else 1)
        made = [entry(begin + chance.random() * HOUR_S, crowded, chance) for _ in range(count)]
        entries += made
        kept = sum(int(str(one["n"])) for one in made if one["status"] == 200) * PICTURE_BYTES
        sizes += [
            {"time": begin + INTERVAL_S * step, "bytes": int(kept * chance.uniform(0.85, 1.05))}
            for step in range(HOUR_S // INTERVAL_S)
        ]
    return entries, sizes


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Yield the address of a server with a ledger of invented days."""
    entries, sizes = invent(random.Random(1))  # noqa: S311  nothing here is secret
    settings = Settings(data_dir=folder)
    build_storage(settings).put(bytes(int(sizes[-1]["bytes"])), "png")
    with closing(open_ledger(settings)) as database, database.write_transaction() as connection:
        connection.execute(insert(ENTRIES), entries)
        connection.execute(insert(STORE_SIZES), sizes)
    command = ["serve", "--port", "0", "--data-dir", str(folder)]
    process = subprocess.Popen(  # noqa: S603  our own command
        [Path(sys.executable).parent / "diabelli", *command], stderr=subprocess.PIPE, text=True
    )
    try:
        ready = next(line for line in process.stderr or () if "serves on" in line)
        yield ready.partition("serves on ")[2].split()[0]
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Take the picture."""
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(Path(folder)) as url,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1200, "height": 1470})
        page.goto(f"{url}/usage")
        page.wait_for_selector(READY)
        save(page, "page-usage.jpg")
        browser.close()


if __name__ == "__main__":
    main()
