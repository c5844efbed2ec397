"""Engine and signer of the settings, for commands that run without a server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diabelli.credentials.signer import CredentialSigner
    from diabelli.engines import Engine

_FILE = Path("diabelli.toml")


@contextmanager
def open_configured_engine(
    engine: str, config: Path | None
) -> Iterator[tuple[str | Engine, CredentialSigner | None]]:
    """Return the engine and the signer of the settings for the context.

    Settings are read only if they may matter: reading them takes as long as a small variation.

    Args:
        engine: Name of an engine. One that needs no settings is returned as its name.
        config: The flag `--config`.

    Raises:
        InvalidSettings: The settings are invalid, or their certificate cannot sign.
        UnknownEngine: There is no engine of that name.
        MissingExtra: The dependencies of the engine or of content credentials are missing.
    """
    from diabelli.engines import available_engines

    is_known = engine in available_engines()
    has_settings = config is not None or _FILE.exists() or _has_variable()
    if is_known and not has_settings:
        yield engine, None
        return
    from diabelli.bootstrap import build_engine, build_signer, create_managers
    from diabelli.settings.loading import load_settings

    settings = load_settings({}, config)
    signer = build_signer(settings)
    if is_known and settings.plan(engine) is None:
        yield engine, signer
        return
    with closing(create_managers(settings)) as managers:
        # Without a server nothing is gained by pictures of another engine.
        yield build_engine(settings, managers, engine, has_fallback=False), signer


def _has_variable() -> bool:
    """Return whether a variable of the environment has a setting; an engine may read others."""
    names = [name for name in os.environ if name.startswith("DIABELLI_")]
    if not names:
        return False
    from diabelli.settings import PREFIX, Settings

    return any(name.removeprefix(PREFIX).lower() in Settings.model_fields for name in names)
