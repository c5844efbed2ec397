"""Who makes the variations, and how many at a time."""

from __future__ import annotations

import os

from pydantic import BaseModel, Field, ValidationInfo, field_validator


def _cores() -> int:
    """as many as the machine has cores"""
    return os.cpu_count() or 1


class EngineSettings(BaseModel):
    """Engines and threads"""

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

    @field_validator("models")
    @classmethod
    def _always_with_dall_e_2(cls, models: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        return {"dall-e-2": info.data.get("engine", ""), **models}
