"""The page of plots: for admins, with its numbers in words as well."""

from __future__ import annotations

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
from web.conftest import Opened

TITLES = [
    "Images",
    "Images by key",
    "Seconds of the engines",
    "Requests and errors",
    "Milliseconds in the queue",
    "Size of the store",
]


def fill(database: Database, days: int = 10) -> None:
    """A few requests on each of the last days."""
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


def drawn(page: Page) -> list[str]:
    """The titles of the plots."""
    page.wait_for_selector(".plot canvas")
    titles: list[str] = page.locator(".plot h2").all_text_contents()
    return titles


def inked(page: Page, index: int) -> bool:
    """Whether something is drawn on the canvas of a plot."""
    told: bool = (
        page.locator(".plot canvas")
        .nth(index)
        .evaluate(
            "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)"
            ".data.some((value) => value > 0)"
        )
    )
    return told


def test_every_plot_is_drawn(visit: Opened, serve: Serve) -> None:
    """Images, those by key, seconds, errors, waiting times, the store; with totals above them."""
    server = serve()
    fill(server.database)
    page = visit(server, path="/usage")
    assert drawn(page) == TITLES
    assert all(inked(page, index) for index in range(len(TITLES)))
    images = sum((2 + day) * (1 + day % 3) for day in range(10))
    assert page.text_content("#totals dd >> nth=0") == str(images)
    page.select_option("#by", "user")
    page.wait_for_selector("h2:text('Images by end-user')")
    assert "eve" in page.text_content(".plot >> nth=1")


def test_plots_have_their_numbers_as_tables(visit: Opened, serve: Serve) -> None:
    """Who cannot see a curve reads its numbers, a row for each step."""
    server = serve()
    fill(server.database, 2)
    page = visit(server, path="/usage")
    page.click(".plot summary >> nth=0")
    rows = page.locator(".plot >> nth=0 >> .table tbody tr")
    assert rows.count() == 30
    assert rows.nth(29).text_content().endswith("2")
    page.select_option("#span", "hour 1")
    page.wait_for_function("() => document.querySelectorAll('.table tbody tr').length < 150")
    assert page.locator(".plot >> nth=0 >> .table tbody tr").count() in (1, 2, 24, 25)


def test_the_size_of_the_store_is_told_in_words_of_size(visit: Opened, serve: Serve) -> None:
    """Megabytes are no number of bytes to count the digits of, nor is nothing a zero."""
    server = serve()
    fill(server.database, 2)
    page = visit(server, path="/usage")
    page.click(f".plot summary >> nth={TITLES.index('Size of the store')}")
    cells = page.locator(".plot:last-child .table tbody td")
    assert cells.all_text_contents()[-3:] == ["\N{EN DASH}", "2 MiB", "1 MiB"]


def test_an_admin_key_is_asked_for(visit: Opened, serve: Serve) -> None:
    """Another key is told what it lacks."""
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
    assert "Images" in drawn(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit: Opened, serve: Serve, axe: str, scheme: str) -> None:
    """Neither on light nor on dark, with the tables open."""
    server = serve()
    fill(server.database, 3)
    page = visit(server, path="/usage", color_scheme=scheme)
    drawn(page)
    for index in range(len(TITLES)):
        page.click(f".plot summary >> nth={index}")
    assert complaints(page, axe) == []


def test_a_phone_needs_no_sideways_scrolling(visit: Opened, serve: Serve) -> None:
    """The plots become as narrow as the screen."""
    server = serve()
    fill(server.database)
    page = visit(server, path="/usage", viewport={"width": 360, "height": 700})
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
