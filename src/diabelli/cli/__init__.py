"""The command `diabelli`.

Exit codes: 0 success; 1 some of the work failed; 2 invalid command or settings; 3 incomplete
installation.
"""

from __future__ import annotations

import os
import sys
import warnings
from typing import Annotated

import typer

from diabelli import __version__
from diabelli.cli import block, cluster, credentials, engines, keys, storage
from diabelli.cli.batch import batch
from diabelli.cli.conformance import conformance
from diabelli.cli.examples import examples
from diabelli.cli.failure import UsageError, fail, fail_aborted, fail_file, fail_usage
from diabelli.cli.help_text import format_help
from diabelli.cli.inspection import inspect
from diabelli.cli.logs import format_warnings
from diabelli.cli.pull import pull
from diabelli.cli.serve import serve
from diabelli.cli.usage import usage
from diabelli.cli.vary import vary
from diabelli.errors import DiabelliError

app = typer.Typer(
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    # The plain help is readable in narrow terminals, in files and by screen readers.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"diabelli {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Variations of a picture: a server, a command and a library."""


for _command in (serve, vary, batch, pull, usage, inspect, conformance):
    app.command(epilog=examples(_command.__name__))(_command)
app.add_typer(engines.app, name="engines")
app.add_typer(cluster.app, name="cluster")
app.add_typer(keys.app, name="keys")
app.add_typer(storage.app, name="storage")
app.add_typer(credentials.app, name="credentials")
app.add_typer(block.app, name="block")
app.add_typer(block.unblock, name="unblock")


def main() -> None:
    """Run the command line and exit with its exit code."""
    # Warnings of libraries are for developers, who ask for them with `python -W`.
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    format_warnings()
    # Must be set before torch is imported. By default its threads wait for each other in a loop,
    # which takes as long as the work itself if other programs use the cores.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    command = typer.main.get_command(app)
    format_help(command)
    try:
        sys.exit(command(prog_name="diabelli", standalone_mode=False))
    except DiabelliError as fault:
        fail(fault)
    except UsageError as fault:
        fail_usage(fault)
    except OSError as fault:
        fail_file(fault)
    except typer.Abort:
        fail_aborted()
