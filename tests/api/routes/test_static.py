"""The page: sent to browsers only, small, and under a strict policy."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from importlib.resources import files

import httpx
import pytest

from api.wire import Server
from diabelli.api.routes.static import CSP

BROWSER = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
WEB = files("diabelli") / "web"
NAMES = sorted(entry.name for entry in WEB.iterdir() if entry.is_file())
OTHER_PAGES = {
    "usage.html",
    "usage.css",
    "usage.js",
    "usage-csv.js",
    "docs.html",
    "docs.js",
    "docs.css",
    "docs-snippets.js",
}


class Tags(HTMLParser):
    """All tags of a page, with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_browsers_get_the_page_and_programs_the_index(server: Server) -> None:
    """The Accept header decides, and `vary` names it."""
    page = httpx.get(server.url, headers=BROWSER)
    assert page.headers["content-type"].startswith("text/html")
    greeting = httpx.get(server.url)
    assert greeting.headers["content-type"].startswith("text/plain")
    assert page.headers["vary"] == greeting.headers["vary"] == "accept"


def test_the_page_is_smaller_than_100_kilobytes(server: Server) -> None:
    """This includes all files that it loads by itself, and response heads."""
    weight = 0
    for path in ["/", *(f"/web/{name}" for name in NAMES if name not in OTHER_PAGES)]:
        answer = httpx.get(server.url + path, headers=BROWSER)
        head = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
        weight += answer.num_bytes_downloaded + head
    assert weight < 100_000


@pytest.mark.parametrize("name", NAMES)
def test_every_file_has_its_type_policy_and_tag(server: Server, name: str) -> None:
    """Unchanged files are not sent again."""
    answer = httpx.get(f"{server.url}/web/{name}")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == CSP
    assert answer.headers["x-content-type-options"] == "nosniff"
    kind = answer.headers["content-type"]
    assert kind.split("/")[0] in ("text", "image") or kind == "application/manifest+json"
    again = httpx.get(answer.url, headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_policy_permits_this_origin_only() -> None:
    """No inline script or style, no other origin, no frame around it."""
    assert "unsafe" not in CSP
    assert "http" not in CSP
    assert "default-src 'none'" in CSP
    assert "frame-ancestors 'none'" in CSP


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".html")])
def test_the_markup_agrees_with_the_policy(name: str) -> None:
    """It has no inline script, style or handler, and all its URLs are relative."""
    for tag, attributes in Tags((WEB / name).read_text("utf-8")).tags:
        assert tag != "style"
        assert tag != "script" or attributes.get("src")
        for attribute, value in attributes.items():
            assert attribute != "style"
            assert not attribute.startswith("on")
            if attribute in ("src", "href"):
                assert not re.match(r"/|[a-z]+:", value or "")


def test_icons_are_served(server: Server) -> None:
    """The icon that browsers request by themselves, and those that the manifest names."""
    icon = httpx.get(f"{server.url}/favicon.ico")
    assert (icon.status_code, icon.content[:4]) == (200, b"\0\0\1\0")
    manifest = httpx.get(f"{server.url}/web/manifest.webmanifest").json()
    for entry in manifest["icons"]:
        assert httpx.get(f"{server.url}/web/{entry['src']}").status_code == 200


def test_other_files_are_not_served(server: Server) -> None:
    """Other names are unknown URLs."""
    answer = httpx.get(f"{server.url}/web/nothing.js")
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "Invalid URL (GET /web/nothing.js)"
