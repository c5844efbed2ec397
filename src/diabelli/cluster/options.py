"""Options of the replicas of one engine; also an entry of `[replicas]` in the settings."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class ReplicaOptions(BaseModel):
    """An entry of `[replicas]`"""

    model_config = ConfigDict(extra="forbid", frozen=True)

    replicas: int = Field(1, ge=0, le=1000, description="Number of replicas, or the least number.")
    max_replicas: int | None = Field(
        None,
        ge=1,
        le=1000,
        description="The greatest number of replicas; unset means that their number is fixed.",
    )
    cpus: float = Field(
        1,
        ge=0,
        description="CPU cores of each replica; it computes as many variations at the same time.",
    )
    gpus: float = Field(
        0, ge=0, description="GPUs of each replica; a fraction shares a GPU between replicas."
    )
    resources: dict[str, float] = Field(
        {}, description="Custom resources of each replica, as `ray start --resources` names them."
    )
    ongoing: int = Field(4, ge=1, description="Requests that a replica works on at the same time.")
    queued: int = Field(
        32,
        ge=0,
        description="Requests of one server process that wait for a replica; further requests get "
        "503 immediately.",
    )

    @model_validator(mode="after")
    def _check_bounds(self) -> Self:
        if self.max_replicas is None:
            if self.replicas == 0:
                raise ValueError("`replicas` is 0: set `max_replicas` to 1 or more, or `replicas`")
        elif self.max_replicas < self.replicas:
            raise ValueError(
                f"`max_replicas` is {self.max_replicas}, less than `replicas`, {self.replicas}"
            )
        return self

    @property
    def threads(self) -> int:
        """Number of worker threads of a replica."""
        return max(1, round(self.cpus))

    def deployment(self) -> dict[str, Any]:
        """Return the options of the Serve deployment, as its configuration file has them."""
        return {
            **self._scaling(),
            "max_ongoing_requests": self.ongoing,
            "max_queued_requests": self.queued,
            "ray_actor_options": {
                "num_cpus": self.cpus,
                "num_gpus": self.gpus,
                "resources": dict(self.resources),
            },
        }

    def _scaling(self) -> dict[str, Any]:
        if self.max_replicas is None:
            return {"num_replicas": self.replicas}
        return {
            "autoscaling_config": {
                "min_replicas": self.replicas,
                "max_replicas": self.max_replicas,
                "target_ongoing_requests": max(1, self.ongoing / 2),
            }
        }
