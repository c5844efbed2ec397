"""Every claim of `docs/security.md` names an existing test."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = re.compile(r"`(tests/[a-z0-9_/]+\.py)::([a-z0-9_]+)`")


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED.findall(PAGE))))
def test_every_named_test_exists(path: str, name: str) -> None:
    """If a test is renamed or removed, the claim must change too."""
    assert re.search(rf"^def {name}\(", (ROOT / path).read_text("utf-8"), re.MULTILINE)


def test_every_threat_names_a_test() -> None:
    """Every row of the tables of threats names a test."""
    threats = PAGE.split("## Threats and defences")[1].split("## Left to the")[0]
    rows = [
        line
        for line in threats.splitlines()
        if line.startswith("| ") and not line.startswith("| threat |")
    ]
    assert len(rows) > 25
    for row in rows:
        assert NAMED.search(row), row
