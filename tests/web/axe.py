"""axe-core, the accessibility checker; installed from npm and cached."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Page

VERSION = "4.14.1"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def script(folder: Path) -> str:
    """Return its source; install it into the folder on first use."""
    path = folder / "node_modules" / "axe-core" / "axe.min.js"
    if not path.exists():
        if not shutil.which("npm"):
            pytest.skip("npm is needed to install axe-core")
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", folder]
        command.append(f"axe-core@{VERSION}")
        done = subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)
        if done.returncode:
            pytest.skip(f"npm cannot install axe-core@{VERSION}: {done.stderr.strip()[-200:]}")
    return path.read_text("utf-8")


def complaints(page: Page, axe: str) -> list[str]:
    """Return the violations on the current page: rule and element."""
    page.evaluate(axe)
    found = page.evaluate(
        "rules => axe.run(document, { runOnly: { type: 'tag', values: rules } })", RULES
    )
    return [
        f"{fault['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]
