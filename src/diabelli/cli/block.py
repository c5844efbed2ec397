"""`diabelli block` and `diabelli unblock`: block and unblock end-users and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from diabelli.cli.examples import examples
from diabelli.cli.exit_codes import FAILED, print_error
from diabelli.cli.options import AsJson, Config, DataDir, ledger, print_json
from diabelli.cli.tables import print_table
from diabelli.cli.terminal import day, printable, replace_surrogates
from diabelli.errors import InvalidParameter, InvalidPicture

if TYPE_CHECKING:
    from diabelli.ledger.blocks import BlockedPicture, BlockedUser, Blocks
    from diabelli.ledger.database import Database

app = typer.Typer(help="Block end-users and pictures.", no_args_is_help=True)
unblock = typer.Typer(help="Unblock end-users and pictures.", no_args_is_help=True)

_stderr = Console(stderr=True, highlight=False)
_DIGITS = 12
"""Hexadecimal digits of a picture's SHA-256 that are shown: enough to be unique in a list."""

User = Annotated[str, typer.Argument(help="Value of the field `user`.", metavar="ID")]
Key = Annotated[
    str | None, typer.Option(help="Only for this API key, by its name or id.", metavar="KEY")
]
Note = Annotated[str, typer.Option(help="The reason, for other operators.")]


@app.command("user", epilog=examples("block user"))
def block_user(
    user: User,
    key: Key = None,
    note: Note = "",
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Refuse an end-user's requests with 403. Running servers apply it within about one second."""
    from diabelli.ledger.blocks import Blocks

    with ledger(data_dir, config) as database:
        Blocks(database).block_user(user, key=_key_id(database, key), note=note)
    _stderr.print(f"The end-user {printable(user)} is blocked.")
    if as_json:
        print_json({"user": user, "key": key, "blocked": True})


@app.command("picture", epilog=examples("block picture"))
def block_picture(
    files: Annotated[
        list[Path] | None, typer.Argument(help="The pictures.", metavar="FILE...")
    ] = None,
    request: Annotated[
        str | None, typer.Option(help="The source of this request, by its id.", metavar="ID")
    ] = None,
    note: Annotated[str, typer.Option(help="The reason; default: the file's name.")] = "",
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Refuse similar pictures with the safety error. Running servers apply it within one second.

    Exit codes: 0 all are blocked, 1 some could not be read.
    """
    from diabelli.ledger.blocks import Blocks

    if not files and request is None:
        raise InvalidParameter("no picture was given: name a FILE, or --request ID")
    done: list[dict[str, Any]] = []
    with ledger(data_dir, config) as database:
        blocks = Blocks(database)
        if request is not None:
            blocked = blocks.block_source(request, note=note)
            _stderr.print(f"The source of {printable(request)} is blocked.")
            done.append(_result(request=request, sha256=blocked.sha256, hashes=blocked.hashes))
        done += [_block_file(blocks, path, note) for path in files or []]
    if as_json:
        print_json(done)
    if any(one["error"] for one in done):
        raise typer.Exit(FAILED)


@app.command("list", epilog=examples("block list"))
def list_blocks(as_json: AsJson = False, data_dir: DataDir = None, config: Config = None) -> None:
    """List the blocked end-users and pictures."""
    from diabelli.ledger.blocks import Blocks

    with ledger(data_dir, config) as database:
        blocks = Blocks(database)
        users, pictures = blocks.users(), blocks.pictures()
    if as_json:
        print_json(
            {
                "users": [asdict(one) for one in users],
                "pictures": [asdict(one) for one in pictures],
            }
        )
        return
    if not users and not pictures:
        _stderr.print("No end-user and no picture is blocked.")
    if users:
        print_table(_users(users))
    if pictures:
        print_table(_pictures(pictures))


@unblock.command("user", epilog=examples("unblock user"))
def unblock_user(
    user: User,
    key: Key = None,
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Accept an end-user's requests again."""
    from diabelli.ledger.blocks import Blocks

    with ledger(data_dir, config) as database:
        Blocks(database).unblock_user(user, key=_key_id(database, key))
    _stderr.print(f"The end-user {printable(user)} is no longer blocked.")
    if as_json:
        print_json({"user": user, "key": key, "blocked": False})


@unblock.command("picture", epilog=examples("unblock picture"))
def unblock_picture(
    picture: Annotated[str, typer.Argument(help="Its file, or its id in `diabelli block list`.")],
    as_json: AsJson = False,
    data_dir: DataDir = None,
    config: Config = None,
) -> None:
    """Accept a picture and similar ones again."""
    from diabelli.ledger.blocks import Blocks, sha256_of
    from diabelli.pictures.source_file import read_source

    path = Path(picture)
    digits = sha256_of(read_source(path)) if path.is_file() else picture
    with ledger(data_dir, config) as database:
        gone = Blocks(database).unblock_picture(digits)
    _stderr.print(f"The picture {gone.sha256[:_DIGITS]} is no longer blocked.")
    if as_json:
        print_json({"sha256": gone.sha256, "blocked": False})


def _block_file(blocks: Blocks, path: Path, note: str) -> dict[str, Any]:
    """Block the picture at `path`; return the block, or the error."""
    from diabelli import pictures
    from diabelli.ledger.blocks import sha256_of
    from diabelli.pictures.blocklist_hashes import hashes_to_store

    try:
        picture = pictures.read_source(path)
        hashes = hashes_to_store(pictures.to_image(picture))
    except (InvalidPicture, OSError) as fault:
        print_error(f"{path}: {fault}")
        return _result(file=str(path), error=str(fault))
    sha256 = sha256_of(picture)
    blocks.block_picture(sha256, hashes, note=note or replace_surrogates(path.name))
    _stderr.print(f"The picture {sha256[:_DIGITS]} is blocked: {printable(str(path))}")
    if not hashes:
        _stderr.print("Hash too weak for similarity matching; only this exact file is blocked.")
    return _result(file=str(path), sha256=sha256, hashes=hashes)


def _result(
    *,
    file: str | None = None,
    request: str | None = None,
    sha256: str | None = None,
    hashes: Sequence[str] = (),
    error: str | None = None,
) -> dict[str, Any]:
    """Return the JSON object of one picture; `similar` says whether similar ones are blocked."""
    return {
        "file": file,
        "request": request,
        "sha256": sha256,
        "similar": bool(hashes),
        "blocked": error is None,
        "error": error,
    }


def _key_id(database: Database, key: str | None) -> str | None:
    """Return the id of the key of that name or id; `settings` stands for those of the settings.

    Raises:
        InvalidParameter: if there is no such key.
    """
    from diabelli.ledger.keys import SETTINGS_KEY_ID, IssuedKeys

    if key in (None, SETTINGS_KEY_ID):
        return key
    keys = IssuedKeys(database).list()
    # An id takes precedence: ledgers may hold a key whose name is another key's id.
    found = [one.id for one in keys if one.id == key] or [one.id for one in keys if one.name == key]
    if not found:
        raise InvalidParameter(f"no key is named {key!r}: `diabelli keys list` shows all names")
    return found[-1]


def _users(users: list[BlockedUser]) -> Table:
    table = Table("blocked user", "key", "since", "reason", box=None, header_style="bold")
    for one in users:
        table.add_row(printable(one.user), one.key or "any", day(one.time), printable(one.note))
    return table


def _pictures(pictures: list[BlockedPicture]) -> Table:
    table = Table("blocked picture", "match", "since", "reason", box=None, header_style="bold")
    for one in pictures:
        match = "similar pictures" if one.hashes else "exact file"
        table.add_row(one.sha256[:_DIGITS], match, day(one.time), printable(one.note))
    return table
