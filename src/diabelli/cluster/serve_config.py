"""The applications of a cluster as values, and as the configuration file of Ray Serve.

`serve deploy` and the RayService of KubeRay take the file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from diabelli.cluster.deployment import DEPLOYMENT
from diabelli.cluster.options import ReplicaOptions
from diabelli.cluster.ray_cluster import application_name
from diabelli.errors import MissingExtra

IMPORT_PATH = "diabelli.replica_app:application"
"""Module and function that build an application from `EngineApplication.args`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineApplication:
    """The configuration of one engine on a cluster.

    Attributes:
        version: of Diabelli.
        engine: name of the engine.
        settings: the settings that the engine depends on, as JSON values.
        options: of its replicas.
    """

    version: str
    engine: str
    settings: Mapping[str, Any]
    options: ReplicaOptions

    @property
    def name(self) -> str:
        """Name of the Serve application."""
        return application_name(self.engine)

    @property
    def digest(self) -> str:
        """SHA-256 of the configuration and the version of Diabelli; equal ones need no deploy."""
        parts = [self.version, self.engine, self.settings, self.options.model_dump(mode="json")]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    @property
    def args(self) -> dict[str, Any]:
        """Arguments of the function at `IMPORT_PATH`."""
        return {
            "engine": self.engine,
            "settings": dict(self.settings),
            "options": self.options.model_dump(mode="json", exclude_defaults=True),
        }


def to_yaml(config: Mapping[str, Any]) -> str:
    """Return a configuration as YAML.

    Raises:
        MissingExtra: PyYAML, which Ray requires, is not installed.
    """
    try:
        import yaml
    except ImportError as cause:
        raise MissingExtra(extra="cluster", purpose="a file in YAML") from cause
    return str(yaml.safe_dump(dict(config), sort_keys=False))


def serve_config(applications: Sequence[EngineApplication]) -> dict[str, Any]:
    """Return the configuration of Ray Serve; without HTTP, because servers call by handles."""
    return {
        "proxy_location": "Disabled",
        "applications": [
            {
                "name": each.name,
                "route_prefix": None,
                "import_path": IMPORT_PATH,
                "args": each.args,
                "deployments": [{"name": DEPLOYMENT, **each.options.deployment()}],
            }
            for each in applications
        ],
    }
