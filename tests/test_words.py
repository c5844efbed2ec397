"""Source, tests and documentation use plain technical English: no banned words."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

BANNED = (
    # Indefinite pronouns.
    r"(?:who|what|which)(?:so)?ever",
    r"(?:no|some|every|any)body",
    # Personified code.
    r"tells?|told|telling",
    r"(?:un)?heed(?:s|ed|less)?",
    r"sees? to|looks? after",
    # Archaic or vague words.
    r"anew|askew|hence|thereof|thereby|whence|hither",
    r"dear(?:er|est|ly)?",
    r"lies|lying",
    r"so many",
    r"of (?:its|their|one's) own",
    r"goes (?:by|for|without)",
    r"(?:comes?|came) along",
    # Inversions.
    r"refused are",
    r"as it were|(?:cannot|can|may) be had",
)
"""Regular expressions of whole words, in any case."""
CLAUSES = (r"what (?:is|are|was|were)",)
"""Nominal clauses. The research log keeps them: its entries are records."""
LOG = "engine-log.md"
NAMES = {"tell"}
"""Names of the standard library: `io.IOBase.tell`."""
PATTERNS = (
    "*.md",
    "docs/*.md",
    "docs/*.py",
    "deploy/*",
    "benchmarks/*.py",
    "src/diabelli/**/*.py",
    "src/diabelli/api/*.json",
    "src/diabelli/web/*.*",
    "tests/**/*.py",
    "tests/**/*.cjs",
)


def compiled(*words: str) -> re.Pattern[str]:
    """Return a pattern of whole words."""
    return re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE)


def lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number, text): the names, strings and comments of Python, or all lines."""
    text = path.read_text("utf-8")
    if path.suffix != ".py":
        yield from enumerate(text.splitlines(), 1)
        return
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.STRING, tokenize.COMMENT):
            yield from enumerate(token.string.splitlines(), token.start[0])
        elif token.type == tokenize.NAME and token.string not in NAMES:
            yield token.start[0], token.string.replace("_", " ")


def findings(path: Path) -> list[str]:
    """Return `file:line: word (text)` for each banned word."""
    pattern = compiled(*BANNED, *(() if path.name == LOG else CLAUSES))
    # Most files have none, and tokenising them would take the most time.
    if not pattern.search(path.read_text("utf-8").replace("_", " ")):
        return []
    return [
        f"{path.relative_to(ROOT)}:{number}: {match.group()} ({text.strip()[:90]})"
        for number, text in lines(path)
        for match in pattern.finditer(text)
    ]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_banned_word(pattern: str) -> None:
    """The findings name file, line and word."""
    # A drawn test picture quotes a story, and this file lists the words.
    left_out = ("drawn.py", "test_words.py")
    paths = [
        path for path in sorted(ROOT.glob(pattern)) if path.is_file() and path.name not in left_out
    ]
    assert paths
    assert [finding for path in paths for finding in findings(path)] == []
