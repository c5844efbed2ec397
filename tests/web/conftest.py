"""A real headless browser on pages of real servers with tiny engines."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from PIL import Image as Pillow
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from api.conftest import bridge, gate, serve, server, shared
from api.wire import Server
from web.axe import script

__all__ = ["bridge", "gate", "serve", "server", "shared"]  # pytest finds fixtures by name here

SMALL = """localStorage["diabelli.options"] ??= '{"size": "256x256"}'"""
"""Saved options of the page: tests need no large pictures."""
TIMEOUT_MS = 30_000
"""Time-out of a wait, in milliseconds: generous for two loaded cores, free if the wait succeeds."""
NAMES = ("chromium", "chromium-browser", "google-chrome")
SMALLEST_TARGET = 44
"""Minimum side of a finger's target in CSS pixels, by WCAG 2.2's enhanced level."""
TARGETS = """(limit) => [...document.querySelectorAll("button, select, input, summary, a")]
    .filter((one) => one.checkVisibility())
    .filter((one) => !one.matches("#crop-box, #wipe, [type=checkbox], .skip"))
    .map((one) => [one.id || one.className || one.textContent, one.getBoundingClientRect()])
    .filter(([, box]) => box.width && Math.min(box.width, box.height) < limit)
    .map(([name]) => name)"""
"""Names of the visible controls that are smaller than a limit."""
Opened = Callable[..., Page]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with the browser as slow: its processes take half of the suite's time."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


def executable() -> str | None:
    """Return the path in CHROMIUM, or else the first installed browser."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; tests that need it are skipped if it is missing."""
    path = executable()
    if path is None:
        pytest.skip("Chromium is missing: install it, or set CHROMIUM to its path")
    with sync_playwright() as playwright:
        # Chromium's sandbox does not work inside a container.
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])


def is_fault(message: ConsoleMessage) -> bool:
    """Return whether a console message is an error of the page: a policy violation or an exception.

    The browser also logs each HTTP error response there; these do not count.
    """
    return message.type == "error" and not message.text.startswith("Failed to load resource")


@pytest.fixture
def visit(browser: Browser) -> Iterator[Opened]:
    """Opens the page of a server in a fresh profile; an error of its scripts fails the test."""
    faults: list[str] = []
    contexts = []

    def opened(server: Server, *, path: str = "/", ready: bool = True, **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        context.add_init_script(SMALL)
        page = context.new_page()
        page.set_default_timeout(TIMEOUT_MS)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: faults.append(said.text) if is_fault(said) else None)
        page.goto(server.url + path)
        if ready:
            page.wait_for_selector("body[data-ready]")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def axe(request: pytest.FixtureRequest) -> str:
    """axe-core as a script."""
    return script(request.config.cache.mkdir("npm-axe-core"))


def halves(width: int = 64, height: int = 64, kind: str = "PNG") -> bytes:
    """Return a picture with a red left half and a blue right half."""
    image = Pillow.new("RGB", (width, height), (220, 30, 30))
    image.paste((30, 30, 220), (width // 2, 0, width, height))
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def pick(page: Page, picture: bytes | None = None, name: str = "halves.png") -> None:
    """Choose a file, as with the browser's file dialog."""
    content = halves() if picture is None else picture
    page.set_input_files("#file", {"name": name, "mimeType": "", "buffer": content})


def settled(page: Page, runs: int = 1) -> None:
    """Wait until the page has `runs` runs and none is in progress."""
    page.wait_for_function(
        "runs => document.querySelectorAll('.run').length === runs"
        " && !document.querySelector('.run[aria-busy=true]')",
        arg=runs,
    )


def set_options(page: Page, **values: str) -> None:
    """Set fields of the form, including those in closed details."""
    if "model" in values:
        page.wait_for_selector(f"#model option[value={values['model']}]", state="attached")
    page.evaluate(
        "values => { for (const [id, value] of Object.entries(values))"
        " document.getElementById(id).value = value }",
        values,
    )


def pixel(page: Page, selector: str, x: float, y: float = 0.5) -> list[int]:
    """Return the colour of an <img> at relative coordinates 0..1."""
    colour: list[int] = page.eval_on_selector(
        selector,
        """async (image, [x, y]) => {
            await image.decode();
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
            const context = canvas.getContext("2d");
            context.drawImage(image, 0, 0);
            const at = [Math.floor(x * canvas.width), Math.floor(y * canvas.height)];
            return [...context.getImageData(...at, 1, 1).data.slice(0, 3)];
        }""",
        [x, y],
    )
    return colour


def small_targets(page: Page) -> list[str]:
    """Return the names of the visible controls that are too small for a finger."""
    names: list[str] = page.evaluate(TARGETS, SMALLEST_TARGET)
    return names
