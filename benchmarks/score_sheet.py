"""The score sheet of a blind comparison, its key, and the tables that both give."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path

COLUMNS = ("panel", "result", "broken", "newness", "rank", "note")
GRADES = ("0", "1", "2", "3")
BROKEN = 2
"""Lowest grade of `broken` at which a result counts as broken."""
NEW = 2
"""Lowest grade of `newness` at which a result counts as another picture."""
HEADINGS = (
    "results",
    "broken 2, 3",
    "newness 0",
    "newness >= 1",
    "new, not broken",
    "preferred",
    "first",
)


@dataclass(frozen=True, slots=True)
class KeyedResult:
    """The result behind a letter of a panel.

    Attributes:
        picture: the file's name.
        engine: the engine's name.
        moves: the names of the moves that made the result; empty where there are none.
        seed: of the variation.
    """

    picture: str
    engine: str
    moves: tuple[str, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class Key:
    """The key of a round.

    Attributes:
        seed: of the round.
        strength: of the variations, 0..1.
        engines: in the order of the command line.
        panels: for each panel's number, the results by letter.
    """

    seed: int
    strength: float
    engines: list[str]
    panels: dict[str, dict[str, KeyedResult]]

    def to_json(self) -> str:
        """Return the key as JSON."""
        return json.dumps(asdict(self), indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Key:
        """Return the key that `to_json` wrote."""
        read = json.loads(text)
        panels = {
            panel: {
                letter: KeyedResult(**(one | {"moves": tuple(one["moves"])}))
                for letter, one in results.items()
            }
            for panel, results in read["panels"].items()
        }
        return cls(read["seed"], read["strength"], read["engines"], panels)


@dataclass(frozen=True, slots=True)
class Score:
    """A judge's grades of one result.

    Attributes:
        panel, letter: of the result.
        result: the key's entry.
        broken: 0..3.
        newness: 0..3.
        rank: from 1, the best of its panel; equal ranks are a tie.
    """

    panel: str
    letter: str
    result: KeyedResult
    broken: int
    newness: int
    rank: float


def write_empty_sheet(path: Path, key: Key) -> None:
    """Write a CSV file with one line for each result, its grades empty."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        writer.writerows(
            (panel, letter, "", "", "", "") for panel in key.panels for letter in key.panels[panel]
        )


def read_sheet(path: Path, key: Key) -> list[Score]:
    """Return the grades of a filled-in sheet, in the order of the key.

    Args:
        path: a CSV file, or a JSON file with a list of objects; both have the names of COLUMNS.
        key: of the round.

    Raises:
        ValueError: a result is missing, unknown or graded twice, or a grade is not accepted.
    """
    if path.suffix == ".json":
        lines = json.loads(path.read_text())
    else:
        with path.open(newline="") as file:
            lines = list(csv.DictReader(file))
    scores: dict[tuple[str, str], Score] = {}
    for line in lines:
        score = _score(line, key)
        place = (score.panel, score.letter)
        if place in scores:
            raise ValueError(f"panel {score.panel}, result {score.letter} is graded twice")
        scores[place] = score
    wanted = [(panel, letter) for panel, results in key.panels.items() for letter in results]
    if missing := [
        f"{panel} {letter}" for panel, letter in wanted if (panel, letter) not in scores
    ]:
        raise ValueError(f"the sheet has no grades of {', '.join(missing)}")
    return [scores[place] for place in wanted]


def _score(line: dict[str, object], key: Key) -> Score:
    """Return the grades of one line; raise ValueError if one is not accepted."""
    grades = {name: str(line.get(name, "")).strip() for name in COLUMNS}
    panel, letter = grades["panel"].zfill(3), grades["result"].upper()
    result = key.panels.get(panel, {}).get(letter)
    if result is None:
        raise ValueError(f"the key has no result {letter!r} of panel {panel!r}")
    for name in ("broken", "newness"):
        if grades[name] not in GRADES:
            raise ValueError(
                f"panel {panel}, result {letter}: {name} {grades[name]!r} is not accepted: "
                "0, 1, 2, 3"
            )
    try:
        rank = float(grades["rank"])
    except ValueError:
        rank = 0.0
    if not rank >= 1:
        raise ValueError(
            f"panel {panel}, result {letter}: rank {grades['rank']!r} is not accepted: 1 for the "
            "best, 2 for the next; equal ranks for a tie"
        )
    return Score(panel, letter, result, int(grades["broken"]), int(grades["newness"]), rank)


def tables(scores: Sequence[Score], key: Key, base: str | None = None) -> str:
    """Return the sums for each engine and for each move as Markdown tables.

    Args:
        scores: of all results of a round.
        key: of the round.
        base: the engine that the column "preferred" compares with; None for the key's first.

    Raises:
        ValueError: the round has no engine `base`.
    """
    base = key.engines[0] if base is None else base
    if base not in key.engines:
        raise ValueError(f"the round has no engine {base!r}, but {', '.join(key.engines)}")
    by_engine = {
        engine: [one for one in scores if one.result.engine == engine] for engine in key.engines
    }
    moving = [one for one in scores if one.result.moves]
    by_move = _grouped(moving, lambda one: one.result.moves)
    single = sorted({move for one in moving for move in one.result.moves})
    by_any = {f"{move}, alone or not": _with(moving, move) for move in single}
    parts = [_table("engine", by_engine, scores, base)]
    if by_move:
        parts += [_table("moves", by_move | by_any, scores, base)]
    return "\n\n".join(parts)


def _grouped(
    scores: Sequence[Score], of: Callable[[Score], tuple[str, ...]]
) -> dict[str, list[Score]]:
    ordered = sorted(scores, key=of)
    return {" + ".join(moves): list(group) for moves, group in groupby(ordered, of)}


def _with(scores: Iterable[Score], move: str) -> list[Score]:
    return [one for one in scores if move in one.result.moves]


def _table(title: str, groups: dict[str, list[Score]], scores: Sequence[Score], base: str) -> str:
    headings = [title, *HEADINGS]
    headings[headings.index("preferred")] = f"preferred to {base}"
    rows = [[name, *_row(group, scores, base)] for name, group in groups.items()]
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _row(group: Sequence[Score], scores: Sequence[Score], base: str) -> list[str]:
    count = len(group)
    compared = [
        preferred for one in group if (preferred := _preferred(one, scores, base)) is not None
    ]
    new = sum(one.newness >= NEW and one.broken < BROKEN for one in group)
    return [
        str(count),
        _share(sum(one.broken >= BROKEN for one in group), count),
        _share(sum(one.newness == 0 for one in group), count),
        _share(sum(one.newness >= 1 for one in group), count),
        _share(new, count),
        _share(sum(compared), len(compared)),
        _share(sum(_first(one, scores) for one in group), count),
    ]


def _share(amount: float, of: int) -> str:
    """Return an amount, and its percentage of a whole; a dash if the whole is 0."""
    return f"{amount:.4g} ({100 * amount / of:.0f} %)" if of else "-"


def _preferred(one: Score, scores: Sequence[Score], base: str) -> float | None:
    """Return 1, 0.5 or 0 by rank against `base` in the same panel; None without a comparison."""
    if one.result.engine == base:
        return None
    others = [other for other in scores if other.panel == one.panel and other.result.engine == base]
    if not others:
        return None
    return 0.5 * (one.rank < others[0].rank) + 0.5 * (one.rank <= others[0].rank)


def _first(one: Score, scores: Sequence[Score]) -> float:
    """Return the share of first place: 1, or less where several results of a panel tie for it."""
    ranks = [other.rank for other in scores if other.panel == one.panel]
    return 1 / ranks.count(min(ranks)) if one.rank == min(ranks) else 0.0
