"""`diabelli engines add`: write an entry of the settings from the address of an image server."""

from __future__ import annotations

import asyncio
import json
import re
import tomllib
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from diabelli.cli.options import AsJson, Config, print_json
from diabelli.cli.terminal import printable
from diabelli.errors import InvalidSettings

if TYPE_CHECKING:
    from diabelli.engines.upstream.recognition import Recognised

_NEEDS_MODEL = ("openai", "ovms", "lemonade", "xinference", "vllm-omni", "comfyui")
"""Dialects, or protocols without dialects, whose requests must name a model."""

_console = Console(highlight=False, soft_wrap=True)


def add(
    url: Annotated[str, typer.Argument(help="Address of the server.", metavar="URL")],
    name: Annotated[str, typer.Option(help="Name of the engine.")] = "upstream",
    model: Annotated[
        str | None, typer.Option(help="Name of the model; default: the server's first one.")
    ] = None,
    key_env: Annotated[
        str | None, typer.Option(help="Environment variable with the server's key.")
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Print the entry and do not write it.")
    ] = False,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Recognise an image server by its answers, and add its entry to the settings file."""
    from diabelli.settings.loading import CONFIG, load_settings

    path = config or CONFIG
    # The file is checked before the server is called.
    load_settings({}, path if path.exists() else None)
    before = path.read_text("utf-8") if path.exists() else ""
    if name in tomllib.loads(before).get("engines", {}):
        raise InvalidSettings(f"{path} has an engine {name!r}: choose another --name, or edit it")
    auth = None if key_env is None else {"key_env": key_env}
    found = asyncio.run(_recognise(name, url, auth))
    values = _values(url, found, model, auth)
    entry = _entry(name, values)
    # An entry that the server would refuse is reported before it is written.
    load_settings({"engines": {name: values}}, path if path.exists() else None)
    if not show:
        separator = "\n" if before and not before.endswith("\n\n") else ""
        path.write_text(f"{before}{separator}{entry}", "utf-8")
    if as_json:
        print_json({"name": name, "entry": values, "file": None if show else str(path)})
        return
    _print(*entry.splitlines())
    if show:
        return
    _print(
        "",
        f"Written to {path}. Try it: diabelli engines check {name}",
        f"To serve it, set `engine` to {name}, or add a model with this engine to `models`.",
    )


def _print(*lines: str) -> None:
    for line in lines:
        _console.print(printable(line))


async def _recognise(name: str, url: str, auth: dict[str, str] | None) -> Recognised:
    from pydantic import ValidationError

    from diabelli.engines.upstream.credentials import load_credentials
    from diabelli.engines.upstream.options import UpstreamOptions
    from diabelli.engines.upstream.recognition import recognise
    from diabelli.engines.upstream.transport import Transport

    values = {
        "kind": "upstream",
        "protocol": "openai-edits",
        "dialect": "generic",
        "base_url": url,
        "auth": auth,
    }
    try:
        options = UpstreamOptions.model_validate(values)
    except ValidationError as cause:
        problems = "; ".join(fault["msg"] for fault in cause.errors())
        raise InvalidSettings(f"{url!r} is not accepted: {problems}") from None
    credentials = load_credentials(options.auth, name)
    transport = Transport(options, credentials, engine=name, paid=False)
    try:
        return await recognise(options, transport)
    finally:
        await transport.close()


def _values(
    url: str, found: Recognised, model: str | None, auth: dict[str, str] | None
) -> dict[str, Any]:
    """Return the values of the entry."""
    values: dict[str, Any] = {"kind": "upstream", **found.options, "base_url": url}
    dialect = found.options.get("dialect", found.options["protocol"])
    if model is None and found.models and dialect != "diabelli":
        model = max(found.models) if dialect == "openai" else found.models[0]
    if model is None and dialect in _NEEDS_MODEL:
        raise InvalidSettings("the server lists no model: name one with --model")
    if model is not None:
        values["model"] = model
    if auth is not None:
        values["auth"] = auth
    return values


def _entry(name: str, values: dict[str, Any]) -> str:
    """Return the entry as TOML."""
    key = name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name)
    lines = [f"{field} = {_toml(value)}" for field, value in values.items()]
    return "\n".join([f"[engines.{key}]", *lines, ""])


def _toml(value: str | dict[str, str]) -> str:
    """Return a text or a table of texts; a JSON string is also a basic string of TOML."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value).replace("\x7f", "\\u007f")
