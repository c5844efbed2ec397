"""The usage page: for admins, with plots and tables."""

from __future__ import annotations

import csv
import io
import json
import math
import time

import pytest
from playwright.sync_api import Page

from api.conftest import Serve
from api.wire import Server
from diabelli.ledger.database import Database
from diabelli.ledger.keys import IssuedKeys, Limits
from ledger.requests import refusal, stored, success
from web.axe import complaints
from web.conftest import Opened, small_targets

TITLES = [
    "Images",
    "Images by key",
    "Engine seconds",
    "Requests and errors",
    "Queue wait (ms)",
    "Store size",
]


def fill(database: Database, days: int = 10) -> None:
    """Record a few requests on each of the last days."""
    now = time.time()
    for day in range(days):
        moment = now - 86400 * day
        for request in range(1 + day % 3):
            success(
                database,
                time=moment,
                key=("web", "batch")[request % 2],
                user=("ada", "bob", "eve")[request],
                n=2 + day,
                queued_ms=30 + 20 * math.sin(day),
            )
        refusal(database, time=moment, key="web")
        stored(database, time=moment, size=2**20 * (1 + day))


def titles_of_plots(page: Page) -> list[str]:
    """Return the titles of the plots."""
    page.wait_for_selector(".plot canvas")
    titles: list[str] = page.locator(".plot h2").all_text_contents()
    return titles


def inked(page: Page, index: int) -> bool:
    """Whether the canvas of a plot has coloured pixels."""
    found: bool = (
        page.locator(".plot canvas")
        .nth(index)
        .evaluate(
            "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)"
            ".data.some((value) => value > 0)"
        )
    )
    return found


def test_every_plot_is_drawn(visit: Opened, serve: Serve) -> None:
    """Images, images by key, seconds, errors, queue waits, the store; with totals above them."""
    server = serve()
    fill(server.database)
    page = visit(server, path="/usage")
    assert titles_of_plots(page) == TITLES
    assert all(inked(page, index) for index in range(len(TITLES)))
    images = sum((2 + day) * (1 + day % 3) for day in range(10))
    assert page.text_content("#totals dd >> nth=0") == str(images)
    page.select_option("#by", "user")
    page.wait_for_selector("h2:text('Images by end-user')")
    assert "eve" in page.text_content(".plot >> nth=1")
    page.select_option("#by", "model")
    page.wait_for_selector("h2:text('Images by model')")
    page.click("nav >> text=Variations")
    page.wait_for_selector("#sample")


@pytest.mark.parametrize(("days", "rows"), [(1, 24), (6, 7 * 24), (10, 30), (40, 90)])
def test_the_period_fits_the_data(visit: Opened, serve: Serve, days: int, rows: int) -> None:
    """The first view is the shortest period with all data; p50 and p95 are named so."""
    server = serve()
    fill(server.database, days)
    page = visit(server, path="/usage")
    page.wait_for_selector(".plot canvas")
    assert page.locator(".plot >> nth=0 >> .table tbody tr").count() == rows
    legend = page.text_content(".plot >> nth=4 >> .u-legend")
    assert "p50" in legend
    assert "p95" in legend


def test_the_data_can_be_exported(visit: Opened, serve: Serve) -> None:
    """As CSV without formulas, and as the JSON of the API."""
    server = serve()
    fill(server.database)
    success(server.database, time=time.time(), key="web", user='=HYPERLINK("x")', n=50)
    page = visit(server, path="/usage")
    page.select_option("#by", "user")
    page.wait_for_selector("h2:text('Images by end-user')")
    with page.expect_download() as download:
        page.click("#export-csv")
    text = download.value.path().read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 30
    assert sum(int(row["images"]) for row in rows) == int(page.text_content("#totals dd >> nth=0"))
    assert 'images of =HYPERLINK("x")' in rows[0]
    with page.expect_download() as download:
        page.click("#export-json")
    assert json.loads(download.value.path().read_bytes())["by"] == "user"


def test_plots_have_tables(visit: Opened, serve: Serve) -> None:
    """Each plot has a table with a row for each time bucket."""
    server = serve()
    fill(server.database, 2)
    page = visit(server, path="/usage")
    page.select_option("#span", "day 30")
    page.wait_for_function("() => document.querySelector('.table tbody').rows.length === 30")
    page.click(".plot summary >> nth=0")
    rows = page.locator(".plot >> nth=0 >> .table tbody tr")
    assert rows.count() == 30
    assert rows.nth(29).text_content().endswith("2")
    page.select_option("#span", "hour 1")
    page.wait_for_function("() => document.querySelectorAll('.table tbody tr').length < 150")
    assert page.locator(".plot >> nth=0 >> .table tbody tr").count() == 24


def test_the_store_size_has_units(visit: Opened, serve: Serve) -> None:
    """Sizes are shown in KiB or MiB, and a missing value as a dash, not as 0."""
    server = serve()
    fill(server.database, 2)
    page = visit(server, path="/usage")
    page.select_option("#span", "day 30")
    page.wait_for_function("() => document.querySelector('.table tbody').rows.length === 30")
    page.click(f".plot summary >> nth={TITLES.index('Store size')}")
    cells = page.locator(".plot:last-child .table tbody td")
    assert cells.all_text_contents()[-3:] == ["\N{EN DASH}", "2 MiB", "1 MiB"]


def test_an_admin_key_is_needed(visit: Opened, serve: Serve) -> None:
    """The error for another key names the admin key."""
    server: Server = serve(api_keys=("plain",))
    admin = IssuedKeys(server.database).create("boss", Limits(), admin=True)
    page = visit(server, path="/usage")
    page.fill("#key", "plain")
    page.keyboard.press("Enter")
    page.wait_for_selector("#key-error:not(:empty)")
    assert "admin key" in page.text_content("#key-error")
    page.fill("#key", admin)
    page.keyboard.press("Enter")
    page.wait_for_selector("#key-form", state="hidden")
    assert "Images" in titles_of_plots(page)


def test_a_forgotten_key_leaves_no_data(visit: Opened, serve: Serve) -> None:
    """Totals and plots are removed, and nothing can be exported."""
    server: Server = serve(api_keys=("plain",))
    admin = IssuedKeys(server.database).create("boss", Limits(), admin=True)
    page = visit(server, path="/usage")
    page.fill("#key", admin)
    page.keyboard.press("Enter")
    titles_of_plots(page)
    page.click("#forget-key")
    page.wait_for_selector("#key-form")
    assert page.text_content("#totals") == page.text_content("#plots") == ""
    assert page.is_disabled("#export-csv")
    assert page.is_disabled("#export-json")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit: Opened, serve: Serve, axe: str, scheme: str) -> None:
    """Neither in the light nor in the dark scheme, with the tables open."""
    server = serve()
    fill(server.database, 3)
    page = visit(server, path="/usage", color_scheme=scheme)
    titles_of_plots(page)
    for index in range(len(TITLES)):
        page.click(f".plot summary >> nth={index}")
    assert complaints(page, axe) == []


def test_a_phone_needs_no_sideways_scrolling(visit: Opened, serve: Serve) -> None:
    """The plots shrink to the width of the screen, and no control is too small for a finger."""
    server = serve()
    fill(server.database)
    viewport = {"width": 360, "height": 700}
    page = visit(server, path="/usage", viewport=viewport, has_touch=True, is_mobile=True)
    titles_of_plots(page)
    assert small_targets(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
