"""Error messages appear in the place where the error occurred."""

from __future__ import annotations

import threading
import time

import httpx
from playwright.sync_api import Page, Route

from api.conftest import Serve
from api.engines import Gate
from api.wire import Server, picture
from web.conftest import Opened, pick, set_options, settled


def occupy(server: Server) -> threading.Thread:
    """Start a request of another client that fills the queue."""
    url = f"{server.base_url}/images/variations"
    data = {"model": "gate", "size": "256x256"}
    files = {"image": picture()}
    asked = {"data": data, "files": files, "timeout": 60}
    thread = threading.Thread(target=httpx.post, args=[url], kwargs=asked)
    thread.start()
    return thread


def error(page: Page) -> str:
    page.wait_for_selector(".run-error:not(:empty)")
    return page.text_content(".run-error") or ""


def test_a_busy_server_delays_the_retry(visit: Opened, serve: Serve, gate: Gate) -> None:
    """The retry button counts down the seconds of Retry-After, and then works."""
    server = serve(queue=1)
    other = occupy(server)
    assert gate.entered.wait(30)
    page = visit(server)
    now = time.time()
    page.clock.set_fixed_time(now)
    pick(page)
    message = error(page)
    assert "The server is busy" in message
    assert "Try again in 1 s" in message
    assert page.is_disabled(".run-error button")
    gate.opened.set()
    other.join()
    page.clock.set_fixed_time(now + 1)
    page.click(".run-error button")
    settled(page)
    assert page.locator(".card").count() == 4
    assert page.text_content(".run-error") == ""


def test_an_engine_failure_is_shown(visit: Opened, serve: Serve) -> None:
    """The run shows the error of a failed engine, with a retry button."""
    page = visit(serve())
    set_options(page, model="stumbler")
    pick(page)
    assert "Sorry about that!" in error(page)
    assert page.locator(".card").count() == 0
    assert page.is_enabled(".run-error button")


def test_a_failed_fetch_is_shown(visit: Opened, serve: Serve, gate: Gate) -> None:
    """A failed fetch of a picture is reported when the stream ends, and fails nothing else."""
    page = visit(serve())
    page.route("**/results/**", lambda route: route.abort())
    set_options(page, model="halfway")
    with page.expect_event("requestfailed"):
        pick(page)
    gate.opened.set()
    assert "The picture could not be fetched." in error(page)
    assert page.is_enabled(".run-error button")


def test_a_broken_stream_is_shown(visit: Opened, server: Server) -> None:
    """Finished variations stay, also after a retry."""

    def cut(route: Route) -> None:
        """Forward the response up to its first finished variation."""
        response = route.fetch()
        text = response.text()
        end = text.index("\n\n", text.index("event: image_variation.completed"))
        route.fulfill(response=response, body=text[: end + 2])

    page = visit(server)
    page.route("**/v1/images/variations", cut)
    pick(page)
    assert "The connection ended" in error(page)
    assert "1 of 4 variations" in page.text_content(".run h2")
    page.unroute("**/v1/images/variations")
    page.click(".run-error button")
    settled(page, 2)
    assert page.locator(".card").count() == 5
    assert page.locator(".run-error:not(:empty)").count() == 0


def test_an_unreachable_server_is_shown(visit: Opened, server: Server) -> None:
    """A failed connection gives a message."""
    page = visit(server)
    page.route("**/v1/images/variations", lambda route: route.abort())
    pick(page)
    assert "does not answer" in error(page)


def test_a_refusal_shows_the_servers_message(visit: Opened, server: Server) -> None:
    """A permanent error has no retry button."""
    page = visit(server)
    set_options(page, seed="9999999999999999999")
    pick(page)
    assert "seed '9999999999999999999' is not accepted" in error(page)
    assert page.locator(".run-error button").count() == 0


def test_an_invalid_seed_is_shown_at_its_field(visit: Opened, server: Server) -> None:
    """The details with the field open, and no request is sent."""
    page = visit(server)
    pick(page)
    settled(page)
    set_options(page, seed="my lucky number")
    page.click("#make")
    page.wait_for_selector("#seed")
    assert page.evaluate("document.activeElement.id") == "seed"
    assert page.locator(".run").count() == 1


def test_an_oversize_picture_is_shown(visit: Opened, serve: Serve) -> None:
    """The server's limit may be lower than the size of the page's PNG."""
    page = visit(serve(max_body_bytes=2048))
    noise = picture(64)
    assert len(noise) > 2048
    pick(page, noise)
    message = error(page)
    assert "too large for this server" in message
    assert "2048" in message
    assert page.locator(".run-error button").count() == 0


def test_a_rate_limit_shows_the_retry_time(visit: Opened, serve: Serve) -> None:
    """A request beyond the limit per minute shows the limit and the time until a retry."""
    page = visit(serve(images_per_minute=4))
    pick(page)
    settled(page)
    page.click("#make")
    message = error(page)
    assert "Rate limit exceeded" in message
    assert "Try again in" in message


def test_the_key_form_appears_only_if_needed(visit: Opened, serve: Serve) -> None:
    """The form appears after a 401, reports a wrong key, and closes with a valid one."""
    page = visit(serve(api_keys=("right-key",)))
    assert page.is_visible("#key-form")
    page.fill("#key", "wrong-key-1234")
    page.click("text=Use this key")
    page.wait_for_selector("#key-error:not(:empty)")
    assert "Incorrect API key provided: ****1234" in page.text_content("#key-error")
    page.fill("#key", "right-key")
    page.keyboard.press("Enter")
    page.wait_for_selector("#key-form", state="hidden")
    pick(page)
    settled(page)
    assert page.locator(".card").count() == 4
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert not page.is_visible("#key-form")


def test_a_key_can_be_forgotten(visit: Opened, serve: Serve) -> None:
    """The form asks again, and the key of the page is not that of the usage page."""
    server = serve(api_keys=("right-key",))
    page = visit(server)
    assert not page.is_visible("#forget-key")
    page.fill("#key", "right-key")
    page.keyboard.press("Enter")
    page.wait_for_selector("#forget-key")
    page.goto(server.url + "/usage")
    page.wait_for_selector("#key-form")
    page.goto(server.url)
    page.wait_for_selector("#forget-key")
    page.click("#forget-key")
    page.wait_for_selector("#key-form")
    assert page.evaluate("sessionStorage.length") == 0
    assert not page.is_visible("#forget-key")


def test_without_keys_on_the_server_there_is_no_key_form(visit: Opened, server: Server) -> None:
    """The key form is hidden."""
    assert not visit(server).is_visible("#key-form")


def test_a_revoked_key_opens_the_key_form(visit: Opened, serve: Serve) -> None:
    """The run shows the error, and continues when a valid key is entered."""
    page = visit(serve(api_keys=("right-key",)))
    page.fill("#key", "right-key")
    page.click("text=Use this key")
    page.wait_for_selector("#key-form", state="hidden")
    page.evaluate(
        "import(document.baseURI + 'web/api.js').then(({ useKey }) => useKey('gone-key-5678'))"
    )
    pick(page)
    page.wait_for_selector("#key-form:visible")
    assert "****5678" in page.text_content("#key-error")
    page.fill("#key", "right-key")
    page.click("text=Use this key")
    page.wait_for_selector(".card:not(.pending) >> nth=3")
    settled(page)
    assert page.locator(".card").count() == 4
