"""A real browser, without a window, on pages of real servers with tiny engines."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from PIL import Image as Pillow
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from api.conftest import gate, serve, server
from api.wire import Server
from web.axe import script

__all__ = ["gate", "serve", "server"]  # pytest finds fixtures by their names here

SMALL = """localStorage["diabelli.wish"] ??= '{"size": "256x256"}'"""
"""What the page remembers: tests need no large pictures."""
PATIENCE_MS = 30_000
"""How long a wait may take: two loaded cores are slow, and a wait that comes true costs nothing."""
NAMES = ("chromium", "chromium-browser", "google-chrome")
Opened = Callable[..., Page]


def executable() -> str | None:
    """The browser: what CHROMIUM says, or else the first that is installed."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; the tests that need it are skipped where there is none."""
    path = executable()
    if path is None:
        pytest.skip("no Chromium here: install it, or name it in CHROMIUM")
    with sync_playwright() as playwright:
        # A sandbox within the sandbox of a container cannot be had.
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])


def is_fault(told: ConsoleMessage) -> bool:
    """Whether the console tells of a mistake of the page: what it may not do, or did not foresee.

    An answer that is a refusal is told there as well, by the browser itself, and is none.
    """
    return told.type == "error" and not told.text.startswith("Failed to load resource")


@pytest.fixture
def visit(browser: Browser) -> Iterator[Opened]:
    """Opens the page of a server in a fresh profile; no error of its scripts goes unseen."""
    faults: list[str] = []
    contexts = []

    def opened(server: Server, *, path: str = "/", ready: bool = True, **options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        context.add_init_script(SMALL)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda told: faults.append(told.text) if is_fault(told) else None)
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
    """A picture whose left half is red and whose right half is blue."""
    image = Pillow.new("RGB", (width, height), (220, 30, 30))
    image.paste((30, 30, 220), (width // 2, 0, width, height))
    file = io.BytesIO()
    image.save(file, kind)
    return file.getvalue()


def pick(page: Page, picture: bytes | None = None, name: str = "halves.png") -> None:
    """Choose a file, as by the browser's own dialog."""
    content = halves() if picture is None else picture
    page.set_input_files("#file", {"name": name, "mimeType": "", "buffer": content})


def settled(page: Page, runs: int = 1) -> None:
    """Wait until so many runs are there and none of them works any more."""
    page.wait_for_function(
        "runs => document.querySelectorAll('.run').length === runs"
        " && !document.querySelector('.run[aria-busy=true]')",
        arg=runs,
    )


def wish(page: Page, **values: str) -> None:
    """Set fields of the form, those behind the fold included."""
    if "model" in values:
        page.wait_for_selector(f"#model option[value={values['model']}]", state="attached")
    page.evaluate(
        "values => { for (const [id, value] of Object.entries(values))"
        " document.getElementById(id).value = value }",
        values,
    )


def pixel(page: Page, selector: str, x: float, y: float = 0.5) -> list[int]:
    """The colour of an <img> at shares of its sides."""
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
