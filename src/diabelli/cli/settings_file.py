"""Changes of single settings in the settings file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path


def add_settings(path: Path, settings: Mapping[str, str]) -> bool:
    """Add string settings at the head of the file; create it if it is missing.

    Args:
        path: of the settings file.
        settings: values by name, which need no quoting.

    Returns:
        False if the file sets the first of them already, and was not changed.
    """
    text = path.read_text("utf-8") if path.exists() else ""
    known = tomllib.loads(text)
    if next(iter(settings)) in known:
        return False
    # At the head, because a line after a table belongs to the table.
    lines = [f'{name} = "{value}"\n' for name, value in settings.items() if name not in known]
    path.write_text("".join(lines) + ("\n" if text else "") + text, "utf-8")
    return True
