"""What an operator can set: name, type, default and one sentence each, in one frozen class.

A flag of the command beats the environment (`DIABELLI_PORT`), which beats `diabelli.toml`
(`port = ...`), which beats the default. `read` looks at all of them, once, in the entry point.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from diabelli.errors import InvalidSettings

PREFIX = "DIABELLI_"
CONFIG = Path("diabelli.toml")


def _cores() -> int:
    """as many as the machine has cores"""
    return os.cpu_count() or 1


def _comma_separated(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


class Settings(BaseSettings):
    """The settings of one server, checked: every instance that exists can be run."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", validate_default=True
    )

    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(
        8000, ge=0, le=65535, description="The port to listen on; 0 lets the system choose one."
    )
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^/\s]+(/\S*)?$",
        description="What the links to result pictures begin with, where a proxy stands before the "
        "server; unset means the host of each request.",
    )
    data_dir: Path = Field(
        Path("data"),
        description="The folder for result pictures and the secret that signs their links; it is "
        "made on first start, readable by its owner alone.",
    )
    api_keys: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_comma_separated)] = Field(
        (),
        description="The keys that requests may carry, separated by commas in the environment; "
        "with none, every request is served.",
    )
    auth: Literal["keys", "no-auth"] = Field(
        "keys",
        description="`no-auth` says in so many words that a server on other than a loopback "
        "address needs no keys.",
    )
    inputs: Literal["openai", "any"] = Field(
        "openai",
        description="What a source may be: `openai` takes square PNGs of less than 4 MB, `any` "
        "also takes JPEG, WebP, AVIF, GIF's first frame, and every shape.",
    )
    engine: str = Field(
        "patch", description="The engine that serves requests which name no other model."
    )
    models: dict[str, str] = Field(
        {},
        description="Model names that clients may send, each with the engine it means; `dall-e-2` "
        "is always among them and means the default engine unless it is given here.",
    )
    threads: int = Field(
        default_factory=_cores, ge=1, le=1024, description="How many variations are made at a time."
    )
    queue: int = Field(
        64,
        ge=1,
        description="How many variations may be in the making or waiting for their turn; more are "
        "refused at once with 503.",
    )
    max_body_bytes: int = Field(
        26_214_400, ge=1024, description="The size that a request's body may have, in bytes."
    )
    body_timeout_s: float = Field(
        30, gt=0, description="How long a client may pause while it sends a body, in seconds."
    )
    lifetime_s: int = Field(
        3600,
        ge=1,
        description="How long a link to a result picture works, in seconds; then it is removed.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important messages that are logged."
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

    @field_validator("models")
    @classmethod
    def _always_with_dall_e_2(cls, models: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        return {"dall-e-2": info.data.get("engine", ""), **models}

    @model_validator(mode="after")
    def _keys_where_they_are_needed(self) -> Settings:
        if self.auth == "no-auth" and self.api_keys:
            raise ValueError("auth is `no-auth`, yet there are api_keys: unset one of them")
        if self.auth == "keys" and not self.api_keys and not is_loopback(self.host):
            raise ValueError(
                f"whoever reaches {self.host} could use this server: set api_keys, or say "
                "`no-auth` if that is meant"
            )
        return self


def is_loopback(host: str) -> bool:
    """Whether only programs of the same machine can reach that address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def read(flags: Mapping[str, object], config: Path | None = None) -> Settings:
    """The settings from `flags`, the environment and the file `config`, in that order.

    config: None means `diabelli.toml` in the working directory, where there is one.
    Raises `InvalidSettings`, with all faults at once.
    """
    file = _file(config)
    values: dict[str, Any] = {**file, **_environment(), **flags}
    try:
        return Settings(**values)
    except ValidationError as cause:
        faults = [_sentence(fault["loc"], fault["msg"], values) for fault in cause.errors()]
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


def _sentence(location: tuple[int | str, ...], problem: str, values: Mapping[str, object]) -> str:
    """One fault as a line: where, what, and the value seen, unless that is a secret."""
    if not location:
        return f"- {problem.removeprefix('Value error, ')}"
    name = str(location[0])
    if name not in Settings.model_fields:
        near = difflib.get_close_matches(name, Settings.model_fields, 1)
        return f"- {name}: there is no such setting" + (f"; is {near[0]} meant?" if near else "")
    seen = "" if name == "api_keys" else f" (got {values.get(name)!r})"
    return f"- {name}: {problem}{seen}"
