"""The settings of a server: name, type, default and one sentence each, in one frozen class.

Each file holds some topics; `Settings` combines them. A command-line flag overrides the environment
(`DIABELLI_PORT`), which overrides `diabelli.toml` (`port = ...`), which overrides the default.
`loading.load_settings` reads all of them once, in the entry point.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from pydantic import model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from diabelli.net import is_loopback
from diabelli.settings.cluster import ClusterSettings
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
    ClusterSettings,
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
            raise ValueError(
                "credentials_certificate and credentials_key belong together: set both or neither"
            )
        return self

    @model_validator(mode="after")
    def _check_bucket(self) -> Settings:
        if self.storage is None and self.storage_links != "signed":
            raise ValueError(
                "storage_links is `presigned`, but storage names no bucket: set one, or `signed`"
            )
        if self.storage is None and self.storage_expiry != "delete":
            raise ValueError(
                "storage_expiry is `lifecycle`, but storage names no bucket: set one, or `delete`"
            )
        if self.storage_links == "presigned" and (self.storage or "").startswith("file:"):
            raise ValueError(
                "storage_links is `presigned`, but a folder cannot sign links: set `signed`"
            )
        return self

    @model_validator(mode="after")
    def _check_shared_address(self) -> Settings:
        if self.shared_address and (missing := list(self._missing_for_shared_address())):
            raise ValueError("shared_address is set, but " + "; ".join(missing))
        return self

    def _missing_for_shared_address(self) -> Iterator[str]:
        """Yield what ties these settings to one machine."""
        ledger = self.ledger.get_secret_value() if self.ledger else ""
        limits = self.limits_url.get_secret_value() if self.limits_url else ""
        if self.storage is None:
            yield "storage names no bucket, so only this machine would have its pictures"
        if not ledger.startswith("postgresql://"):
            yield "ledger is not in PostgreSQL, so keys and Idempotency-Keys would not be shared"
        if limits == "memory":
            yield "limits_url is `memory`, so each server would allow the whole limit"
        if self.signing_secret is None:
            yield "signing_secret is unset, so each server would refuse the links of the others"

    @model_validator(mode="after")
    def _check_auth(self) -> Settings:
        if self.auth == "no-auth" and self.api_keys:
            raise ValueError("auth is `no-auth`, but api_keys are set: unset one of them")
        return self


TOPICS = Settings.__bases__[:-1]
"""Headings of docs/settings.md in its order: the docstring of each class is one."""
