"""The files that put the engines of several edges on a Ray cluster: Compose and KubeRay."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.proxies import DEPLOY, program
from deploy.test_manifests import compose, manifests
from diabelli.cluster.serve_config import serve_config
from diabelli.replica_app import engine_applications
from diabelli.settings import Settings

KUBERNETES = "1.34"
TOKEN = {"name": "diabelli-ray", "key": "auth_token"}


def ray_objects() -> dict[str, Any]:
    """Return the objects of kubernetes-ray.yaml, by kind."""
    text = (DEPLOY / "kubernetes-ray.yaml").read_text("utf-8")
    return {each["kind"]: each for each in yaml.safe_load_all(text)}


def cluster() -> dict[str, Any]:
    """Return the cluster of the RayService."""
    found: dict[str, Any] = ray_objects()["RayService"]["spec"]["rayClusterConfig"]
    return found


def pods() -> list[dict[str, Any]]:
    """Return the templates of the head and of the workers."""
    return [
        each["template"] for each in [cluster()["headGroupSpec"], *cluster()["workerGroupSpecs"]]
    ]


def patch() -> dict[str, Any]:
    """Return the container of the edges in the patch."""
    patch = yaml.safe_load((DEPLOY / "kubernetes-ray-edges.yaml").read_text("utf-8"))
    (container,) = patch["spec"]["template"]["spec"]["containers"]
    return dict(container)


def patched(folder: Path) -> dict[str, Any]:
    """Return the Deployment of the edges with the patch, by kubectl."""
    before = folder / "before.yaml"
    before.write_text(yaml.safe_dump(manifests()["Deployment"]))
    words = ["patch", "--local", "--filename", str(before), "--output", "yaml"]
    words += ["--patch-file", str(DEPLOY / "kubernetes-ray-edges.yaml")]
    ended = subprocess.run([program("kubectl"), *words], capture_output=True, check=True)
    found: dict[str, Any] = yaml.safe_load(ended.stdout)
    return found


def check(manifest: dict[str, Any]) -> None:
    """Check an object against the schema of its kind; an unknown field fails."""
    validator = pytest.importorskip("kubernetes_validate", reason="no kubernetes-validate here")
    validator.validate(manifest, KUBERNETES, strict=True)


@pytest.mark.parametrize("kind", [*manifests(), "RaySecret"])
def test_objects_are_valid(kind: str) -> None:
    """They follow the schemas of Kubernetes, and an unknown field would be found."""
    found = (manifests() | {"RaySecret": ray_objects()["Secret"]})[kind]
    check(found)
    with pytest.raises(Exception, match="unknown"):
        check(found | {"unknown": 1})


def test_the_patched_edges_are_valid(tmp_path: Path) -> None:
    """The patch keeps settings, mounts and the other probe of the edges."""
    before, after = manifests()["Deployment"], patched(tmp_path)
    check(after)
    (old,), (new,) = (each["spec"]["template"]["spec"]["containers"] for each in (before, after))
    for name in ("env", "volumeMounts"):
        assert [each for each in old[name] if each not in new[name]] == []
    assert new["readinessProbe"] == old["readinessProbe"]
    assert new["startupProbe"] == old["startupProbe"]


def test_the_pods_of_ray_are_valid() -> None:
    """As pods of Kubernetes; the schema of RayService itself takes a megabyte, and is left out."""
    for pod in pods():
        check({"apiVersion": "v1", "kind": "Pod", **pod})


def test_the_engines_are_those_of_the_command() -> None:
    """`serveConfigV2` is the output of `diabelli cluster config` for some settings."""
    # Not at the top: each worker would import Ray, which takes seconds.
    from ray_with_token import ray

    config = yaml.safe_load(ray_objects()["RayService"]["spec"]["serveConfigV2"])
    ray.serve.schema.ServeDeploySchema.model_validate(config)
    settings = Settings(replicas={"patch": {"max_replicas": 4}})
    assert config == serve_config(engine_applications(settings))


def test_ray_requires_the_token_everywhere(tmp_path: Path) -> None:
    """Nodes and edges have that of the same secret, and Ray's version is the tested one."""
    found = ray_objects()
    assert found["Secret"]["metadata"]["name"] == TOKEN["name"]
    assert list(found["Secret"]["stringData"]) == [TOKEN["key"]]
    assert cluster()["authOptions"] == {"mode": "token", "secretName": TOKEN["name"]}
    environment = {each["name"]: each for each in patch()["env"]}
    assert environment["RAY_AUTH_MODE"]["value"] == "token"
    assert environment["RAY_AUTH_TOKEN"]["valueFrom"] == {"secretKeyRef": TOKEN}
    constraints = (DEPLOY.parent / "constraints.txt").read_text("utf-8")
    assert f"\nray=={cluster()['rayVersion']}\n" in constraints


def test_the_edges_find_the_head() -> None:
    """By the service that KubeRay names after the RayService; the image has Ray."""
    head = f"{ray_objects()['RayService']['metadata']['name']}-head-svc:6379"
    (words,) = patch()["args"]
    assert f"ray start --address={head} --num-cpus=0" in words
    assert f"exec entrypoint serve --engines-at {head}" in words
    text = (DEPLOY / "kubernetes-ray.yaml").read_text("utf-8")
    assert "EXTRAS=postgres,redis,s3,cluster" in text
    assert cluster()["headGroupSpec"]["rayStartParams"]["num-cpus"] == "0"


def test_workers_become_ready_without_an_http_proxy() -> None:
    """KubeRay would request the proxy of Ray Serve, which is disabled."""
    for group in cluster()["workerGroupSpecs"]:
        (container,) = group["template"]["spec"]["containers"]
        assert container["readinessProbe"]["httpGet"] == {"path": "/api/healthz", "port": 52365}


def test_the_pods_of_ray_have_no_more_rights_than_edges() -> None:
    """The same user, a read-only file system, and no usage statistics."""
    edges = manifests()["Deployment"]["spec"]["template"]["spec"]
    for pod in pods():
        assert pod["spec"]["securityContext"] == edges["securityContext"]
        (container,) = pod["spec"]["containers"]
        assert container["securityContext"] == edges["containers"][0]["securityContext"]
        assert {"name": "RAY_USAGE_STATS_ENABLED", "value": "0"} in container["env"]
        assert not pod["spec"]["automountServiceAccountToken"]


def test_the_edges_of_compose_run_their_engines_on_ray() -> None:
    """The node and the edges share the token, which has no default, and Ray's dashboard is off."""
    text = (DEPLOY / "compose.ray.yaml").read_text("utf-8")
    found = yaml.safe_load(re.sub(r"\$\{(\w+):\?\}", r"\1", text))["services"]
    assert set(found) == {*compose()["services"], "ray"} - {"nginx", "postgres", "redis", "bucket"}
    assert found["edge-1"] == found["edge-2"]
    (words,) = found["edge-1"]["command"]
    assert "ray start --address=ray:6379 --num-cpus=0" in words
    assert "exec entrypoint serve --engines-at ray:6379" in words
    (words,) = found["ray"]["command"]
    assert "ray start --head --port=6379 --include-dashboard=false" in words
    for service in found.values():
        assert service["environment"]["RAY_AUTH_MODE"] == "token"
        assert service["environment"]["RAY_AUTH_TOKEN"] == "RAY_AUTH_TOKEN"
        assert service["build"]["args"]["EXTRAS"] == "postgres,redis,s3,cluster"
        assert "ports" not in service
