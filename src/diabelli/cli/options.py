"""Options and ledger access of the commands that work on the ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from diabelli.ledger.database import Database

DataDir = Annotated[
    Path | None, typer.Option(help="The server's data directory; default: the settings.")
]
Config = Annotated[Path | None, typer.Option(help="The settings file; default ./diabelli.toml.")]


@contextmanager
def ledger(data_dir: Path | None, config: Path | None) -> Iterator[Database]:
    """Open the ledger of the settings for the context."""
    from diabelli.bootstrap import open_ledger
    from diabelli.settings.loading import load_settings

    database = open_ledger(
        load_settings({} if data_dir is None else {"data_dir": data_dir}, config)
    )
    try:
        yield database
    finally:
        database.close()
