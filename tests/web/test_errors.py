"""What goes wrong is said in words, where it happened."""

from __future__ import annotations

import threading
import time

import httpx
from playwright.sync_api import Page, Route

from api.conftest import Serve
from api.engines import Gate
from api.wire import Server, picture
from web.conftest import Opened, pick, settled, wish


def occupy(server: Server) -> threading.Thread:
    """A request of somebody else that takes all the room there is."""
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


def test_busy_tells_when_to_try_again(visit: Opened, serve: Serve, gate: Gate) -> None:
    """The button counts the seconds down that the server asks for, and then works."""
    server = serve(queue=1)
    other = occupy(server)
    assert gate.entered.wait(30)
    page = visit(server)
    now = time.time()
    page.clock.set_fixed_time(now)
    pick(page)
    told = error(page)
    assert "The server is busy" in told
    assert "Try again in 1 s" in told
    assert page.is_disabled(".run-error button")
    gate.opened.set()
    other.join()
    page.clock.set_fixed_time(now + 1)
    page.click(".run-error button")
    settled(page)
    assert page.locator(".card").count() == 4
    assert page.text_content(".run-error") == ""


def test_a_fault_on_the_way_is_told(visit: Opened, serve: Serve) -> None:
    """An engine that fails is told of in the run, with a way to try again."""
    page = visit(serve())
    wish(page, model="stumbler")
    pick(page)
    assert "Sorry about that!" in error(page)
    assert page.locator(".card").count() == 0
    assert page.is_enabled(".run-error button")


def test_a_picture_that_cannot_be_fetched_is_told(visit: Opened, serve: Serve, gate: Gate) -> None:
    """A broken fetch waits for the end of the stream to be told, and fails nothing else."""
    page = visit(serve())
    page.route("**/results/**", lambda route: route.abort())
    wish(page, model="halfway")
    with page.expect_event("requestfailed"):
        pick(page)
    gate.opened.set()
    assert "The picture could not be fetched." in error(page)
    assert page.is_enabled(".run-error button")


def test_a_stream_that_breaks_is_told(visit: Opened, server: Server) -> None:
    """What was ready stays, also when it is tried again."""

    def cut(route: Route) -> None:
        """Pass the answer on up to its first finished variation."""
        answer = route.fetch()
        told = answer.text()
        end = told.index("\n\n", told.index("event: image_variation.completed"))
        route.fulfill(response=answer, body=told[: end + 2])

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


def test_a_server_that_is_gone_is_told(visit: Opened, server: Server) -> None:
    """No connection is no silence."""
    page = visit(server)
    page.route("**/v1/images/variations", lambda route: route.abort())
    pick(page)
    assert "does not answer" in error(page)


def test_a_refusal_is_told_in_the_servers_words(visit: Opened, server: Server) -> None:
    """What trying again cannot help offers no button for it."""
    page = visit(server)
    wish(page, seed="9999999999999999999")
    pick(page)
    assert "seed 9999999999999999999 is not accepted" in error(page)
    assert page.locator(".run-error button").count() == 0


def test_a_wrong_seed_is_shown_where_it_is(visit: Opened, server: Server) -> None:
    """The fold that hides the field opens, and nothing is asked of the server."""
    page = visit(server)
    pick(page)
    settled(page)
    wish(page, seed="my lucky number")
    page.click("#make")
    page.wait_for_selector("#seed")
    assert page.evaluate("document.activeElement.id") == "seed"
    assert page.locator(".run").count() == 1


def test_a_picture_that_is_too_large_is_told(visit: Opened, serve: Serve) -> None:
    """The server's own limit may be lower than what the page makes of every picture."""
    page = visit(serve(max_body_bytes=2048))
    noise = picture(64)
    assert len(noise) > 2048
    pick(page, noise)
    told = error(page)
    assert "larger than this server takes" in told
    assert "2048" in told
    assert page.locator(".run-error button").count() == 0


def test_a_limit_tells_when_to_try_again(visit: Opened, serve: Serve) -> None:
    """Who asks for more than a minute allows is told so, and for how long."""
    page = visit(serve(images_per_minute=4))
    pick(page)
    settled(page)
    page.click("#make")
    told = error(page)
    assert "Rate limit exceeded" in told
    assert "Try again in" in told


def test_a_key_is_asked_for_only_where_it_is_wanted(visit: Opened, serve: Serve) -> None:
    """The field comes with a refusal, tells of a wrong key, and goes with a right one."""
    page = visit(serve(api_keys=("right-key",)))
    assert page.is_visible("#key-form")
    page.fill("#key", "wrong-key-1234")
    page.click("text=Use it")
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


def test_without_a_key_on_the_server_none_is_asked_for(visit: Opened, server: Server) -> None:
    """The field is not there."""
    assert not visit(server).is_visible("#key-form")


def test_a_key_that_is_revoked_is_asked_for_anew(visit: Opened, serve: Serve) -> None:
    """The run says what happened, and goes on once there is a key."""
    page = visit(serve(api_keys=("right-key",)))
    page.fill("#key", "right-key")
    page.click("text=Use it")
    page.wait_for_selector("#key-form", state="hidden")
    page.evaluate(
        "import(document.baseURI + 'web/api.js').then(({ useKey }) => useKey('gone-key-5678'))"
    )
    pick(page)
    page.wait_for_selector("#key-form:visible")
    assert "****5678" in page.text_content("#key-error")
    page.fill("#key", "right-key")
    page.click("text=Use it")
    page.wait_for_selector(".card:not(.coming) >> nth=3")
    settled(page)
    assert page.locator(".card").count() == 4
