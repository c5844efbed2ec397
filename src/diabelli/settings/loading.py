"""Reads the settings from flags, the environment and a file, and reports all errors together."""

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
    """Read the settings; `flags` override the environment, which overrides the file.

    Args:
        flags: Values by setting name.
        config: The settings file; None reads `diabelli.toml` in the working directory if it exists.

    Raises:
        InvalidSettings: With all errors together.
    """
    values: dict[str, Any] = {**_read_file(config), **_read_environment(), **flags}
    try:
        return Settings(**values)
    except ValidationError as cause:
        faults = [_format_error(fault["loc"], fault["msg"], values) for fault in cause.errors()]
        raise InvalidSettings("\n".join(["the settings cannot be used:", *faults])) from None


def _read_file(config: Path | None) -> dict[str, Any]:
    if config is None and not CONFIG.exists():
        return {}
    path = config or CONFIG
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as cause:
        reason = cause.strerror or str(cause)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as cause:
        reason = str(cause)
    raise InvalidSettings(f"the settings file {path} cannot be read: {reason}")


def _read_environment() -> dict[str, Any]:
    """Return the variables with the prefix; unknown names too, so that typing errors are found."""
    try:
        known = EnvSettingsSource(Settings)()
    except SettingsError as cause:
        raise InvalidSettings(
            f"{cause}: a setting that holds names and values is JSON in the environment"
        ) from cause
    given = {name[len(PREFIX) :].lower() for name in os.environ if name.startswith(PREFIX)}
    return {**dict.fromkeys(given - set(Settings.model_fields)), **known}


def _format_error(
    location: tuple[int | str, ...], problem: str, values: Mapping[str, object]
) -> str:
    """Return one error as a line: setting, problem, and the value seen unless it is secret."""
    if not location:
        return f"- {problem.removeprefix('Value error, ')}"
    name = str(location[0])
    if name not in Settings.model_fields:
        near = difflib.get_close_matches(name, Settings.model_fields, 1)
        return f"- {name}: there is no such setting" + (f"; is {near[0]} meant?" if near else "")
    seen = "" if _is_secret(name) else f" (got {values.get(name)!r})"
    # The third part of an entry's location is the name of its class, which is no setting.
    parts = location[:2] + location[3:] if name == "engines" else location
    where = ".".join(map(str, parts))
    return f"- {where}: {problem.removeprefix('Value error, ')}{seen}"


def _is_secret(name: str) -> bool:
    return "SecretStr" in str(Settings.model_fields[name])
