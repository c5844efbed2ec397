"""Reads the settings from flags, the environment and a file, and tells all faults at once."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import EnvSettingsSource, SettingsError

from diabelli.errors import InvalidSettings
from diabelli.settings import PREFIX, Settings

CONFIG = Path("diabelli.toml")


def load_settings(flags: Mapping[str, object], config: Path | None = None) -> Settings:
    """The settings from `flags`, the environment and the file `config`, in that order.

    config: None means `diabelli.toml` in the working directory, where there is one.
    Raises `InvalidSettings`, with all faults at once.
    """
    file = _file(config)
    values: dict[str, Any] = {**file, **_environment(), **flags}
    try:
        return Settings(**values)
    except ValidationError as cause:
        faults = [_format_error(fault["loc"], fault["msg"], values) for fault in cause.errors()]
        raise InvalidSettings("\n".join(["the settings cannot be used:", *faults])) from None


def _file(config: Path | None) -> dict[str, Any]:
    if config is None and not CONFIG.exists():
        return {}
    path = config or CONFIG
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as cause:
        raise InvalidSettings(f"the settings file {path} cannot be read: {cause}") from cause


def _environment() -> dict[str, Any]:
    """What the environment sets, unknown names included, so that a slip is told of."""
    try:
        known = EnvSettingsSource(Settings)()
    except SettingsError as cause:
        raise InvalidSettings(
            f"{cause}: where a setting holds names and values, the environment gives them as JSON"
        ) from cause
    given = {name[len(PREFIX) :].lower() for name in os.environ if name.startswith(PREFIX)}
    return {**dict.fromkeys(given - set(Settings.model_fields)), **known}


def _format_error(
    location: tuple[int | str, ...], problem: str, values: Mapping[str, object]
) -> str:
    """One fault as a line: where, what, and the value seen, unless that is a secret."""
    if not location:
        return f"- {problem.removeprefix('Value error, ')}"
    name = str(location[0])
    if name not in Settings.model_fields:
        near = difflib.get_close_matches(name, Settings.model_fields, 1)
        return f"- {name}: there is no such setting" + (f"; is {near[0]} meant?" if near else "")
    seen = "" if _is_secret(name) else f" (got {values.get(name)!r})"
    where = ".".join(map(str, location))
    return f"- {where}: {problem.removeprefix('Value error, ')}{seen}"


def _is_secret(name: str) -> bool:
    return "SecretStr" in str(Settings.model_fields[name])
