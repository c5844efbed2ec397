"""Where the server listens."""

from __future__ import annotations

from pydantic import BaseModel, Field


class ServerSettings(BaseModel):
    """The server"""

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
