"""Hook of MkDocs: adds the pages of the root folder, and makes links work in the site.

Pages link to files of the repository, as forges show them. In the site, README.md is index.md,
docs/x.md is x.md, any other file is a copy below files/, and a folder is a list of its files.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
ROOT_PAGES = (
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "THIRD_PARTY.md",
)
_LINK = re.compile(r"(\]\()(?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?(\))")
_FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def site_path(path: str) -> str:
    """Return the path in the site of a file, given relative to the root of the repository."""
    if path == "README.md":
        return "index.md"
    if path in ROOT_PAGES:
        return path
    if path.startswith("docs/") and not path.endswith(".py"):
        return path.removeprefix("docs/")
    return f"files/{path}/index.md" if (ROOT / path).is_dir() else f"files/{path}"


def rewritten(markdown: str, page: str, on_link: Callable[[str], None]) -> str:
    """Return a page with links for the site; code blocks stay as they are.

    Args:
        markdown: the page.
        page: its path, relative to the root of the repository.
        on_link: called with the path of each linked file, relative to the same.
    """
    here = posixpath.dirname(site_path(page))

    def replaced(match: re.Match[str]) -> str:
        before, target, anchor, after = match.groups()
        path = posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
        on_link(path)
        return f"{before}{posixpath.relpath(site_path(path), here or '.')}{anchor or ''}{after}"

    parts = _FENCE.split(markdown)
    return "".join(part if part.startswith("```") else _LINK.sub(replaced, part) for part in parts)


def on_files(files: Any, config: Any) -> Any:
    """Add the pages of the root folder, and every file that a page links to outside of docs."""
    from mkdocs.structure.files import File

    linked: set[str] = set()
    for name in ROOT_PAGES:
        text = rewritten((ROOT / name).read_text("utf-8"), name, linked.add)
        files.append(File.generated(config, site_path(name), content=text))
    for file in files.documentation_pages():
        if file.generated_by is None:
            page = f"docs/{file.src_uri}"
            rewritten((ROOT / page).read_text("utf-8"), page, linked.add)
    outside = {path for path in linked if site_path(path).startswith("files/")}
    for folder in [path for path in outside if (ROOT / path).is_dir()]:
        names = sorted(one.name for one in (ROOT / folder).iterdir() if one.is_file())
        lines = [f"# {folder}/", "", *(f"- [{name}]({name})" for name in names)]
        files.append(File.generated(config, site_path(folder), content="\n".join(lines)))
        outside |= {f"{folder}/{name}" for name in names}
    for path in sorted(path for path in outside if (ROOT / path).is_file()):
        content = (ROOT / path).read_bytes()
        files.append(File.generated(config, site_path(path), content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Return the page with links for the site; pages of the root folder have them already."""
    if page.file.generated_by is not None:
        return markdown
    return rewritten(markdown, f"docs/{page.file.src_uri}", lambda _path: None)
