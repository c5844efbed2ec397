"""The viewer of the OpenAPI document: works under the page's strict policy, light and dark."""

from __future__ import annotations

import pytest

from api.conftest import Serve
from api.wire import Server
from web.axe import complaints
from web.conftest import Opened, halves, small_targets


def test_the_api_is_described_and_can_be_tried(server: Server, visit: Opened) -> None:
    """A form that is filled in and sent on the page gets a reply, and nothing is blocked."""
    page = visit(server, path="/docs")
    for path in ("/v1/images/variations", "/v1/models/{model}", "/usage/data"):
        assert page.locator(f"[data-path='{path}']").is_visible()
    page.click("[data-path='/v1/images/variations']")
    page.click("text=Try it out")
    picture = {"name": "halves.png", "mimeType": "image/png", "buffer": halves()}
    page.set_input_files("input[type=file]", picture)
    page.select_option("[data-property-name=size] select", "256x256")
    with page.expect_response("**/v1/images/variations") as answer:
        page.click("button.execute")
    assert answer.value.status == 200
    page.wait_for_selector(".reply-picture")
    assert page.eval_on_selector(".reply-picture", "image => image.decode().then(() => true)")
    for title, words in (
        ("curl", "-F 'image=@halves.png'"),
        ("Python", 'files={"image": open("halves.png", "rb")}'),
        ("JavaScript", 'form.append("size", "256x256");'),
    ):
        page.click(f".request-snippets >> text=/^{title}$/")
        page.wait_for_function(
            "words => document.querySelector('.request-snippets').textContent.includes(words)",
            arg=words,
        )


def test_a_key_is_taken(serve: Serve, visit: Opened) -> None:
    """The key of the dialog is sent with the requests, and is shown in the snippet."""
    page = visit(
        serve(api_keys=("right-key",)), path="/docs", viewport={"width": 390, "height": 844}
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("button.authorize")
    page.fill("input[name=bearer], #auth-bearer-value", "right-key")
    page.click(".modal-ux button.authorize >> nth=0")
    page.click(".modal-ux button.btn-done >> nth=0")
    page.click("[data-path='/v1/models']")
    page.click("text=Try it out")
    with page.expect_response("**/v1/models") as answer:
        page.click("button.execute")
    assert answer.value.status == 200
    assert "Bearer right-key" in page.text_content(".request-snippets")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(server: Server, visit: Opened, axe: str, scheme: str) -> None:
    """Neither in the list nor in an open route on a phone, which needs no sideways scrolling."""
    viewport = {"width": 390, "height": 844}
    page = visit(server, path="/docs", color_scheme=scheme, viewport=viewport, is_mobile=True)
    page.emulate_media(reduced_motion="reduce")
    assert complaints(page, axe) == []
    page.click("[data-path='/v1/images/variations']")
    page.wait_for_selector(".responses-table")
    assert complaints(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("text=Try it out")
    page.wait_for_selector("button.execute")
    assert complaints(page, axe) == []


def test_targets_fit_a_finger(server: Server, visit: Opened) -> None:
    """In the list, the dialog of keys, an open route, its form, and a reply."""
    viewport = {"width": 390, "height": 844}
    page = visit(server, path="/docs", viewport=viewport, is_mobile=True, has_touch=True)
    assert small_targets(page) == []
    page.click("button.authorize")
    assert small_targets(page) == []
    page.click(".close-modal")
    page.click("[data-path='/v1/images/variations']")
    page.wait_for_selector(".responses-table")
    assert small_targets(page) == []
    page.click("text=Try it out")
    page.set_input_files(
        "input[type=file]", {"name": "halves.png", "mimeType": "image/png", "buffer": halves()}
    )
    page.select_option("[data-property-name=size] select", "256x256")
    page.click("button.execute")
    page.wait_for_selector(".reply-picture")
    assert small_targets(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


BRIGHTNESS = """([selector, property]) => {
    const [r, g, b, alpha = 1] = getComputedStyle(document.querySelector(selector))
        .getPropertyValue(property).match(/[0-9.]+/g).map(Number);
    return alpha === 0 ? 255 : (r + g + b) / 3;
}"""
"""Mean of a colour's channels, 0 to 255; a transparent background shows the white canvas."""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_colours_follow_the_system(server: Server, visit: Opened, scheme: str) -> None:
    """The text is dark on light or light on dark."""
    page = visit(server, path="/docs", color_scheme=scheme)
    text = page.evaluate(BRIGHTNESS, [".info .title", "color"])
    background = page.evaluate(BRIGHTNESS, ["html", "background-color"])
    assert (text < 100 < 200 < background) if scheme == "light" else (background < 60 < 170 < text)


def test_nothing_is_loaded_from_another_host(serve: Serve, visit: Opened) -> None:
    """All requests go to this server."""
    server = serve()
    page = visit(server, path="/", ready=True)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    page.goto(server.url + "/docs")
    page.wait_for_selector("body[data-ready]")
    assert hosts == {server.url.split("/")[2]}
