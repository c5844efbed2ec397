"""What an operator can set: name, type, default and one sentence each, in one frozen class.

Each file here holds the settings of one topic; `Settings` is all of them together. A flag of the
command beats the environment (`DIABELLI_PORT`), which beats `diabelli.toml` (`port = ...`), which
beats the default. `reading.read` looks at all of them, once, in the entry point.
"""

from __future__ import annotations

import ipaddress

from pydantic import BaseModel, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from diabelli.settings.access import AuthSettings
from diabelli.settings.engines import TrainedEngineSettings
from diabelli.settings.images import EngineSettings
from diabelli.settings.limits import LimitSettings
from diabelli.settings.metering import TokenSettings
from diabelli.settings.server import ServerSettings
from diabelli.settings.sources import InputSettings
from diabelli.settings.storage import StorageSettings
from diabelli.settings.telling import LogSettings
from diabelli.settings.waiting import LoadSettings

PREFIX = "DIABELLI_"

TOPICS: tuple[type[BaseModel], ...] = (
    ServerSettings,
    AuthSettings,
    InputSettings,
    EngineSettings,
    TrainedEngineSettings,
    LoadSettings,
    LimitSettings,
    StorageSettings,
    LogSettings,
    TokenSettings,
)
"""In the order of the documentation; the docstring of each is its heading there."""


class Settings(
    ServerSettings,
    AuthSettings,
    InputSettings,
    EngineSettings,
    TrainedEngineSettings,
    LoadSettings,
    LimitSettings,
    StorageSettings,
    LogSettings,
    TokenSettings,
    BaseSettings,
):
    """The settings of one server, checked: every instance that exists can be run."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", validate_default=True
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take arguments alone: only `read` looks around."""
        return (init_settings,)

    @model_validator(mode="after")
    def _meters_what_is_there(self) -> Settings:
        if unknown := self.metering.keys() - self.models.keys():
            raise ValueError(
                f"metering names {', '.join(sorted(unknown))}, but the models are "
                + ", ".join(self.models)
            )
        return self

    @model_validator(mode="after")
    def _keys_where_they_are_needed(self) -> Settings:
        if self.auth == "no-auth" and self.api_keys:
            raise ValueError("auth is `no-auth`, yet there are api_keys: unset one of them")
        return self


def is_loopback(host: str) -> bool:
    """Whether only programs of the same machine can reach that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
