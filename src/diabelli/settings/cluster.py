"""Settings of engines on a Ray cluster."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from diabelli.cluster.options import ReplicaOptions
from diabelli.cluster.ray_client import client_address
from diabelli.errors import InvalidSettings


def _check_address(address: str) -> str:
    try:
        client_address(address)
    except InvalidSettings as fault:
        raise ValueError(fault.message) from None
    return address


class ClusterSettings(BaseModel):
    """Engines on a Ray cluster"""

    engines_at: Annotated[str, AfterValidator(_check_address)] | None = Field(
        None,
        description="The Ray cluster that runs the engines: `auto` for the cluster of this "
        "machine's Ray node, host and port of its head, or `ray://HOST:PORT` of its Ray Client, "
        "which starts a Ray node on this machine; unset runs them in the server.",
    )
    replica_tries: int = Field(
        3,
        ge=1,
        le=10,
        description="Maximum number of tries of a request whose replica ends before it has "
        "answered.",
    )
    replicas: dict[str, ReplicaOptions] = Field(
        {},
        description="Engines on the cluster, each with the number and the resources of its "
        "replicas; see below.",
    )
