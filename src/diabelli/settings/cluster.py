"""Settings of engines on a Ray cluster."""

from __future__ import annotations

from pydantic import BaseModel, Field

from diabelli.cluster.options import ReplicaOptions


class ClusterSettings(BaseModel):
    """Engines on a Ray cluster"""

    engines_at: str | None = Field(
        None,
        description="The Ray cluster that runs the engines: `auto` for the cluster of this "
        "machine's Ray node, or host and port of its head; unset runs them in the server.",
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
