"""`diabelli inspect`: prints and verifies the mark, the credentials and the recipe of a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from diabelli.cli.exit_codes import FAILED, error_message, print_error
from diabelli.cli.options import AsJson, print_json
from diabelli.cli.terminal import printable
from diabelli.errors import DiabelliError, InvalidPicture, MissingExtra

if TYPE_CHECKING:
    from diabelli.credentials.reader import Credentials

_STATES = {
    "trusted": "trusted: unchanged since it was signed, by a certificate that --trust issued",
    "valid": "valid: unchanged since it was signed, by a certificate of unknown origin",
    "invalid": "INVALID: changed after it was signed, or not signed correctly",
}


def inspect(
    picture: Annotated[Path, typer.Argument(help="A PNG, JPEG or WebP.")],
    trust: Annotated[
        Path | None,
        typer.Option(help="PEM file with root certificates to trust.", show_default=False),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the mark, the recipe and the content credentials of a picture, and verify these.

    Exit codes: 0 no credentials or intact ones, 1 invalid ones or no picture, 2 usage.
    """
    from diabelli import provenance
    from diabelli.pictures.source_file import read_source
    from diabelli.pictures.xmp import read_xmp

    try:
        data = read_source(picture)
        roots = None if trust is None else trust.read_bytes()
        packet = read_xmp(data)
    except OSError as fault:
        raise DiabelliError(f"{picture}: {error_message(fault, picture)}") from fault
    except InvalidPicture as fault:
        raise type(fault)(f"{picture}: {fault.message}") from fault
    mark = provenance.read_packet(packet or b"")
    credentials, checked = _credentials(data, roots)
    if as_json:
        print_json(_as_json(mark, credentials, checked=checked))
    else:
        _print_mark(mark)
        _print_credentials(credentials, checked=checked)
    if credentials is not None and credentials.state == "invalid":
        raise typer.Exit(FAILED)


def _credentials(data: bytes, roots: bytes | None) -> tuple[Credentials | None, bool]:
    """Return the credentials, and whether the extra to look for them is installed."""
    from diabelli.credentials.reader import read

    try:
        return read(data, roots=roots), True
    except MissingExtra as missing:
        if roots is not None:
            raise
        print_error(f"{missing.message}; content credentials are not shown")
        return None, False


def _as_json(
    mark: dict[str, str], credentials: Credentials | None, *, checked: bool
) -> dict[str, Any]:
    found = None
    if credentials is not None:
        found = {
            "state": credentials.state.value,
            "problems": list(credentials.problems),
            "signer": credentials.signer,
            "generator": credentials.generator,
            "actions": [list(action) for action in credentials.actions],
            "recipe": dict(credentials.recipe),
            "sources": list(credentials.sources),
        }
    return {"mark": mark, "credentials": found, "credentials_checked": checked}


def _print_mark(mark: dict[str, str]) -> None:
    if not mark:
        _print_row("mark", "none")
        return
    _print_row("mark", mark.get("source_type", "no source type").rpartition("/")[2])
    for name, value in mark.items():
        if name != "source_type":
            _print_row(name, value)


def _print_credentials(credentials: Credentials | None, *, checked: bool) -> None:
    if credentials is None:
        _print_row("credentials", "none" if checked else "not checked")
        return
    _print_row("credentials", _STATES[credentials.state.value])
    for problem in credentials.problems:
        _print_row("  problem", problem)
    _print_row("  signer", credentials.signer)
    _print_row("  generator", credentials.generator)
    for action, source_type in credentials.actions:
        _print_row("  action", f"{action} {source_type.rpartition('/')[2]}".strip())
    for name, value in credentials.recipe.items():
        _print_row(f"  {name}", " ".join(value) if isinstance(value, list) else str(value))
    for source in credentials.sources:
        _print_row("  source", source)


def _print_row(name: str, value: str) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"{printable(name):14}{printable(value)}")
