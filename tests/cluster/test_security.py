"""Clusters that accept calls without a token are refused."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

import grpc
import pytest

from diabelli.cluster import security
from diabelli.cluster.ray_cluster import RayCluster
from diabelli.cluster.security import (
    call_gcs,
    call_ray_client,
    check_own_token,
    require_token,
    set_environment,
)
from diabelli.errors import ClusterRefused, ClusterUnavailable
from fake_head import fake_head

both_ports = pytest.mark.parametrize(
    ("call", "scheme"), [(call_gcs, ""), (call_ray_client, "ray://")], ids=["gcs", "client"]
)


@both_ports
def test_an_open_cluster_is_refused_even_on_loopback(call, scheme):
    """Ray listens on all interfaces, so the address of a node does not limit who reaches it."""
    with (
        fake_head(grpc.StatusCode.OK) as address,
        pytest.raises(ClusterRefused, match="RAY_AUTH_MODE"),
    ):
        require_token(address, call)


@both_ports
def test_a_cluster_with_a_token_is_accepted(call, scheme):
    """A refusal of the call without a token is the proof."""
    with fake_head(grpc.StatusCode.UNAUTHENTICATED) as address:
        require_token(address, call)


@both_ports
def test_another_token_is_rejected_at_once(call, scheme):
    """The message says where the token comes from; the cluster's own token is accepted."""
    import ray_with_token  # noqa: F401

    with fake_head(grpc.StatusCode.OK, token="0" * 64) as address:
        require_token(address, call)
        with pytest.raises(ClusterRefused, match=r"rejects the token: .*RAY_AUTH_TOKEN_PATH"):
            RayCluster(scheme + address, version="1").connect()
    with fake_head(grpc.StatusCode.OK, token=os.environ["RAY_AUTH_TOKEN"]) as address:
        check_own_token(address, call)


@both_ports
def test_any_other_answer_proves_nothing(call, scheme, monkeypatch):
    """A head that fails otherwise, or does not answer, is not used."""
    monkeypatch.setattr(security, "PROBE_S", 1)
    with fake_head(grpc.StatusCode.INTERNAL) as address, pytest.raises(ClusterUnavailable):
        require_token(address, call)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ClusterUnavailable):
        require_token(f"127.0.0.1:{silent.getsockname()[1]}", call)


@both_ports
def test_the_port_of_another_service_is_refused_in_words(call, scheme):
    """The message names both kinds of addresses with their usual ports."""
    with (
        fake_head(grpc.StatusCode.UNIMPLEMENTED) as address,
        pytest.raises(ClusterRefused, match=r"HOST:PORT .*6379.* ray://HOST:PORT .*10001"),
    ):
        require_token(address, call)


def test_usage_statistics_are_off(monkeypatch):
    """Unless the operator has decided."""
    monkeypatch.delenv("RAY_USAGE_STATS_ENABLED", raising=False)
    set_environment()
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "1")
    set_environment()
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "1"


def test_an_address_without_a_cluster_is_unavailable(monkeypatch):
    """A connection is refused at once; a head that does not answer is given up."""
    import ray_with_token  # noqa: F401

    monkeypatch.setattr(security, "PROBE_S", 1)
    with socket.create_server(("127.0.0.2", 0)) as silent:
        address = f"127.0.0.2:{silent.getsockname()[1]}"
        with pytest.raises(ClusterUnavailable, match="does not answer: DEADLINE_EXCEEDED"):
            RayCluster(address, version="1").connect()
    with pytest.raises(ClusterUnavailable, match="does not answer: UNAVAILABLE"):
        RayCluster(address, version="1").connect()


@both_ports
def test_an_open_cluster_gets_no_connection(call, scheme):
    """It is refused before a driver connects."""
    from ray_with_token import ray

    with (
        fake_head(grpc.StatusCode.OK) as address,
        pytest.raises(ClusterRefused, match="RAY_AUTH_MODE"),
    ):
        RayCluster(scheme + address, version="1").connect()
    assert not ray.is_initialized()


def test_no_call_starts_a_cluster():
    """Threads of Ray Serve go on after the connection is closed, and would start one."""
    code = (
        "from diabelli.cluster.security import set_environment; set_environment(); import ray\n"
        "try: ray.wait([])\n"
        "except ray.exceptions.RaySystemError: print(ray.is_initialized())"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "RAY_ENABLE_AUTO_CONNECT": ""},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.stdout == "False\n", ended.stderr
