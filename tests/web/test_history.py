"""What the page remembers, what expires, and what is forgotten."""

from __future__ import annotations

import time

from playwright.sync_api import Page

from api.conftest import Serve
from api.engines import Gate
from api.wire import Server
from web.conftest import Opened, pick, pixel, settled, wish

HOUR_S = 3600
"""How long a link works, as the server is set by default."""
NOTHING_KEPT = """for (const name of ["localStorage", "sessionStorage", "indexedDB"])
    Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError") } })
"""
"""What a browser does that is told to block the data of sites."""


def reload(page: Page) -> None:
    page.reload()
    page.wait_for_selector("body[data-ready]")


def kept(page: Page) -> dict[str, int]:
    """How much is in each store of the browser's database."""
    counts: dict[str, int] = page.evaluate(
        """async () => {
            const done = (asked) => new Promise((resolve, reject) => {
                asked.onsuccess = () => resolve(asked.result);
                asked.onerror = () => reject(asked.error);
            });
            const [{ name }] = await indexedDB.databases();
            const database = await done(indexedDB.open(name));
            const counts = {};
            for (const store of ["sources", "runs"])
                counts[store] = await done(database.transaction(store).objectStore(store).count());
            database.close();
            return counts;
        }"""
    )
    return counts


def test_history_survives_a_reload(visit: Opened, server: Server) -> None:
    """Runs, pins and the source are there again, and the next run goes on from there."""
    page = visit(server)
    pick(page)
    settled(page)
    page.hover(".card >> nth=1")
    page.click(".card .pin >> nth=1")
    page.wait_for_selector(".card.pinned")
    before = page.eval_on_selector_all(".card .shown", "all => all.map((one) => one.alt)")
    reload(page)
    assert page.locator(".card").count() == 4
    assert page.locator(".card.pinned").count() == 1
    assert page.eval_on_selector_all(".card .shown", "all => all.map((one) => one.alt)") == before
    assert page.text_content("#source-says") == "halves.png, 64\u00a0\u00d7\u00a064"
    page.click("#make")
    settled(page, 2)


def test_what_is_set_is_remembered(visit: Opened, server: Server) -> None:
    """The form is as it was left, but for the seed."""
    page = visit(server)
    pick(page)
    settled(page)
    page.fill("#n", "3")
    page.click("text='strong'")
    page.click("summary")
    page.fill("#seed", "7")
    page.select_option("#model", "climber")
    reload(page)
    kept = [page.input_value(f"#{name}") for name in ("n", "strength", "seed", "model", "size")]
    assert kept == ["3", "0.8", "", "climber", "256x256"]


def test_history_can_be_cleared(visit: Opened, server: Server) -> None:
    """Nothing of it is left in the browser."""
    page = visit(server)
    pick(page)
    settled(page)
    assert kept(page) == {"sources": 1, "runs": 1}
    page.click("#clear")
    page.wait_for_selector("#said:text('The history is empty')", state="attached")
    assert kept(page) == {"sources": 0, "runs": 0}
    assert page.locator(".run").count() == 0
    assert page.is_visible("text=Drop a picture here")
    reload(page)
    assert page.locator(".run").count() == 0
    assert page.is_visible("text=Drop a picture here")


def test_expired_links_are_shown_as_such_and_made_again(visit: Opened, server: Server) -> None:
    """A thumbnail stays; the picture comes back from its seed, in its place."""
    page = visit(server)
    pick(page)
    settled(page)
    page.hover(".card >> nth=0")
    page.click(".card .pin >> nth=0")
    page.wait_for_selector(".card.pinned")
    page.clock.set_fixed_time(time.time() + HOUR_S + 1)
    reload(page)
    assert page.locator(".card.expired").count() == 3
    assert page.locator(".card.pinned:not(.expired)").count() == 1
    page.click(".card .open >> nth=1")
    assert page.is_visible("#large-expired")
    assert page.is_disabled("[data-act=download]")
    page.click("[data-act=again]")
    page.wait_for_selector("#large-expired", state="hidden")
    assert page.is_enabled("[data-act=download]")
    page.keyboard.press("Escape")
    page.wait_for_selector("#large", state="hidden")
    assert page.locator(".card.expired").count() == 2
    assert pixel(page, ".card .shown >> nth=1", 0.5) != [0, 0, 0]


def test_the_server_has_the_last_word_on_a_link(visit: Opened, serve: Serve) -> None:
    """A link that it refuses before its time is shown as expired, with its thumbnail."""
    page = visit(serve())
    pick(page)
    settled(page)
    reload(page)
    assert page.locator(".card.expired").count() == 0
    page.route("**/results/**", lambda route: route.fulfill(status=403))
    page.hover(".card >> nth=0")
    page.click(".card .pin >> nth=0")
    page.wait_for_selector(".card.expired")
    assert "has expired" in page.text_content(".run-error")
    assert page.locator(".card.pinned").count() == 0
    reload(page)
    page.wait_for_function("() => document.querySelectorAll('.card.expired').length === 4")
    assert pixel(page, ".card .shown >> nth=0", 0.5) != [0, 0, 0]


def test_what_is_ready_survives_a_reload(visit: Opened, serve: Serve, gate: Gate) -> None:
    """Variations of a run that was not over yet are kept, and the others are not waited for."""
    page = visit(serve())
    wish(page, model="halfway")
    pick(page)
    page.wait_for_selector(".card:not(.coming)")
    assert gate.entered.wait(30)
    reload(page)
    settled(page)
    assert page.locator(".card").count() == 1
    assert gate.stopped.wait(5)


def test_a_browser_that_keeps_nothing_will_do(visit: Opened, server: Server) -> None:
    """Where a page may store nothing, it works, and forgets at a reload."""
    page = visit(server)
    page.context.add_init_script(NOTHING_KEPT)
    reload(page)
    pick(page)
    settled(page)
    assert page.locator(".card").count() == 4
    page.click("#theme")
    reload(page)
    assert page.is_visible("text=Drop a picture here")


def test_no_cookie_and_no_key_is_kept(visit: Opened, serve: Serve) -> None:
    """The key lives in the tab's session storage alone, and there are no cookies at all."""
    page = visit(serve(api_keys=("right-key",)))
    page.fill("#key", "right-key")
    page.click("text=Use it")
    page.wait_for_selector("#key-form", state="hidden")
    pick(page)
    settled(page)
    assert page.context.cookies() == []
    assert page.evaluate("sessionStorage['diabelli.key']") == "right-key"
    assert "right-key" not in page.evaluate("JSON.stringify({ ...localStorage })")
