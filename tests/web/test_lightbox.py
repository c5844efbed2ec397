"""The lightbox: wipe, previous and next, pin, vary, make again, and the request as code."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from api.wire import Server
from web.conftest import Opened, halves, pick, set_options, settled
from web.test_history import keep_pinned_only, reload


def open_lightbox(page: Page, index: int = 0) -> None:
    """Open the lightbox of one of four variations."""
    pick(page)
    settled(page)
    page.click(f".card .open >> nth={index}")
    page.wait_for_selector("#lightbox")


def wiped(page: Page) -> str:
    share: str = page.eval_on_selector("#stage", "stage => stage.style.getPropertyValue('--wipe')")
    return share


def test_the_wipe_follows_slider_pointer_and_keys(visit: Opened, server: Server) -> None:
    """All three move the border between source and variation."""
    page = visit(server)
    open_lightbox(page)
    assert wiped(page) == "0%"
    page.focus("#wipe")
    page.keyboard.press("End")
    assert wiped(page) == "100%"
    page.keyboard.press("ArrowLeft")
    assert wiped(page) == "99%"
    assert page.get_attribute("#wipe", "aria-valuetext") == "99 % source"
    box = page.locator("#stage").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 60, steps=3)
    page.mouse.up()
    assert float(wiped(page).removesuffix("%")) == pytest.approx(25, abs=1)


def drag(page: Page, *fingers: tuple[float, float, float, float]) -> None:
    """Move fingers together over the page, each from x, y to x, y in CSS pixels."""
    session = page.context.new_cdp_session(page)

    def touch(kind: str, share: float) -> None:
        points = [
            {"id": number, "x": x + (to_x - x) * share, "y": y + (to_y - y) * share}
            for number, (x, y, to_x, to_y) in enumerate(fingers)
        ]
        event = {"type": kind, "touchPoints": [] if kind == "touchEnd" else points}
        session.send("Input.dispatchTouchEvent", event)

    touch("touchStart", 0)
    for step in range(1, 13):
        touch("touchMove", step / 12)
        page.wait_for_timeout(16)
    touch("touchEnd", 1)
    page.wait_for_timeout(300)
    session.detach()


def test_fingers_pinch_and_scroll(visit: Opened, server: Server) -> None:
    """Neither moves the wipe or the page behind the dialog; one finger moves the wipe sideways."""
    viewport = {"width": 390, "height": 600}
    page = visit(server, viewport=viewport, has_touch=True, is_mobile=True)
    open_lightbox(page)
    box = page.locator("#stage").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    behind = page.evaluate("scrollY")
    drag(page, (x - 20, y, x - 100, y), (x + 20, y, x + 100, y))
    assert page.evaluate("visualViewport.scale") > 2
    drag(page, (x - 120, y, x - 10, y), (x + 120, y, x + 10, y))
    assert page.evaluate("visualViewport.scale") == 1
    drag(page, (x, y + 80, x, y - 120))
    assert page.eval_on_selector("#lightbox", "view => view.scrollTop") > 50
    assert (wiped(page), page.evaluate("scrollY")) == ("0%", behind)
    page.eval_on_selector("#lightbox", "view => view.scrollTo(0, 0)")
    drag(page, (x + 60, y, x - 60, y))
    assert float(wiped(page).removesuffix("%")) == pytest.approx(
        100 * (x - 60 - box["x"]) / box["width"], abs=2
    )


def test_keys_navigate_pin_and_close(visit: Opened, server: Server) -> None:
    """The lightbox needs no pointer, and restores the focus."""
    page = visit(server)
    open_lightbox(page, 1)
    page.keyboard.press("ArrowRight")
    assert page.text_content("#lightbox-title") == "Variation 3 of 4"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    assert page.text_content("#lightbox-title") == "Variation 1 of 4"
    assert page.is_disabled("#lightbox-prev")
    page.keyboard.press("p")
    page.wait_for_selector("[data-action=pin][aria-pressed=true]")
    page.keyboard.press("Escape")
    page.wait_for_selector("#lightbox", state="hidden")
    assert page.evaluate("document.activeElement.className") == "open"
    assert page.locator(".card.pinned").count() == 1


def test_the_code_makes_the_same_picture(visit: Opened, server: Server, tmp_path: Path) -> None:
    """The curl command, run unchanged with the source, returns the same bytes."""
    page = visit(server)
    open_lightbox(page, 2)
    (tmp_path / "source.png").write_bytes(halves())
    command = shlex.split(page.text_content("#code").replace("\\\n", ""))
    done = subprocess.run(
        [*command, "--silent", "-F", "response_format=url"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
        timeout=60,
    )
    again = httpx.Response(200, content=done.stdout).json()["data"][0]
    shown = page.evaluate(
        "async () => { const { blobAt } = await import(document.baseURI + 'web/dom.js');"
        " const { src } = document.querySelector('#lightbox-picture');"
        " return [...new Uint8Array(await blobAt(src).arrayBuffer())] }"
    )
    assert httpx.get(again["url"]).content == bytes(shown)


def test_the_code_is_available_in_three_languages(visit: Opened, server: Server) -> None:
    """Each is copied as shown; Python and JavaScript are valid."""
    page = visit(server, permissions=["clipboard-read", "clipboard-write"])
    open_lightbox(page)
    seed = page.text_content("#lightbox-facts dd >> nth=2")
    for name in ("curl", "python", "javascript"):
        page.click(f"[data-code={name}]")
        page.click("#copy")
        page.wait_for_selector("#copy:text('Copied')")
        copied = page.text_content("#code")
        page.wait_for_function(
            "async (text) => (await navigator.clipboard.readText()) === text", arg=copied
        )
        assert seed in copied
        assert f"{server.url}/v1" in copied
        if name == "python":
            compile(copied, "copied", "exec")
        if name == "javascript" and (node := shutil.which("node")):
            check = [node, "--check", "--input-type=module", "-"]
            subprocess.run(check, input=copied, text=True, check=True, timeout=60)


def test_picture_and_link_are_copied(visit: Opened, server: Server) -> None:
    """The picture as a PNG, the link as an address that serves it."""
    page = visit(server, permissions=["clipboard-read", "clipboard-write"])
    open_lightbox(page)
    page.click("#copy-link")
    page.wait_for_selector("#copy-link:has-text('Copied')")
    link = page.evaluate("navigator.clipboard.readText()")
    assert httpx.get(link).headers["content-type"] == "image/png"
    page.click("#copy-picture")
    page.wait_for_selector("#copy-picture:has-text('Copied')")
    kinds = page.evaluate("navigator.clipboard.read().then((items) => items[0].types)")
    assert kinds == ["image/png"]


def test_errors_of_actions_are_in_sight(visit: Opened, server: Server) -> None:
    """On a phone, those of the lightbox and those of a card far below its run's header."""
    viewport = {"width": 390, "height": 600}
    page = visit(server, viewport=viewport, has_touch=True, is_mobile=True)
    keep_pinned_only(page)
    set_options(page, n="10")
    page.evaluate("void (navigator.clipboard.write = async () => { throw new Error('refused') })")
    open_lightbox(page, 9)
    page.click("#copy-picture")
    page.wait_for_selector("#lightbox-error:text('does not allow')")
    expect(page.locator("#lightbox-error")).to_be_in_viewport()
    page.keyboard.press("Escape")
    reload(page)
    page.route("**/results/**", lambda route: route.abort())
    page.click(".card .pin >> nth=9")
    page.wait_for_selector(".run-error:not(:empty)")
    expect(page.locator(".run-error")).to_be_in_viewport()


def test_a_picture_opens_in_a_new_tab(visit: Opened, server: Server) -> None:
    """The tab shows the picture in full size, and the lightbox stays open."""
    page = visit(server)
    open_lightbox(page)
    with page.context.expect_page() as opening:
        page.click("#open-picture")
    opened = opening.value
    opened.wait_for_function("document.images[0]?.naturalWidth === 256")
    assert opened.url.startswith("blob:")
    assert page.is_visible("#lightbox")


def test_a_picture_has_the_menu_of_the_browser(visit: Opened, server: Server) -> None:
    """A right click on a card opens it; holding the card shows the source instead."""
    page = visit(server)
    pick(page)
    settled(page)
    page.evaluate(
        "addEventListener('contextmenu', (event) => { window.refused = event.defaultPrevented })"
    )
    page.click(".card .open >> nth=0", button="right")
    assert page.evaluate("window.refused") is False
    page.keyboard.press("Escape")
    page.hover(".card .open >> nth=1")
    page.mouse.down()
    page.wait_for_selector(".card.comparing")
    page.dispatch_event(".card .open >> nth=1", "contextmenu")
    assert page.evaluate("window.refused") is True


def test_a_picture_is_shown_at_its_size(visit: Opened, server: Server) -> None:
    """At 100 % one pixel of the picture is one pixel of the screen; a drag pans it."""
    page = visit(server, device_scale_factor=2, viewport={"width": 700, "height": 500})
    set_options(page, size="1024x1024")
    open_lightbox(page)
    page.keyboard.press("z")
    assert page.locator("#lightbox-picture").bounding_box()["width"] == 512
    scroll = "stage => stage.scrollLeft"
    before = page.eval_on_selector("#stage", scroll)
    assert before > 0
    box = page.locator("#stage").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 80, box["y"] + 100)
    page.mouse.up()
    assert page.eval_on_selector("#stage", scroll) == before + 20
    page.click("#zoom")
    assert page.locator("#lightbox-picture").bounding_box()["width"] < 512


def test_arrow_keys_scroll_a_picture_at_its_size(visit: Opened, server: Server) -> None:
    """While the focus is on it; a second `z` returns the focus to the button."""
    page = visit(server, viewport={"width": 900, "height": 500})
    set_options(page, size="1024x1024")
    open_lightbox(page)
    page.keyboard.press("z")
    page.focus("#stage")
    before = page.eval_on_selector("#stage", "stage => stage.scrollLeft")
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "before => document.querySelector('#stage').scrollLeft > before", arg=before
    )
    assert page.text_content("#lightbox-title") == "Variation 1 of 4"
    page.keyboard.press("z")
    assert page.evaluate("document.activeElement.id") == "zoom"
    page.keyboard.press("ArrowRight")
    assert page.text_content("#lightbox-title") == "Variation 2 of 4"


def test_again_makes_the_picture_of_a_seed(visit: Opened, server: Server) -> None:
    """*Make it again* starts a run of one variation with the same seed."""
    page = visit(server)
    open_lightbox(page, 3)
    seed = page.text_content("#lightbox-facts dd >> nth=2")
    page.click("[data-action=again]")
    settled(page, 2)
    alt = page.get_attribute(".run >> nth=0 >> .card .shown", "alt")
    assert f"seed {seed}" in alt
    assert "Variation 1 of 1" in alt


def test_vary_this_one_from_the_large_view(visit: Opened, server: Server) -> None:
    """The lightbox closes and variations of the variation appear."""
    page = visit(server)
    open_lightbox(page)
    page.keyboard.press("v")
    settled(page, 2)
    assert not page.is_visible("#lightbox")
    assert page.is_visible("#trail")
