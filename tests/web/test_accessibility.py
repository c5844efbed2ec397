"""Accessibility: keyboard, screen reader, colour schemes, phones; and path prefixes."""

from __future__ import annotations

import io

import pytest
from PIL import Image as Pillow
from playwright.sync_api import Page, Route

from api.conftest import Serve
from api.engines import Gate
from api.wire import Server
from web.axe import complaints
from web.conftest import Opened, halves, pick, set_options, settled, small_targets


def still(page: Page) -> None:
    """Disable transitions: colours in transition have no defined contrast."""
    page.emulate_media(reduced_motion="reduce")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(visit: Opened, server: Server, axe: str, scheme: str) -> None:
    """Neither on the empty page, nor on one with runs and a trail, nor in the lightbox."""
    page = visit(server, color_scheme=scheme)
    still(page)
    assert complaints(page, axe) == []
    pick(page, halves(96, 64))
    settled(page)
    page.hover(".card >> nth=0")
    page.click(".card .pin >> nth=0")
    page.click(".card .vary >> nth=0")
    settled(page, 2)
    page.click("summary")
    assert complaints(page, axe) == []
    page.click(".card .open >> nth=0")
    assert complaints(page, axe) == []
    page.set_viewport_size({"width": 300, "height": 500})
    page.click("#zoom")
    assert complaints(page, axe) == []
    page.keyboard.press("Escape")
    page.click(".remove >> nth=0")
    page.wait_for_selector("#undo-bar")
    assert complaints(page, axe) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_while_it_works_or_fails(
    visit: Opened, serve: Serve, gate: Gate, axe: str, scheme: str
) -> None:
    """Progress, previews, errors and the key form are accessible as well."""
    page = visit(serve(api_keys=("right-key",)), color_scheme=scheme)
    still(page)
    page.fill("#key", "wrong-key-1234")
    page.click("text=Use this key")
    page.wait_for_selector("#key-error:not(:empty)")
    assert complaints(page, axe) == []
    page.fill("#key", "right-key")
    page.click("text=Use this key")
    page.wait_for_selector("#key-form", state="hidden")
    set_options(page, model="halfway")
    pick(page)
    page.wait_for_selector(".card:not(.pending)")
    page.wait_for_selector(".card.pending.has-preview")
    assert complaints(page, axe) == []
    gate.opened.set()
    settled(page)
    set_options(page, model="stumbler")
    page.click("#make")
    page.wait_for_selector(".run-error:not(:empty)")
    pick(page, b"plain text", "diary.txt")
    page.wait_for_selector("#source-error:not(:empty)")
    assert complaints(page, axe) == []


def test_everything_can_be_done_by_keyboard(visit: Opened, server: Server) -> None:
    """From the sample over the grid to a variation of a variation, without a pointer."""
    page = visit(server)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "sample":
            break
    page.keyboard.press("Enter")
    settled(page)
    assert page.evaluate("document.activeElement.id") == "make"
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "open":
            break
    page.keyboard.press("ArrowRight")
    page.keyboard.press("p")
    page.wait_for_selector(".card.pinned")
    assert page.get_attribute(".card.pinned .shown", "alt").startswith("Variation 2 of 4")
    page.keyboard.press("Enter")
    assert page.text_content("#lightbox-title") == "Variation 2 of 4"
    page.keyboard.press("v")
    settled(page, 2)


def test_a_key_lists_the_keys(visit: Opened, server: Server, axe: str) -> None:
    """`?` opens the list, except in a text field, and every icon has a tooltip."""
    page = visit(server)
    pick(page)
    settled(page)
    page.click("summary")
    page.focus("#seed")
    page.keyboard.press("?")
    assert not page.is_visible("#help")
    page.focus(".card .open >> nth=0")
    page.keyboard.press("?")
    page.wait_for_selector("#help")
    assert "vary this one" in page.text_content("#help")
    still(page)
    assert complaints(page, axe) == []
    page.keyboard.press("Escape")
    page.wait_for_selector("#help", state="hidden")
    bare = "all => all.filter((one) => !one.title).map((one) => one.textContent)"
    assert page.eval_on_selector_all("button.round", bare) == []


def test_arrows_move_between_rows(visit: Opened, server: Server) -> None:
    """Up and down move the focus to the picture above or below, also across runs."""
    page = visit(server, viewport={"width": 390, "height": 844})
    pick(page)
    settled(page)
    page.focus(".card .open >> nth=1")
    page.keyboard.press("ArrowDown")
    focused = "document.activeElement.querySelector('img').alt"
    assert page.evaluate(focused).startswith("Variation 4 of 4")
    page.keyboard.press("ArrowUp")
    assert page.evaluate(focused).startswith("Variation 2 of 4")


def test_the_focus_ring_is_visible_on_a_picture(visit: Opened, server: Server) -> None:
    """It is drawn over the picture, not under it."""
    page = visit(server)
    still(page)
    pick(page)
    settled(page)
    page.focus(".card .open >> nth=1")
    page.keyboard.press("ArrowLeft")
    with Pillow.open(io.BytesIO(page.locator(".card >> nth=0").screenshot())) as card:
        ring = card.convert("RGB").getpixel((card.width // 2, 1))
    accent = page.eval_on_selector("#make", "button => getComputedStyle(button).backgroundColor")
    assert accent == f"rgb{ring}"


def test_screen_readers_get_announcements(visit: Opened, server: Server) -> None:
    """A live region announces arrivals; every picture has alternative text."""
    page = visit(server)
    pick(page)
    settled(page)
    assert page.text_content("#status") == "4 variations ready"
    alts = page.eval_on_selector_all(".card .shown", "all => all.map((one) => one.alt)")
    assert len(set(alts)) == 4
    assert all("of halves.png, medium, seed" in alt for alt in alts)


def test_colours_follow_the_system_or_the_button(visit: Opened, server: Server) -> None:
    """Light, dark, or the system's scheme; the choice survives a reload."""
    page = visit(server, color_scheme="dark")
    paper = "getComputedStyle(document.documentElement).backgroundColor"
    dark = page.evaluate(paper)
    page.click("#theme")
    light = page.evaluate(paper)
    assert dark != light
    page.click("#theme")
    assert page.evaluate(paper) == dark
    page.click("#theme")
    page.click("#theme")
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.evaluate(paper) == light


def test_reduced_motion_disables_animations(visit: Opened, serve: Serve, gate: Gate) -> None:
    """No animation and no transition runs, even while variations are in progress."""
    page = visit(serve(), reduced_motion="reduce")
    set_options(page, model="gate")
    pick(page)
    page.wait_for_selector(".card.pending")
    assert page.evaluate("document.getAnimations().length") == 0
    gate.opened.set()
    settled(page)


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_needs_no_sideways_scrolling(visit: Opened, server: Server, width: int) -> None:
    """Neither on the page nor in the lightbox, and no button is cut off."""
    viewport = {"width": width, "height": 700}
    page = visit(server, viewport=viewport, has_touch=True, is_mobile=True)
    # innerWidth is not usable: a phone zooms out to show a page that is too wide.
    overhang = f"document.documentElement.scrollWidth - {width}"
    assert page.evaluate(overhang) <= 0
    pick(page, halves(200, 100), "a-name-that-is-so-very-long-that-no-phone-has-room-for-it.png")
    settled(page)
    assert page.evaluate(overhang) <= 0
    run = page.locator(".run-summary").bounding_box()
    name = page.locator(".run-summary .of").bounding_box()
    assert name["width"] == run["width"]
    card = page.locator(".card >> nth=0").bounding_box()
    for button in page.locator(".card-actions button:visible").all():
        assert button.bounding_box()["x"] >= card["x"]
    assert small_targets(page) == []
    page.tap(".card .open >> nth=0")
    page.wait_for_selector("#lightbox")
    # Those that a card has no room for.
    for action in ("#wipe", ".actions button:has-text('Download')"):
        assert page.is_visible(f"#lightbox {action}")
    dialog = page.locator("#lightbox").bounding_box()
    assert dialog["x"] >= 0
    assert dialog["width"] <= width
    assert page.eval_on_selector("#lightbox", "view => view.scrollWidth - view.clientWidth") <= 0
    assert small_targets(page) == []
    for name in ("prev", "next"):
        box = page.locator(f"#lightbox-{name}").bounding_box()
        assert box["y"] + box["height"] <= viewport["height"]
    touch = page.eval_on_selector("#stage", "stage => getComputedStyle(stage).touchAction")
    assert touch == "pan-y pinch-zoom"


def test_an_error_of_the_source_comes_into_sight(visit: Opened, server: Server) -> None:
    """Also on a phone that shows the runs below, as a broken file is pasted or dropped."""
    viewport = {"width": 390, "height": 500}
    page = visit(server, viewport=viewport, has_touch=True, is_mobile=True)
    pick(page)
    settled(page)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    pick(page, b"no picture", "broken.png")
    page.wait_for_selector("#source-error:has-text('broken.png')")
    box = page.locator("#source-error").bounding_box()
    assert 0 <= round(box["y"]) <= viewport["height"] - box["height"]


def test_a_path_prefix_changes_nothing(visit: Opened, server: Server) -> None:
    """Behind a proxy that serves it under a path prefix, the page works the same."""
    page = visit(server)
    page.close()

    def proxied(route: Route) -> None:
        route.continue_(url=route.request.url.replace("/some/path/", "/"))

    page = page.context.new_page()
    page.context.route("**/some/path/**", proxied)
    outside: list[str] = []
    page.on(
        "request",
        lambda asked: (
            outside.append(asked.url)
            if not asked.url.startswith((f"{server.url}/some/path/", "blob:"))
            else None
        ),
    )
    page.goto(f"{server.url}/some/path/")
    page.wait_for_selector("body[data-ready]")
    pick(page)
    settled(page)
    assert page.locator(".card").count() == 4
    page.click(".card .open >> nth=0")
    assert f"{server.url}/some/path/v1/images/variations" in page.text_content("#code")
    assert outside == []
