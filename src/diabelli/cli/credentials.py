"""`diabelli credentials`: certificates for content credentials."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from diabelli.cli.examples import examples
from diabelli.cli.options import AsJson, print_json
from diabelli.errors import DiabelliError

app = typer.Typer(help="Make a certificate for tests of content credentials.", no_args_is_help=True)

_stderr = Console(stderr=True, highlight=False, soft_wrap=True)


@app.callback()
def _commands() -> None:
    """Make a certificate for tests of content credentials."""


@app.command(epilog=examples("credentials init"))
def init(
    out: Annotated[Path, typer.Option(help="The folder for the three files.")] = Path(),
    organization: Annotated[
        str, typer.Option(help="Name of the signer in the certificate.")
    ] = "Diabelli test",
    as_json: AsJson = False,
) -> None:
    """Make a test certificate, its key and its root; existing files are kept.

    It shows how content credentials work and proves nothing to others: no verifier trusts its root.
    """
    from diabelli.credentials.certificate import TEST_DAYS, make_chain
    from diabelli.private_files import ensure_private_dir, write_new

    names = ("certificate", "key", "root")
    paths = [out / f"credentials-{name}.pem" for name in names]
    for path in paths:
        if path.exists():
            raise DiabelliError(
                f"{path} exists already; remove it, or name another folder with --out"
            )
    chain = make_chain(organization, datetime.now(UTC))
    if not out.exists():
        ensure_private_dir(out)
    for path, content in zip(paths, (chain.certificate, chain.key, chain.root), strict=True):
        write_new(path, content)
        if not as_json:
            print(path)
    if as_json:
        print_json({name: str(path) for name, path in zip(names, paths, strict=True)})
    _stderr.print(
        f"A test certificate, valid for {TEST_DAYS} days. It proves nothing to others: anyone can "
        "make one with this name. For pictures that others verify, use a certificate of an "
        "authority on the C2PA trust list.\n"
        f'Settings: credentials_certificate = "{paths[0]}", credentials_key = "{paths[1]}"\n'
        f"Verify a picture: diabelli inspect PICTURE --trust {paths[2]}",
        markup=False,
    )
