"""The configuration of Ray Serve follows the settings."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from diabelli.cli import app
from diabelli.cluster.options import ReplicaOptions
from diabelli.cluster.serve_config import IMPORT_PATH, serve_config, to_yaml
from diabelli.replica_app import engine_applications
from diabelli.settings import Settings

UPSTREAM = {"kind": "upstream", "protocol": "sdapi", "base_url": "http://127.0.0.1:1"}


def test_each_engine_but_upstreams_is_an_application():
    """Upstream engines work elsewhere already."""
    settings = Settings(models={"small": "sd15-lcm", "far": "up"}, engines={"up": UPSTREAM})
    assert [each.name for each in engine_applications(settings)] == [
        "diabelli-patch",
        "diabelli-sd15-lcm",
    ]


def test_ray_accepts_the_configuration():
    """It is valid by Ray Serve's own schema, and opens no HTTP port."""
    # Not at the top: each worker would import Ray, which takes seconds.
    from ray_with_token import ray

    settings = Settings(
        models={"small": "sd15-lcm"},
        engines={"sd15-lcm": {"steps": 3}},
        replicas={
            "sd15-lcm": {"replicas": 0, "max_replicas": 4, "gpus": 0.5, "resources": {"a": 1}},
            "patch": {"replicas": 2, "cpus": 2, "queued": 7, "ongoing": 3},
        },
    )
    config = serve_config(engine_applications(settings))
    checked = ray.serve.schema.ServeDeploySchema.model_validate(json.loads(json.dumps(config)))
    assert checked.proxy_location == "Disabled"
    patch, trained = checked.applications
    assert patch.import_path == IMPORT_PATH
    assert patch.route_prefix is None
    assert patch.deployments[0].num_replicas == 2
    assert patch.deployments[0].max_queued_requests == 7
    assert patch.deployments[0].max_ongoing_requests == 3
    assert trained.args["settings"] == {"engines": {"sd15-lcm": {"steps": 3}}}
    assert trained.deployments[0].autoscaling_config["max_replicas"] == 4
    assert trained.deployments[0].ray_actor_options.num_gpus == 0.5
    assert trained.deployments[0].ray_actor_options.resources == {"a": 1}


def test_the_settings_of_other_engines_are_not_sent():
    """An application has no secrets, and does not change with other engines."""
    settings = Settings(api_keys=("sk-secret",), engines={"up": UPSTREAM, "sd15-lcm": {"steps": 3}})
    (patch,) = engine_applications(settings)
    assert patch.args == {"engine": "patch", "settings": {}, "options": {}}


def test_the_digest_changes_with_what_matters():
    """Equal settings give equal digests; options and versions change them."""
    first, second = (engine_applications(Settings())[0] for _ in range(2))
    other = engine_applications(Settings(replicas={"patch": {"cpus": 2}}))[0]
    assert first.digest == second.digest != other.digest


@pytest.mark.parametrize(
    "options", [{"replicas": 0}, {"replicas": 3, "max_replicas": 2}, {"cpu": 1}, {"gpus": -1}]
)
def test_options_that_contradict_are_refused(options):
    """A fixed number of no replicas, bounds in the wrong order, unknown names."""
    with pytest.raises(ValueError, match=r"replicas|cpu|gpus"):
        ReplicaOptions.model_validate(options)


def test_the_command_prints_the_file(tmp_path):
    """The file is the YAML of the configuration, with and without `--json`."""
    file = tmp_path / "diabelli.toml"
    file.write_text("[replicas.patch]\nreplicas = 2\n")
    expected = serve_config(engine_applications(Settings(replicas={"patch": {"replicas": 2}})))
    run = CliRunner().invoke(app, ["cluster", "config", "--config", str(file)])
    assert run.output == to_yaml(expected)
    run = CliRunner().invoke(app, ["cluster", "config", "--json", "--config", str(file)])
    assert json.loads(run.output) == expected
