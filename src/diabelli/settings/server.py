"""Settings of the HTTP server: address, authentication, load, logs and metrics."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from diabelli.net import split_url


def _split_keys(value: object) -> object:
    """Split a text of keys: separated by commas, or a JSON list of texts.

    Raises:
        ValueError: The text begins with `[` but is not a JSON list of texts. The message does not
            contain the text, because it holds secrets.
    """
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith("["):
        return tuple(key.strip() for key in value.split(",") if key.strip())
    try:
        keys = json.loads(value)
    except ValueError:
        keys = None
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise ValueError('expected keys separated by commas, or a JSON list such as ["sk-example"]')
    return tuple(keys)


def _check_keys(keys: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    """Raise `ValueError` for keys that no request can have; the message shows none of them."""
    for number, key in enumerate(keys, 1):
        text = key.get_secret_value()
        if not text or not text.isascii() or text != text.strip():
            raise ValueError(
                f"key {number} cannot be sent in a header: expected ASCII characters, without "
                "spaces at the ends"
            )
    return keys


def _check_url(url: str) -> str:
    parts = split_url(url)
    if parts is None or not parts.hostname:
        raise ValueError(
            f"expected a URL with a host, such as https://pictures.example; got {url!r}"
        )
    return url


def _check_origin(origin: str) -> str:
    parts = split_url(origin)
    valid = parts is not None and parts.scheme in ("http", "https") and parts.hostname
    if parts is None or not valid or parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("an origin has a scheme and a host, such as https://studio.example")
    return origin


class ServerSettings(BaseModel):
    """The server"""

    host: str = Field("127.0.0.1", description="The address to listen on.")
    port: int = Field(
        8000, ge=0, le=65535, description="The port to listen on; 0 selects a free port."
    )
    public_url: Annotated[str, AfterValidator(_check_url)] | None = Field(
        None,
        pattern=r"^https?://[^/\s]+(/\S*)?$",
        description="The base of links to result pictures if the server is behind a proxy; unset "
        "uses the host of each request.",
    )


class AuthSettings(BaseModel):
    """Authentication"""

    api_keys: Annotated[
        tuple[SecretStr, ...], NoDecode, BeforeValidator(_split_keys), AfterValidator(_check_keys)
    ] = Field(
        (),
        description="API keys accepted in addition to those of `diabelli keys create`; in the "
        "environment separated by commas or as a JSON list.",
    )
    allowed_origins: tuple[Annotated[str, AfterValidator(_check_origin)], ...] = Field(
        (),
        description="Origins of web pages, such as `https://studio.example`, that may use a server "
        "without keys; pages of this machine always may.",
    )
    auth: Literal["keys", "no-auth"] = Field(
        "keys",
        description="`no-auth` allows requests without an API key on addresses that are not "
        "loopback.",
    )


class LoadSettings(BaseModel):
    """Load and time limits"""

    queue: int = Field(
        64,
        ge=1,
        description="Maximum number of variations in progress or waiting; further requests get "
        "503 immediately.",
    )
    deadline_s: float = Field(
        120,
        gt=0,
        description="Maximum time in seconds for a request after its body has arrived, queueing "
        "included; then it is cancelled with 503.",
    )
    stop_grace_s: float = Field(
        30,
        ge=0,
        description="Time in seconds for running requests to finish at shutdown; new requests get "
        "503 meanwhile.",
    )
    workers: int = Field(
        1,
        ge=1,
        le=64,
        description="Number of server processes; `threads` and `queue` are divided among them.",
    )


class LogSettings(BaseModel):
    """Logs and metrics"""

    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The lowest level that is logged."
    )
    log_format: Literal["text", "json"] = Field(
        "text",
        description="Format of each event on stderr: a line of text, or a JSON object.",
    )
    log_users: bool = Field(
        False,
        description="Whether the log contains the end-user of a request; the ledger always does.",
    )
    metrics: Literal["key", "open", "off"] = Field(
        "key",
        description="Access to `/metrics`: `key` requires an admin key, except on a loopback "
        "address without `no-auth` while no key exists; `open` requires none; `off` disables it.",
    )
