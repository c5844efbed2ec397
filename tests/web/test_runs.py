"""Runs: variations that arrive one by one, and their actions in the grid."""

from __future__ import annotations

import io
import re
import time
import zipfile
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Download, Page

from api.conftest import Serve
from api.engines import Climber, Gate
from api.wire import Server, opened, picture
from web.conftest import Opened, pick, pixel, set_options, settled


def made(page: Page, runs: int = 1) -> None:
    """Make a run of four variations."""
    pick(page)
    settled(page, runs)


def content(download: Download) -> bytes:
    path = download.path()
    assert isinstance(path, Path)
    return path.read_bytes()


def test_variations_arrive_one_by_one(visit: Opened, serve: Serve, gate: Gate) -> None:
    """While others are in progress, with preview and progress, the first can be opened."""
    page = visit(serve())
    set_options(page, model="halfway")
    pick(page)
    page.wait_for_selector(".card:not(.pending)")
    page.wait_for_selector(".card.pending.has-preview")
    assert page.locator(".card").count() == 4
    assert "1 of 4 ready" in page.text_content(".working .note")
    assert 0.3 < page.eval_on_selector("progress", "bar => bar.value") < 0.8
    shown = pixel(page, ".card.pending.has-preview .shown >> nth=0", 0.5)
    assert shown == pytest.approx([120, 120, 120], abs=3)
    page.click(".card:not(.pending) .open")
    assert page.is_visible("#lightbox")
    page.keyboard.press("Escape")
    gate.opened.set()
    settled(page)
    assert page.locator(".card:not(.pending)").count() == 4
    assert not page.is_visible(".working")


def test_a_slow_run_shows_the_time_left(
    visit: Opened, serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind the share that is done."""
    monkeypatch.setattr(Climber, "level_s", 1.5)
    page = visit(serve())
    set_options(page, model="climber", n="1")
    pick(page)
    # On a busy machine a step takes longer than its 1.5 s.
    page.wait_for_selector(r".working .note:text-matches('75 % · \\d+ s left')")
    settled(page)


def test_the_time_left_follows_from_the_speed(visit: Opened, server: Server) -> None:
    """Waiting before the first progress does not count; the time of later steps is kept."""
    updates = [(60, 0), (60, 0.1), (61, 0.2), (70, 0.35), (73, 0.35), (99, 0.35), (100, 0.36)]
    seen = visit(server).evaluate(
        """async (updates) => {
            const { TimeLeft } = await import("/web/time-left.js");
            let now = 0;
            const left = new TimeLeft(() => 1000 * now);
            return updates.map(([at, done]) => {
                now = at;
                left.update(done);
                return left.words;
            });
        }""",
        updates,
    )
    assert seen == ["", "", "", "26 s left", "23 s left", "20 s left", "98 s left"]


def test_cancel_frees_the_server_and_keeps_finished_variations(
    visit: Opened, serve: Serve, gate: Gate
) -> None:
    """One click cancels the work at once."""
    server = serve(queue=1)
    page = visit(server)
    set_options(page, model="halfway")
    pick(page)
    page.wait_for_selector(".card:not(.pending)")
    assert gate.entered.wait(30)
    page.click(".cancel")
    assert gate.stopped.wait(2)
    settled(page)
    assert page.locator(".card").count() == 1
    assert "cancelled" in page.text_content(".run-summary .note")
    end = time.monotonic() + 2
    while not served(server):
        assert time.monotonic() < end


def served(server: Server) -> bool:
    """Whether the server accepts another request."""
    url = f"{server.base_url}/images/variations"
    files = {"image": picture()}
    asked = {"files": files, "data": {"size": "256x256"}, "timeout": 30}
    return httpx.post(url, **asked).status_code == 200


def test_form_values_reach_the_server(visit: Opened, server: Server) -> None:
    """Number, size, strength, seed and format arrive unchanged."""
    page = visit(server)
    set_options(page, n="2", size="512x512", strength="0.8", seed="9007199254740994", format="webp")
    made(page)
    assert "2 variations, strong" in page.text_content(".run h2")
    page.click(".card .open >> nth=1")
    facts = page.text_content("#lightbox-facts")
    assert "512 \u00d7 512" in facts
    # A JavaScript number would round this odd seed to its neighbour.
    assert "9007199254740995" in facts
    with page.expect_download() as download:
        page.click("[data-action=download]")
    assert download.value.suggested_filename == "halves-9007199254740995.webp"
    assert opened(content(download.value)).size == (512, 512)


def test_the_slider_names_three_strengths(visit: Opened, server: Server) -> None:
    """Each name is a button, and the slider shows the name of its value."""
    page = visit(server)
    made(page)
    for name, value in (("subtle", "0.3"), ("medium", "0.5"), ("strong", "0.8")):
        page.click(f"text='{name}'")
        assert page.input_value("#strength") == value
        assert page.get_attribute("#strength", "aria-valuetext") == name
    page.fill("#strength", "0.42")
    assert page.text_content("#strength-name") == "0.42"


def test_all_are_downloaded_as_a_zip(visit: Opened, server: Server) -> None:
    """A valid zip with every picture, named by the source and its seed."""
    page = visit(server)
    made(page)
    with page.expect_download() as download:
        page.click(".all")
    assert download.value.suggested_filename == "halves-variations.zip"
    with zipfile.ZipFile(io.BytesIO(content(download.value))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(names) == 4
        for name in names:
            assert re.fullmatch(r"halves-[0-9]+\.png", name)
            assert opened(archive.read(name)).size == (256, 256)


def test_one_is_downloaded_from_its_card(visit: Opened, server: Server) -> None:
    """The card has a download button."""
    page = visit(server)
    made(page)
    page.hover(".card >> nth=2")
    with page.expect_download() as download:
        page.click(".card .download >> nth=2")
    assert opened(content(download.value)).size == (256, 256)


def test_hover_and_hold_compare_with_the_source(visit: Opened, server: Server) -> None:
    """The source is shown while the button is hovered, the picture held, or `c` is down."""
    page = visit(server)
    made(page)
    card = page.locator(".card >> nth=0")
    card.hover()
    card.locator(".compare").hover()
    page.wait_for_selector(".card.comparing")
    page.mouse.move(0, 0)
    page.wait_for_selector(".card.comparing", state="detached")
    box = card.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.wait_for_selector(".card.comparing")
    page.mouse.up()
    page.wait_for_selector(".card.comparing", state="detached")
    assert not page.is_visible("#lightbox")
    card.locator(".open").focus()
    page.keyboard.down("c")
    page.wait_for_selector(".card.comparing")
    page.keyboard.up("c")
    page.wait_for_selector(".card.comparing", state="detached")


def test_varying_a_variation_leaves_a_trail(visit: Opened, server: Server) -> None:
    """The variation becomes the source, and the trail leads back to the first one."""
    page = visit(server)
    made(page)
    page.hover(".card >> nth=1")
    page.click(".card .vary >> nth=1")
    settled(page, 2)
    assert "of halves.png, varied" in page.text_content(".run-summary .note >> nth=0")
    page.hover(".card >> nth=0")
    page.click(".card .vary >> nth=0")
    settled(page, 3)
    assert "of halves.png, varied twice" in page.text_content(".run-summary .note >> nth=0")
    steps = page.locator("#trail button")
    assert steps.count() == 3
    assert steps.nth(2).get_attribute("aria-current") == "step"
    steps.nth(0).click()
    page.wait_for_selector("#trail", state="hidden")
    assert page.text_content("#source-summary").startswith("halves.png,")


def test_a_run_can_be_removed(visit: Opened, server: Server) -> None:
    """It disappears from the page and from the history."""
    page = visit(server)
    made(page)
    page.click(".remove")
    assert page.locator(".run").count() == 0
    page.reload()
    page.wait_for_selector("body[data-ready]")
    assert page.locator(".run").count() == 0


def test_a_strength_row_has_one_seed(visit: Opened, server: Server) -> None:
    """Five strengths of one seed, each named on its card; a picture of it reproduces alone."""
    page = visit(server)
    set_options(page, series="row", seed="5")
    made(page)
    assert "5 variations, strength 0.2 \u00b7 0.4" in page.text_content(".run h2")
    labels = page.locator(".badge").all_text_contents()
    assert labels == [f"strength {strength}" for strength in ("0.2", "0.4", "0.6", "0.8", "1")]
    alts = page.eval_on_selector_all(".card .shown", "all => all.map((one) => one.alt)")
    assert all(alt.endswith("seed 5") for alt in alts)
    page.click(".card .open >> nth=3")
    assert "strength=0.8" in page.text_content("#code")
    with page.expect_download() as download:
        page.click("[data-action=download]")
    assert download.value.suggested_filename == "halves-5-s0.8.png"


def test_a_seed_grid_has_a_row_for_each_seed(visit: Opened, server: Server) -> None:
    """Two seeds at five strengths, in rows of one seed; the contact sheet has labels."""
    page = visit(server)
    set_options(page, series="grid", seed="5", n="2")
    made(page)
    alts = page.eval_on_selector_all(".card .shown", "all => all.map((one) => one.alt)")
    assert [alt.split("seed ")[1] for alt in alts] == ["5"] * 5 + ["6"] * 5
    with page.expect_download() as download:
        page.click(".sheet")
    assert download.value.suggested_filename == "halves-sheet.png"
    width, height = opened(content(download.value)).size
    assert width > 5 * 384
    assert height > 3 * 384


def test_a_row_of_a_grid_has_one_seed(visit: Opened, server: Server) -> None:
    """Also if the engine chooses other further seeds for another strength."""
    page = visit(server)
    set_options(page, series="grid", seed="5", n="2", model="choosy")
    made(page)
    alts = page.eval_on_selector_all(".card .shown", "all => all.map((one) => one.alt)")
    assert [alt.split("seed ")[1] for alt in alts] == ["5"] * 5 + ["1006"] * 5
    sizes = [alt.split(", ")[-2] for alt in alts]
    assert sizes == ["0.20", "0.40", "0.60", "strong", "1.00"] * 2


def test_the_labels_of_a_series_are_numbers(visit: Opened, server: Server) -> None:
    """On the contact sheet as on the cards; one run of a named strength has its name."""
    page = visit(server)
    labels = page.evaluate(
        "async () => { const { strengthLabel } = await import(document.baseURI + 'web/names.js');"
        " const runs = [{ options: { strengths: [0.8] } }, { options: {} }];"
        " return runs.map((run) => strengthLabel(run, { strength: 0.8 })) }"
    )
    assert labels == ["strength 0.8", "strength strong"]


def test_more_like_this_moves_the_strength(visit: Opened, server: Server) -> None:
    """The same seed at four strengths next to that of the variation."""
    page = visit(server)
    set_options(page, strength="0.95")
    made(page)
    seed = page.get_attribute(".card .shown >> nth=1", "alt").split("seed ")[1]
    page.focus(".card .open >> nth=1")
    page.keyboard.press("m")
    settled(page, 2)
    alts = page.eval_on_selector_all(
        ".run:first-child .card .shown", "all => all.map((one) => one.alt)"
    )
    assert [alt.split(", ")[-2] for alt in alts] == ["0.85", "0.90", "1.00"]
    assert all(alt.endswith(f"seed {seed}") for alt in alts)


def test_pinned_only_does_not_hide_a_new_run(visit: Opened, serve: Serve, gate: Gate) -> None:
    """Neither while it is in progress nor when it is complete."""
    page = visit(serve())
    made(page)
    page.hover(".card >> nth=3")
    page.click(".card .pin >> nth=3")
    page.wait_for_selector(".card.pinned")
    page.click("#only-pinned")
    set_options(page, model="halfway")
    page.click("#make")
    page.wait_for_selector(".run:first-child .card:not(.pending)")
    assert page.locator(".card:visible").count() == 5
    gate.opened.set()
    settled(page, 2)
    assert page.locator(".card:visible").count() == 5


def test_the_engine_is_named(visit: Opened, server: Server) -> None:
    """With the model name of the request, in the large view and in the options."""
    page = visit(server)
    made(page)
    page.click(".card .open >> nth=0")
    assert page.text_content("#lightbox-facts dd >> nth=4") == "shift (sent as dall-e-2)"
    option = page.text_content("#model option[value='dall-e-2']")
    assert option == "shift (sent as dall-e-2)"


def test_pinned_pictures_can_be_filtered(visit: Opened, server: Server) -> None:
    """The filter hides the others, and shows them again."""
    page = visit(server)
    made(page)
    page.hover(".card >> nth=3")
    page.click(".card .pin >> nth=3")
    page.wait_for_selector(".card.pinned")
    page.click("#only-pinned")
    assert page.locator(".card:visible").count() == 1
    page.click("#only-pinned")
    assert page.locator(".card:visible").count() == 4
