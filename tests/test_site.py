"""The static site: every link works in it, and it needs no network."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parent.parent
ATTRIBUTE = re.compile(r'(?:href|src)="([^"]+)"')
LOADED = re.compile(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="(https?:[^"]+)"')


@pytest.fixture(scope="module")
def links() -> ModuleType:
    """The hook of the site."""
    spec = importlib.util.spec_from_file_location("site_links", ROOT / "docs" / "site_links.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("page", "link", "expected"),
    [
        ("README.md", "docs/api.md#streaming", "api.md#streaming"),
        ("README.md", "docs/images/page.jpg", "images/page.jpg"),
        ("README.md", "LICENSE", "files/LICENSE"),
        ("docs/page.md", "../README.md", "index.md"),
        ("docs/operations.md", "../deploy/nginx.conf", "files/deploy/nginx.conf"),
        ("docs/operations.md", "../deploy/", "files/deploy/index.md"),
        ("docs/api.md", "keys.md", "keys.md"),
        ("docs/images/CREDITS.md", "../page.md", "../page.md"),
        ("docs/images/CREDITS.md", "../figures.py", "../files/docs/figures.py"),
        ("docs/api.md", "https://example.org/x.md", "https://example.org/x.md"),
        ("docs/api.md", "#errors", "#errors"),
    ],
)
def test_links_of_the_repository_become_links_of_the_site(
    links: ModuleType, page: str, link: str, expected: str
) -> None:
    """The pages of the root folder and files beyond docs have places in the site."""
    text = links.rewritten(f"See [this]({link}).", page, lambda _: None)
    assert text == f"See [this]({expected})."


def test_code_blocks_are_not_rewritten(links: ModuleType) -> None:
    """A link in an example is text."""
    text = "```md\n[this](README.md)\n```\n"
    assert links.rewritten(text, "docs/api.md", lambda _: None) == text


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_link_of_the_built_site_works(tmp_path: Path) -> None:
    """`make site` has no warning, loads nothing from elsewhere, and its links name its files."""
    subprocess.run(
        [Path(sys.executable).with_name("mkdocs"), "build", "--strict", "-d", tmp_path / "site"],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        check=True,
        capture_output=True,
        timeout=250,
    )
    pages = sorted((tmp_path / "site").rglob("*.html"))
    assert len(pages) > 25
    for page in pages:
        html = page.read_text("utf-8")
        assert LOADED.findall(html) == [], page
        # The page for unknown addresses has absolute links, because it is served at any depth.
        for link in ATTRIBUTE.findall(html) if page.name != "404.html" else ():
            parts = urlsplit(link)
            if parts.scheme or parts.netloc or not parts.path:
                continue
            assert (page.parent / unquote(parts.path)).exists(), f"{page.name}: {link}"
