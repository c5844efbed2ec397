"""Takes the pictures of the page for the README and docs/page.md, with Debian's Chromium.

Run: python docs/page_figures.py URL

URL is the address of a running server, such as http://127.0.0.1:8000.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

IMAGES = Path(__file__).parent / "images"
SEED = "33"


def launch(playwright: Playwright) -> Browser:
    """Start Debian's Chromium."""
    return playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])


def save(page: Page, name: str) -> None:
    """Save a screenshot of the page as a small JPEG."""
    with Image.open(BytesIO(page.screenshot())) as shot:
        shot.convert("RGB").save(IMAGES / name, quality=80, optimize=True)


def vary_the_sample(page: Page) -> None:
    """Make eight variations of the sample picture, with a fixed seed."""
    page.get_by_label("How many").fill("8")
    page.get_by_text("Series, seed, model, format").click()
    page.get_by_label("Seed", exact=True).fill(SEED)
    page.get_by_text("Series, seed, model, format").click()
    page.get_by_role("button", name="Try the sample").click()
    page.get_by_role("button", name="Download all").wait_for()
    page.wait_for_timeout(800)


def main() -> None:
    """Take both pictures."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 1200, "height": 750})
        page.goto(sys.argv[1])
        vary_the_sample(page)
        page.get_by_role("button", name="Pin").nth(2).click(force=True)
        page.evaluate("scrollTo(0, 0)")
        page.wait_for_timeout(500)
        save(page, "page.jpg")
        page.locator("main img").nth(3).click()
        page.get_by_label("Wipe to the source").fill("40")
        page.wait_for_timeout(800)
        save(page, "page-large.jpg")
        browser.close()


if __name__ == "__main__":
    main()
