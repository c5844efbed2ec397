"""The files for several edges: Compose and Kubernetes, consistent with the settings."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from deploy.proxies import DEPLOY
from diabelli.api.routes.health import PATH as HEALTH
from diabelli.settings import PREFIX, Settings
from diabelli.settings.loading import load_settings

DEFAULTS = Settings()


def manifests() -> dict[str, Any]:
    """Return the objects of kubernetes.yaml, by kind."""
    text = (DEPLOY / "kubernetes.yaml").read_text("utf-8")
    return {each["kind"]: each for each in yaml.safe_load_all(text)}


def compose() -> dict[str, Any]:
    """Return the content of compose.edges.yaml, with each variable replaced by its name."""
    text = (DEPLOY / "compose.edges.yaml").read_text("utf-8")
    text = text.replace("${PUBLIC_URL:?}", "http://localhost:8080")
    # A name of a variable is shorter than a secret.
    found: dict[str, Any] = yaml.safe_load(re.sub(r"\$\{(\w+):\?\}", r"\1" + "-" * 32, text))
    return found


def loaded(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> Settings:
    """Return the settings of a container's environment; names without the prefix are others'."""
    monkeypatch.chdir("/")
    for name, value in environment.items():
        assert name.startswith((PREFIX, "AWS_")), name
        monkeypatch.setenv(name, value)
    return load_settings({})


def test_both_edges_of_compose_share_their_state(monkeypatch: pytest.MonkeyPatch) -> None:
    """They have the same valid settings; each host of a URL is a service."""
    services = compose()["services"]
    assert services["edge-1"] == services["edge-2"]
    environment = services["edge-1"]["environment"]
    settings = loaded(monkeypatch, environment)
    assert settings.shared_address
    assert settings.ledger is not None
    assert settings.limits_url is not None
    urls = (settings.ledger.get_secret_value(), settings.limits_url.get_secret_value())
    for url in (*urls, environment["AWS_ENDPOINT_URL"]):
        assert urlsplit(url).hostname in services
    bucket = urlsplit(settings.storage).netloc
    assert f"/data/{bucket}" in str(services["bucket"]["volumes"])
    for name in services["edge-1"]["depends_on"]:
        assert name in services


def test_the_proxy_of_compose_reaches_the_edges() -> None:
    """Its upstreams are services, and it listens on the published port."""
    services = compose()["services"]
    text = (DEPLOY / "nginx-edges.conf").read_text("utf-8")
    assert set(re.findall(r"server ([\w-]+):8000", text)) == {"edge-1", "edge-2"} <= set(services)
    (port,) = re.findall(r"listen (\d+);", text)
    assert services["nginx"]["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert "./nginx-edges.conf:" in services["nginx"]["volumes"][0]


def test_containers_outlive_their_last_requests() -> None:
    """Both files wait for longer than `stop_grace_s`."""
    pod = manifests()["Deployment"]["spec"]["template"]["spec"]
    compose_s = int(compose()["services"]["edge-1"]["stop_grace_period"].removesuffix("s"))
    for seconds in (pod["terminationGracePeriodSeconds"], compose_s):
        assert seconds > DEFAULTS.stop_grace_s + 10


def test_images_have_the_extras_of_the_settings() -> None:
    """Both name those of PostgreSQL, Redis and buckets."""
    extras = compose()["services"]["edge-1"]["build"]["args"]["EXTRAS"]
    assert extras == "postgres,redis,s3"
    assert f"EXTRAS={extras}" in (DEPLOY / "kubernetes.yaml").read_text("utf-8")


def test_the_pods_have_valid_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the secret and of the deployment together."""
    found = manifests()
    (container,) = found["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert container["envFrom"] == [{"secretRef": {"name": found["Secret"]["metadata"]["name"]}}]
    own = {each["name"]: each["value"] for each in container["env"]}
    settings = loaded(monkeypatch, found["Secret"]["stringData"] | own)
    assert settings.shared_address
    assert settings.api_keys
    host = urlsplit(settings.public_url).hostname
    assert [each["host"] for each in found["Ingress"]["spec"]["rules"]] == [host]
    assert [each["hosts"] for each in found["Ingress"]["spec"]["tls"]] == [[host]]


def test_kubernetes_names_fit_together() -> None:
    """Selectors match the pods, and ports lead from the ingress to the container."""
    found = manifests()
    template = found["Deployment"]["spec"]["template"]
    labels = template["metadata"]["labels"]
    assert found["Service"]["spec"]["selector"] == labels
    for kind in ("Deployment", "PodDisruptionBudget"):
        assert found[kind]["spec"]["selector"]["matchLabels"] == labels
    (container,) = template["spec"]["containers"]
    (port,) = container["ports"]
    assert f"EXPOSE {port['containerPort']}\n" in (DEPLOY / "Dockerfile").read_text("utf-8")
    (service_port,) = found["Service"]["spec"]["ports"]
    assert service_port["targetPort"] == port["name"]
    (path,) = found["Ingress"]["spec"]["rules"][0]["http"]["paths"]
    assert path["backend"]["service"] == {
        "name": found["Service"]["metadata"]["name"],
        "port": {"name": service_port["name"]},
    }
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = container[probe]["httpGet"]
        assert asked["path"] in (f"{HEALTH}/live", f"{HEALTH}/ready")
        assert asked["port"] == port["name"]
    mounts = {each["name"]: each["mountPath"] for each in container["volumeMounts"]}
    assert set(mounts) == {each["name"] for each in template["spec"]["volumes"]}
    assert mounts["data"] == "/data"


def test_the_pods_run_as_the_images_user() -> None:
    """With a file system that is read-only but for its volumes."""
    spec = manifests()["Deployment"]["spec"]["template"]["spec"]
    user = spec["securityContext"]
    assert f"USER {user['runAsUser']}:{user['runAsGroup']}\n" in (DEPLOY / "Dockerfile").read_text(
        "utf-8"
    )
    (container,) = spec["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert not container["securityContext"]["allowPrivilegeEscalation"]


def test_the_ingress_waits_for_any_request() -> None:
    """Its time-out is longer than any request may take."""
    notes = manifests()["Ingress"]["metadata"]["annotations"]
    seconds = int(notes["nginx.ingress.kubernetes.io/proxy-read-timeout"])
    assert seconds > DEFAULTS.deadline_s + DEFAULTS.body_timeout_s
