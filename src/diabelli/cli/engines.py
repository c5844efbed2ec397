"""`diabelli engines`: which engines there are, and what the missing ones need."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from diabelli.cli.kernels import USER_KERNELS, place_kernels
from diabelli.errors import MissingExtra


def engines() -> None:
    """List the engines."""
    place_kernels([USER_KERNELS])
    from diabelli import engines as known

    table = Table("engine", "version", "trained", "summary", box=None, header_style="bold")
    for name in known.ENGINES:
        try:
            info = known.load(name).info
        except MissingExtra as missing:
            table.add_row(name, "-", "-", escape(missing.message))
        else:
            table.add_row(name, info.version, "yes" if info.trained else "no", info.summary)
    Console().print(table)
