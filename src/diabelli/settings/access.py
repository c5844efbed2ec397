"""Who may ask."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode


def _comma_separated(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


class AuthSettings(BaseModel):
    """Who may ask"""

    api_keys: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_comma_separated)] = Field(
        (),
        description="Keys that requests may carry beside those of `diabelli keys create`, "
        "separated by commas in the environment.",
    )
    auth: Literal["keys", "no-auth"] = Field(
        "keys",
        description="`no-auth` says in so many words that a server on other than a loopback "
        "address needs no keys.",
    )
