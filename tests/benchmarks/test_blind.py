"""A blind comparison hides the engine of each result, and sums up the judge's sheet."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image as Pillow

import blind
import blind_engines
from score_sheet import Key, KeyedResult, read_sheet, tables

SCRIPT = """
import numpy as np

def vary(source, n, strength, seed, size):
    images = [np.full((size, size, 3), {value}, np.uint8) for _ in range(n)]
    return images, [["scene", "sunset"] for _ in range(n)]
"""


def paint(path, value, shape=(20, 30, 3)):
    """Write a picture of one grey value."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Pillow.fromarray(np.full(shape, value, np.uint8)).save(path)


def make_round(folder, *extra):
    """Make a round of six pictures and two engines; each engine's results have their own grey."""
    for number in range(6):
        paint(folder / "pictures" / f"p{number}.png", 100 + number)
        paint(folder / "bright" / f"p{number}_0.png", 250)
    script = folder / "dark.py"
    script.write_text(SCRIPT.format(value=5))
    out = folder / "out"
    blind.main(
        ["make", str(folder / "pictures"), str(out), "--against", str(script),
         "--published", str(folder / "bright"), *extra]
    )  # fmt: skip
    return out


def tile(panel, index):
    """Return the grey value in the middle of a tile."""
    left = blind.GAP + index * (480 + blind.GAP)
    return int(np.asarray(panel)[blind.GAP + blind.CAPTION + 240, left + 240, 0])


def test_a_panel_shows_what_the_key_says(tmp_path):
    """The source comes first; each letter shows the result of the engine that the key names."""
    out = make_round(tmp_path)
    key = Key.from_json((out / "key.json").read_text())
    assert key.engines == ["dark", "bright"]
    assert len(key.panels) == 6
    orders = set()
    for number, results in key.panels.items():
        with Pillow.open(out / "judge" / f"{number}.png") as panel:
            stem = results["A"].picture.removesuffix(".png")
            assert tile(panel, 0) == 100 + int(stem[1:])
            shown = [tile(panel, 1), tile(panel, 2)]
        engines = [results["A"].engine, results["B"].engine]
        assert shown == [{"dark": 5, "bright": 250}[engine] for engine in engines]
        assert [results[one].moves for one in "AB"] == [
            {"dark": ("scene", "sunset"), "bright": ()}[engine] for engine in engines
        ]
        orders.add(tuple(engines))
    assert len(orders) == 2


def test_the_judge_gets_no_names(tmp_path):
    """The judge's folder holds panels and a sheet, in which no picture or engine is named."""
    judge = make_round(tmp_path) / "judge"
    assert {path.name for path in judge.iterdir()} == {
        "sheet.csv",
        *(f"{number:03}.png" for number in range(1, 7)),
    }
    sheet = (judge / "sheet.csv").read_text()
    assert "dark" not in sheet
    assert "p1" not in sheet
    assert sheet.count("\n") == 1 + 12


def test_a_seed_decides_the_round(tmp_path):
    """One seed gives the same key and the same panels; another gives another order."""
    first = make_round(tmp_path, "--seed", "4")
    key, panel = (first / "key.json").read_bytes(), (first / "judge/002.png").read_bytes()
    again = make_round(tmp_path, "--seed", "4")
    assert (again / "key.json").read_bytes() == key
    assert (again / "judge/002.png").read_bytes() == panel
    assert (make_round(tmp_path, "--seed", "5") / "key.json").read_bytes() != key


def test_results_belong_to_the_longest_name(tmp_path):
    """The results of cat_2 are not taken for those of cat; a folder's name counts as well."""
    for number, name in enumerate(["cat_2_a.png", "cat-b.png", "dog/x.png", "cattle.png"]):
        paint(tmp_path / name, number)
    engine = blind_engines.Published("e", tmp_path, ["cat", "cat_2", "dog", "cow"])

    def shown(stem):
        source = np.zeros((8, 8, 3), np.uint8)
        result = engine.result(blind_engines.Picture(stem, source, 0.5, 1, 8))
        return None if result is None else result[0][0, 0, 0]

    assert [shown(stem) for stem in ("cat_2", "cat", "dog", "cow")] == [0, 1, 2, None]


def test_small_tiles_are_refused(tmp_path, capsys):
    """Below 360 pixels a judge would overlook artefacts."""
    with pytest.raises(SystemExit):
        blind.main(["make", str(tmp_path), str(tmp_path / "out"), "--tile", "300"])
    assert "--tile 300 is too small: at least 360" in capsys.readouterr().err


def test_an_unknown_revision_is_refused():
    """The message has the revision."""
    with pytest.raises(ValueError, match="no-such-revision"):
        blind_engines.check_out("no-such-revision", None)


def test_a_revision_runs_with_its_own_package(tmp_path):
    """An engine at a revision imports the package from its worktree, and its moves are read."""
    package = tmp_path / "src" / "diabelli"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(
        "import numpy as np\n"
        "class One:\n"
        "    image, moves = np.full((8, 8, 3), 77, np.uint8), ('roll',)\n"
        "def vary(source, **asked): return [One()]\n"
    )
    engine = blind_engines.Script(
        "old", blind_engines.OURS, sys.executable, source_folder=tmp_path / "src"
    )
    picture = blind_engines.Picture("p", np.zeros((8, 8, 3), np.uint8), 0.5, 1, 8)
    image, moves = engine.result(picture)
    engine.close()
    assert image[0, 0, 0] == 77
    assert moves == ["roll"]


def test_a_revision_is_checked_out_once(tmp_path, monkeypatch):
    """A worktree is made in the folder, named by the commit, and is used again."""
    repository = tmp_path / "repository"
    (repository / "src").mkdir(parents=True)
    (repository / "src" / "one").write_text("1")
    git = ["git", "-C", str(repository), "-c", "user.name=n", "-c", "user.email=e@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "One"]):
        subprocess.run([*git, *command], check=True)
    monkeypatch.setattr(blind_engines, "HERE", repository / "src")
    tree = blind_engines.check_out("HEAD", tmp_path / "trees")
    assert (tree / "src" / "one").read_text() == "1"
    assert blind_engines.check_out("HEAD", tmp_path / "trees") == tree


def key_of(*panels):
    """Return a key in which panel and letter give the engine and its moves."""
    made = {
        f"{number:03}": {
            letter: KeyedResult(f"p{number}.png", engine, moves, 1)
            for letter, (engine, moves) in zip("ABC", results, strict=False)
        }
        for number, results in enumerate(panels, 1)
    }
    return Key(1, 0.5, ["v4", "new", "gpnn"], made)


KEY = key_of(
    [("v4", ()), ("new", ("scene",))],
    [("new", ("roll", "dusk")), ("v4", ()), ("gpnn", ())],
    [("v4", ()), ("new", ("scene",))],
)
GRADES = [
    # panel, result, broken, newness, rank
    (1, "A", 0, 0, 1),
    (1, "B", 2, 2, 2),
    (2, "A", 0, 3, 1),
    (2, "B", 1, 0, 1),
    (2, "C", 3, 1, 3),
    (3, "A", 0, 1, 2),
    (3, "B", 0, 1, 1),
]


def write_csv(path, grades):
    """Write a filled-in sheet as a spreadsheet saves it, numbers without leading zeros."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(
            [("panel", "result", "broken", "newness", "rank"), *grades],
        )
    return path


def test_the_tables_sum_up_a_sheet(tmp_path):
    """Each engine and each move has its sums; ties count half, missing engines do not count."""
    scores = read_sheet(write_csv(tmp_path / "s.csv", GRADES), KEY)
    lines = tables(scores, KEY).splitlines()
    assert lines[0] == (
        "| engine | results | broken 2, 3 | newness 0 | newness >= 1 | new, not broken "
        "| preferred to v4 | first |"
    )
    assert lines[2:5] == [
        "| v4 | 3 | 0 (0 %) | 2 (67 %) | 1 (33 %) | 0 (0 %) | - | 1.5 (50 %) |",
        "| new | 3 | 1 (33 %) | 0 (0 %) | 3 (100 %) | 1 (33 %) | 1.5 (50 %) | 1.5 (50 %) |",
        "| gpnn | 1 | 1 (100 %) | 0 (0 %) | 1 (100 %) | 0 (0 %) | 0 (0 %) | 0 (0 %) |",
    ]
    moves = [line.split(" | ")[:3] for line in lines[8:]]
    assert moves == [
        ["| roll + dusk", "1", "0 (0 %)"],
        ["| scene", "2", "1 (50 %)"],
        ["| dusk, alone or not", "1", "0 (0 %)"],
        ["| roll, alone or not", "1", "0 (0 %)"],
        ["| scene, alone or not", "2", "1 (50 %)"],
    ]
    assert "| new | 3 | 1 (33 %) | 0 (0 %) | 3 (100 %) | 1 (33 %) | 1 (100 %) |" in tables(
        scores, KEY, "gpnn"
    )


def test_a_sheet_may_be_json(tmp_path):
    """A list of objects says the same as a CSV file."""
    names = ("panel", "result", "broken", "newness", "rank")
    path = tmp_path / "s.json"
    path.write_text(json.dumps([dict(zip(names, grades, strict=True)) for grades in GRADES]))
    assert read_sheet(path, KEY) == read_sheet(write_csv(tmp_path / "s.csv", GRADES), KEY)


@pytest.mark.parametrize(
    ("grades", "message"),
    [
        (GRADES[:-1], "no grades of 003 B"),
        ([*GRADES, (3, "B", 0, 0, 1)], "panel 003, result B is graded twice"),
        ([*GRADES[:-1], (3, "B", 4, 1, 1)], "broken '4' is not accepted: 0, 1, 2, 3"),
        ([*GRADES[:-1], (3, "B", 0, "", 1)], "newness '' is not accepted"),
        ([*GRADES[:-1], (3, "B", 0, 1, 0)], "rank '0' is not accepted: 1 for the best"),
        ([*GRADES, (9, "B", 0, 1, 1)], "no result 'B' of panel '009'"),
    ],
)
def test_a_wrong_sheet_is_refused(tmp_path, grades, message):
    """The message has the place, the value and what would be accepted."""
    with pytest.raises(ValueError, match=message):
        read_sheet(write_csv(tmp_path / "s.csv", grades), KEY)
