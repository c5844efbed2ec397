"""Blind comparison of engines: make panels in random order, then sum up a judge's score sheet.

    python benchmarks/blind.py make PICTURES OUT --ours v4=de935ab --ours new=. \
        --against benchmarks/against_prototype.py --published gpnn=FOLDER
    python benchmarks/blind.py score OUT/judge/sheet.csv OUT/key.json

`make` writes OUT/judge, which holds the panels and the empty score sheet, and OUT/key.json.
Give OUT/judge alone to the judge. CONTRIBUTING.md has the judge's instructions.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from blind_engines import SUFFIXES, Engine, Picture, Published, Script, is_picture, ours
from diabelli import pictures
from diabelli.variation import Image
from score_sheet import Key, KeyedResult, read_sheet, tables, write_empty_sheet

SMALLEST_TILE = 360
"""Pixels a side; below this, judges overlook faults."""
GAP, CAPTION = 12, 34
"""Pixels between tiles, and for the letter above each."""
PER_ROW = 3
"""Tiles in a row, the source included, so that a panel fits a screen at full size."""


def make(
    paths: Sequence[Path],
    engines: Sequence[Engine],
    out: Path,
    *,
    strength: float,
    seed: int,
    side: int,
    tile: int,
) -> Key:
    """Write a panel for each picture, the empty score sheet and the key.

    Args:
        paths: the pictures. Each is cropped to a square.
        engines: an engine that has no result of a picture is left out of that panel.
        out: the folder to write `judge/` and `key.json` to.
        strength: 0..1, for the engines that are run.
        seed: decides the order of panels and results, and the seed of each variation.
        side: of the results, in pixels.
        tile: pixels a side at which the source and each result are shown.

    Raises:
        ValueError: no engine has a result of a picture.
    """
    judge = out / "judge"
    judge.mkdir(parents=True, exist_ok=True)
    order = random.Random(seed)
    shuffled = order.sample(sorted(paths), len(paths))
    key = Key(seed, strength, [engine.name for engine in engines], {})
    for number, path in enumerate(shuffled, 1):
        source = square(pictures.to_image(path))
        picture = Picture(path.stem, source, strength, order.randrange(2**31), side)
        results = [
            (engine.name, *found)
            for engine in engines
            if (found := engine.result(picture)) is not None
        ]
        if not results:
            raise ValueError(f"no engine has a result of {path.name}")
        order.shuffle(results)
        panel = f"{number:03}"
        letters = [chr(ord("A") + index) for index in range(len(results))]
        key.panels[panel] = {
            letter: KeyedResult(path.name, engine, tuple(moves), picture.seed)
            for letter, (engine, _, moves) in zip(letters, results, strict=True)
        }
        images = [image for _, image, _ in results]
        draw_panel(panel, source, dict(zip(letters, images, strict=True)), tile).save(
            judge / f"{panel}.png"
        )
        print(f"{panel} of {len(shuffled)}", file=sys.stderr)
    write_empty_sheet(judge / "sheet.csv", key)
    (out / "key.json").write_text(key.to_json())
    return key


def square(image: Image) -> Image:
    """Return the image cropped to a square about its centre, (side, side, 3 or 4) uint8."""
    return pictures.fit(image, 1, 1, "crop")


def draw_panel(number: str, source: Image, results: dict[str, Image], tile: int) -> Pillow.Image:
    """Return the source and the results by letter, each `tile` pixels a side, in rows."""
    shown = {"source": source, **results}
    columns = min(PER_ROW, len(shown))
    rows = -(-len(shown) // columns)
    step = tile + GAP
    canvas = Pillow.new("RGB", (columns * step + GAP, rows * (step + CAPTION) + GAP), "white")
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default(22)
    for index, (label, image) in enumerate(shown.items()):
        row, column = divmod(index, columns)
        left, top = GAP + column * step, GAP + row * (step + CAPTION)
        pen.text((left, top), f"{number} {label}", "black", font)
        scaled = pictures.cover(pictures.flatten_on_white(square(image)), tile, tile)
        canvas.paste(Pillow.fromarray(scaled), (left, top + CAPTION))
    return canvas


def chosen(folder: Path, only: str | None, most: int | None, seed: int) -> list[Path]:
    """Return the pictures in a folder.

    Args:
        folder: is searched with its subfolders.
        only: stems, separated by commas; None for all.
        most: number of pictures drawn at random; None for all.
        seed: of the draw.

    Raises:
        ValueError: a stem is missing, occurs twice, or there is no picture.
    """
    found = {path: path.stem for path in sorted(folder.rglob("*")) if is_picture(path)}
    if only is not None:
        stems = only.split(",")
        found = {path: stem for path, stem in found.items() if stem in stems}
        if missing := sorted(set(stems) - set(found.values())):
            raise ValueError(f"{folder} has no picture {', '.join(missing)}")
    if not found:
        raise ValueError(f"{folder} has no picture; pictures end in {', '.join(sorted(SUFFIXES))}")
    if twice := sorted(repeated(found.values())):
        raise ValueError(f"{folder} has several pictures of one name: {', '.join(twice)}")
    paths = list(found)
    if most is not None and most < len(paths):
        paths = random.Random(seed).sample(paths, most)
    return paths


def repeated(names: Iterable[str]) -> set[str]:
    """Return the names that occur more than once."""
    seen: set[str] = set()
    return {name for name in names if name in seen or seen.add(name)}


def engines_of(arguments: argparse.Namespace, stems: Sequence[str]) -> list[Engine]:
    """Return the engines of the command line. Their processes start on first use.

    Args:
        arguments: the command line.
        stems: of all pictures of the round.

    Raises:
        ValueError: two engines have one name, or there is none.
    """
    engines: list[Engine] = [
        *(ours(*named(value, value), arguments.trees) for value in arguments.ours),
        *(
            Script(name, Path(script), arguments.against_python)
            for name, script in (named(value, Path(value).stem) for value in arguments.against)
        ),
        *(
            Published(name, Path(folder), stems)
            for name, folder in (named(value, Path(value).name) for value in arguments.published)
        ),
    ]
    if not engines:
        raise ValueError("no engine is given: use --ours, --against or --published")
    if twice := repeated(engine.name for engine in engines):
        raise ValueError(f"several engines are called {', '.join(twice)}: use NAME=VALUE")
    return engines


def named(value: str, default: str) -> tuple[str, str]:
    """Split NAME=VALUE; without NAME the name is `default`."""
    name, equals, rest = value.partition("=")
    return (name, rest) if equals else (default, value)


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    commands = top.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make", help="make panels, an empty sheet and a key")
    making.add_argument("pictures", type=Path, help="a folder of pictures")
    making.add_argument("out", type=Path, help="a folder for judge/ and key.json")
    making.add_argument(
        "--ours", action="append", default=[], metavar="[NAME=]REVISION",
        help="this engine at a revision of git; . is the working tree; may be repeated",
    )  # fmt: skip
    making.add_argument(
        "--against", action="append", default=[], metavar="[NAME=]SCRIPT",
        help="another implementation, see against.py; may be repeated",
    )  # fmt: skip
    making.add_argument("--against-python", default=sys.executable, help="its interpreter")
    making.add_argument(
        "--published", action="append", default=[], metavar="[NAME=]FOLDER",
        help="a folder of finished results, matched to pictures by stem; may be repeated",
    )  # fmt: skip
    making.add_argument("--trees", type=Path, help="a folder to keep checked-out revisions in")
    making.add_argument("--only", help="stems of pictures, separated by commas")
    making.add_argument("--most", type=int, help="number of pictures drawn at random")
    making.add_argument("--strength", type=float, default=0.5, help="0..1 (%(default)s)")
    making.add_argument("--seed", type=int, default=1, help="of the round (%(default)s)")
    making.add_argument("--side", type=int, default=512, help="pixels of a result (%(default)s)")
    making.add_argument("--tile", type=int, default=480, help="pixels shown (%(default)s)")
    scoring = commands.add_parser("score", help="sum up a filled-in sheet")
    scoring.add_argument("sheet", type=Path, help="the filled-in sheet, CSV or JSON")
    scoring.add_argument("key", type=Path, help="the key.json of the round")
    scoring.add_argument("--base", help="the engine to be preferred to (the key's first)")
    return top


def main(argv: Sequence[str] | None = None) -> None:
    """Make the panels of a round, or print the tables of a filled-in sheet."""
    cli = parser()
    arguments = cli.parse_args(argv)
    try:
        if arguments.command == "score":
            key = Key.from_json(arguments.key.read_text())
            print(tables(read_sheet(arguments.sheet, key), key, arguments.base))
            return
        if arguments.tile < SMALLEST_TILE:
            raise ValueError(f"--tile {arguments.tile} is too small: at least {SMALLEST_TILE}")
        paths = chosen(arguments.pictures, arguments.only, arguments.most, arguments.seed)
        engines = engines_of(arguments, [path.stem for path in paths])
        with ExitStack() as stack:
            for engine in engines:
                stack.callback(engine.close)
            make(
                paths,
                engines,
                arguments.out,
                strength=arguments.strength,
                seed=arguments.seed,
                side=arguments.side,
                tile=arguments.tile,
            )
    except (ValueError, OSError) as cause:
        cli.error(str(cause))


if __name__ == "__main__":
    main()
