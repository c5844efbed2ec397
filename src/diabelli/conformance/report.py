"""Counts, JSON and HTML of the results of a run."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from diabelli import __version__
from diabelli.conformance.check import Basis, Outcome, Result

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Conformance of {url}</title>
<style>
body {{ font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ border-bottom: 1px solid #ccc; padding: .35rem .6rem }}
th, td {{ text-align: left; vertical-align: top }}
td:last-child {{ overflow-wrap: anywhere }}
.passed {{ color: #17692c }} .skipped {{ color: #666 }}
.failed {{ color: #b3161b; font-weight: 600 }}
@media (prefers-color-scheme: dark) {{
 body {{ background: #14161a; color: #ddd }} th, td {{ border-color: #444 }}
 .passed {{ color: #6fcf83 }} .failed {{ color: #ff8a80 }} .skipped {{ color: #999 }}
}}
</style>
<h1>Conformance of {url}</h1>
<p>{summary}. Checked {day} with Diabelli {version}.</p>
<table>
<thead><tr><th>check</th><th>basis</th><th>requirement</th><th>result</th><th>seen</th></tr></thead>
<tbody>
{rows}
</tbody>
</table>
</html>
"""
_ROW = (
    "<tr><td><code>{id}</code></td><td>{basis}</td><td>{says}</td>"
    '<td class="{outcome}">{outcome}</td><td>{seen}</td></tr>'
)


@dataclass(frozen=True, slots=True)
class Count:
    """Results of the checks with one basis; skipped checks are in neither number."""

    passed: int
    applicable: int

    def __str__(self) -> str:
        return f"{self.passed}/{self.applicable}"


def counts(results: Sequence[Result]) -> dict[Basis, Count]:
    """Return the count of each basis that has a check."""
    found = {}
    for basis in Basis:
        outcomes = [result.outcome for result in results if result.check.basis == basis]
        applicable = [outcome for outcome in outcomes if outcome != Outcome.skipped]
        if outcomes:
            found[basis] = Count(applicable.count(Outcome.passed), len(applicable))
    return found


def summary(results: Sequence[Result]) -> str:
    """Return one line such as `published 83/83 · observed 60/62 · declared 10/10 · 2 skipped`."""
    parts = [f"{basis.value} {count}" for basis, count in counts(results).items()]
    skipped = sum(result.outcome == Outcome.skipped for result in results)
    return " \N{MIDDLE DOT} ".join([*parts, *([f"{skipped} skipped"] if skipped else [])])


def conforms(results: Sequence[Result], *, strict: bool) -> bool:
    """Return whether no check failed; failures of observed behaviour count only if `strict`."""
    return not any(
        result.outcome == Outcome.failed and (strict or result.check.basis != Basis.observed)
        for result in results
    )


def as_json(url: str, results: Sequence[Result], *, strict: bool) -> dict[str, Any]:
    """Return the results as an object for JSON."""
    return {
        "url": url,
        "version": __version__,
        "conforms": conforms(results, strict=strict),
        "counts": {
            basis.value: {"passed": count.passed, "applicable": count.applicable}
            for basis, count in counts(results).items()
        },
        "checks": [
            {
                "id": result.check.id,
                "basis": result.check.basis.value,
                "says": result.check.says,
                "outcome": result.outcome.value,
                "seen": result.seen,
                "seconds": round(result.seconds, 3),
            }
            for result in results
        ],
    }


def as_html(url: str, results: Sequence[Result], day: str) -> str:
    """Return the results as a page without external resources; `day` is its date."""
    rows = [
        _ROW.format(
            id=html.escape(result.check.id),
            basis=result.check.basis.value,
            says=html.escape(result.check.says),
            outcome=result.outcome.value,
            seen=html.escape(result.seen),
        )
        for result in results
    ]
    return _PAGE.format(
        url=html.escape(url),
        summary=summary(results),
        day=day,
        version=__version__,
        rows="\n".join(rows),
    )
