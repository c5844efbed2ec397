"""The history in the browser: storage, expiry, deletion."""

from __future__ import annotations

import time

from playwright.sync_api import Page

from api.conftest import Serve
from api.engines import Gate
from api.wire import Server
from web.conftest import Opened, halves, pick, pixel, set_options, settled

HOUR_S = 3600
"""Default lifetime of a link, in seconds."""
STORAGE_BLOCKED = """for (const name of ["localStorage", "sessionStorage", "indexedDB"])
    Object.defineProperty(window, name, { get() { throw new DOMException("no", "SecurityError") } })
"""
"""Behaviour of a browser that blocks site data."""


def reload(page: Page) -> None:
    page.reload()
    page.wait_for_selector("body[data-ready]")


def keep_pinned_only(page: Page) -> None:
    """Set the limit of stored pictures to those that are pinned."""
    page.evaluate("localStorage['diabelli.keep'] = '0'")
    reload(page)


def pin(page: Page, index: int) -> None:
    page.hover(f".card >> nth={index}")
    page.click(f".card .pin >> nth={index}")
    page.wait_for_selector(".card.pinned")


def kept(page: Page) -> dict[str, int]:
    """Return the number of records in each store of the browser's database."""
    counts: dict[str, int] = page.evaluate(
        """async () => {
            const done = (request) => new Promise((resolve, reject) => {
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
            });
            const [{ name }] = await indexedDB.databases();
            const database = await done(indexedDB.open(name));
            const counts = {};
            for (const store of ["sources", "runs", "pictures"])
                counts[store] = await done(database.transaction(store).objectStore(store).count());
            database.close();
            return counts;
        }"""
    )
    return counts


def test_history_survives_a_reload(visit: Opened, server: Server) -> None:
    """Runs, pins and the source are restored, and the next run uses that source."""
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
    assert page.text_content("#source-summary") == "halves.png, 64\u00a0\u00d7\u00a064"
    page.click("#make")
    settled(page, 2)


def test_options_survive_a_reload(visit: Opened, server: Server) -> None:
    """The form is restored, except the seed."""
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
    """No record is left in the browser's database."""
    page = visit(server)
    pick(page)
    settled(page)
    assert kept(page) == {"sources": 1, "runs": 1, "pictures": 4}
    page.click("#clear")
    page.wait_for_selector("#status:text('The history is empty')", state="attached")
    assert kept(page) == {"sources": 0, "runs": 0, "pictures": 0}
    assert page.locator(".run").count() == 0
    assert page.is_visible("text=Drop a picture here")
    reload(page)
    assert page.locator(".run").count() == 0
    assert page.is_visible("text=Drop a picture here")


def test_expired_links_are_shown_as_such_and_made_again(visit: Opened, server: Server) -> None:
    """Of a picture that is not kept, a thumbnail stays; it is made again in place from its seed."""
    page = visit(server)
    keep_pinned_only(page)
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
    assert page.is_visible("#lightbox-expired")
    assert page.is_disabled("[data-action=download]")
    page.click("[data-action=again]")
    page.wait_for_selector("#lightbox-expired", state="hidden")
    assert page.is_enabled("[data-action=download]")
    page.keyboard.press("Escape")
    page.wait_for_selector("#lightbox", state="hidden")
    assert page.locator(".card.expired").count() == 2
    assert pixel(page, ".card .shown >> nth=1", 0.5) != [0, 0, 0]


def test_pictures_outlive_their_links(visit: Opened, server: Server) -> None:
    """Pictures are kept in the browser, which shows their size, up to a limit that can be set."""
    page = visit(server)
    pick(page)
    settled(page)
    page.clock.set_fixed_time(time.time() + HOUR_S + 1)
    reload(page)
    assert page.locator(".card").count() == 4
    assert page.locator(".card.expired").count() == 0
    assert page.text_content("#keep-use").startswith("4 pictures, 0.0 MB")
    page.click(".card .open >> nth=0")
    assert page.is_enabled("[data-action=download]")
    assert page.is_disabled("#copy-link")
    page.keyboard.press("Escape")
    pin(page, 0)
    page.select_option("#keep-limit", "0")
    page.wait_for_selector("#keep-use:text('1 picture,')")
    reload(page)
    assert page.locator(".card.expired").count() == 3
    assert page.locator(".card.pinned:not(.expired)").count() == 1


def test_clearing_keeps_pinned_pictures_and_can_be_undone(visit: Opened, server: Server) -> None:
    """Also of one run; a run of pinned pictures only stays."""
    page = visit(server)
    pick(page)
    settled(page)
    pin(page, 1)
    page.click("#clear")
    page.wait_for_selector("#undo-message:text('Only pinned pictures are left')")
    reload(page)
    assert page.locator(".card").count() == 1
    page.click(".remove")
    assert "Unpin" in page.text_content(".run-error")
    page.click("#make")
    settled(page, 2)
    page.click("#clear")
    page.wait_for_selector("#undo-bar")
    assert page.locator(".card").count() == 1
    page.click("#undo")
    settled(page, 2)
    assert page.locator(".card").count() == 5
    reload(page)
    assert page.locator(".card").count() == 5
    page.click(".remove >> nth=0")
    page.wait_for_selector("#undo-message:text('The run is removed')")
    page.click("#undo")
    settled(page, 2)
    expected = {"sources": 1, "runs": 2, "pictures": 5}
    for _ in range(50):  # the store is written after the page shows them
        if kept(page) == expected:
            break
        page.wait_for_timeout(100)
    assert kept(page) == expected


def test_a_reload_keeps_a_run_without_variations(visit: Opened, serve: Serve, gate: Gate) -> None:
    """It is offered to be made again, with the seed that it had."""
    page = visit(serve())
    set_options(page, model="gate", n="2", seed="77")
    pick(page)
    assert gate.entered.wait(30)
    page.wait_for_selector(".run[aria-busy=true]")
    reload(page)
    assert "interrupted before it was complete" in page.text_content(".run-error")
    gate.opened.set()
    page.click(".run-error button")
    settled(page)
    assert page.locator(".card").count() == 2
    assert "seed 77" in page.get_attribute(".card .shown >> nth=0", "alt")


def test_a_run_that_was_cleared_in_progress_can_be_made_again(
    visit: Opened, serve: Serve, gate: Gate
) -> None:
    """Undo restores it as interrupted, also after a reload."""
    page = visit(serve())
    set_options(page, model="gate", n="2", seed="77")
    pick(page)
    assert gate.entered.wait(30)
    page.click("#clear")
    page.wait_for_selector("#undo-bar")
    page.click("#undo")
    page.wait_for_selector(".run-error button")
    reload(page)
    gate.opened.set()
    page.click(".run-error button")
    settled(page)
    assert page.locator(".card").count() == 2


def test_the_limit_can_be_raised_when_no_picture_is_stored(visit: Opened, server: Server) -> None:
    """A limit other than the default stays in sight."""
    page = visit(server)
    assert not page.is_visible("#keep-limit")
    keep_pinned_only(page)
    assert page.text_content("#keep-use").startswith("0 pictures")
    page.select_option("#keep-limit", "500")
    pick(page)
    settled(page)
    assert kept(page)["pictures"] == 4


def test_the_crop_can_be_changed_after_a_reload(visit: Opened, server: Server) -> None:
    """The whole picture is stored with the crop box of its run."""
    page = visit(server)
    pick(page, halves(120, 40))
    settled(page)
    page.focus("#crop-box")
    for _ in range(12):
        page.keyboard.press("Shift+ArrowRight")
    page.click("#make")
    settled(page, 2)
    reload(page)
    assert page.text_content("#source-summary") == "halves.png, 120\u00a0\u00d7\u00a040"
    assert page.eval_on_selector("#crop-box", "box => parseFloat(box.style.left)") > 60
    page.focus("#crop-box")
    for _ in range(24):
        page.keyboard.press("Shift+ArrowLeft")
    page.click("#make")
    settled(page, 3)
    assert pixel(page, ".run-source img >> nth=0", 0.5)[0] > 180


def test_a_link_refused_by_the_server_is_expired(visit: Opened, serve: Serve) -> None:
    """A link that the server refuses early is shown as expired, with its thumbnail."""
    page = visit(serve())
    keep_pinned_only(page)
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


def test_finished_variations_survive_a_reload(visit: Opened, serve: Serve, gate: Gate) -> None:
    """The finished variations of a running request are stored; the rest is cancelled."""
    page = visit(serve())
    set_options(page, model="halfway")
    pick(page)
    page.wait_for_selector(".card:not(.pending)")
    assert gate.entered.wait(30)
    reload(page)
    settled(page)
    assert page.locator(".card").count() == 1
    assert gate.stopped.wait(5)


def test_the_page_works_without_storage(visit: Opened, server: Server) -> None:
    """If the browser blocks storage, the page works, and starts empty after a reload."""
    page = visit(server)
    page.context.add_init_script(STORAGE_BLOCKED)
    reload(page)
    pick(page)
    settled(page)
    assert page.locator(".card").count() == 4
    page.click("#theme")
    reload(page)
    assert page.is_visible("text=Drop a picture here")


def test_no_cookie_and_no_key_is_kept(visit: Opened, serve: Serve) -> None:
    """The key is in the tab's session storage only, and there are no cookies."""
    page = visit(serve(api_keys=("right-key",)))
    page.fill("#key", "right-key")
    page.click("text=Use this key")
    page.wait_for_selector("#key-form", state="hidden")
    pick(page)
    settled(page)
    assert page.context.cookies() == []
    assert page.evaluate("sessionStorage['diabelli.key']") == "right-key"
    assert "right-key" not in page.evaluate("JSON.stringify({ ...localStorage })")
