"""The command `diabelli`.

Exit codes: 0 success; 1 some of the work failed; 2 invalid command or settings; 3 incomplete
installation.
"""

from __future__ import annotations

import sys

import typer

from diabelli.cli import block, keys
from diabelli.cli.engines import engines
from diabelli.cli.exit_codes import exit_code, print_error
from diabelli.cli.pull import pull
from diabelli.cli.serve import serve
from diabelli.cli.usage import usage
from diabelli.cli.vary import vary
from diabelli.errors import DiabelliError

app = typer.Typer(
    help="Variations of a picture: a server, a command and a library.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
for _command in (serve, vary, engines, pull, usage):
    app.command()(_command)
app.add_typer(keys.app, name="keys")
app.add_typer(block.app, name="block")
app.add_typer(block.unblock, name="unblock")


def main() -> None:
    """Run the command line and exit with its exit code."""
    try:
        app()
    except DiabelliError as fault:
        print_error(fault.message)
        sys.exit(exit_code(fault))
