"""The settings of a server: name, type, default and one sentence each, in one frozen class.

Each file holds some topics; `Settings` combines them. A command-line flag overrides the environment
(`DIABELLI_PORT`), which overrides `diabelli.toml` (`port = ...`), which overrides the default.
`loading.load_settings` reads all of them once, in the entry point.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from diabelli.net import is_loopback
from diabelli.settings.credentials import CredentialSettings
from diabelli.settings.engines import TrainedEngineSettings
from diabelli.settings.images import EngineSettings, InputSettings, TokenSettings
from diabelli.settings.server import AuthSettings, LoadSettings, LogSettings, ServerSettings
from diabelli.settings.storage import LimitSettings, StorageSettings

PREFIX = "DIABELLI_"


class Settings(
    ServerSettings,
    AuthSettings,
    InputSettings,
    EngineSettings,
    TrainedEngineSettings,
    LoadSettings,
    LimitSettings,
    StorageSettings,
    CredentialSettings,
    LogSettings,
    TokenSettings,
    BaseSettings,
):
    """The validated settings of one server."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", validate_default=True
    )

    @property
    def is_public(self) -> bool:
        """Whether other machines can reach the server, at its address or at its public URL."""
        public = urlsplit(self.public_url or "http://localhost").hostname or ""
        return not (is_loopback(self.host) and is_loopback(public))

    @property
    def accepts_any_input(self) -> bool:
        """Whether sources may have any format and shape, by `inputs` or by its default."""
        return self.inputs == "any" or (self.inputs is None and not self.is_public)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read only arguments: `load_settings` alone reads the environment and files."""
        return (init_settings,)

    @model_validator(mode="after")
    def _check_metering(self) -> Settings:
        if unknown := self.metering.keys() - self.models.keys():
            raise ValueError(
                f"metering names {', '.join(sorted(unknown))}, but the models are "
                + ", ".join(self.models)
            )
        return self

    @model_validator(mode="after")
    def _check_credentials(self) -> Settings:
        if (self.credentials_certificate is None) != (self.credentials_key is None):
            raise ValueError("credentials_certificate and credentials_key are set only together")
        return self

    @model_validator(mode="after")
    def _check_auth(self) -> Settings:
        if self.auth == "no-auth" and self.api_keys:
            raise ValueError("auth is `no-auth`, but api_keys are set: unset one of them")
        return self


TOPICS = Settings.__bases__[:-1]
"""Headings of docs/settings.md in its order: the docstring of each class is one."""
