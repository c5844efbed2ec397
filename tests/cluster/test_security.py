"""Clusters that accept calls without a token are refused."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module

import grpc
import pytest

from diabelli.cluster import security
from diabelli.cluster.ray_cluster import RayCluster
from diabelli.cluster.security import check_own_token, require_token, set_environment
from diabelli.errors import ClusterRefused, ClusterUnavailable, InvalidSettings


# Ray replaces 127.0.0.1 by another address of the machine.
@contextmanager
def head(answer: grpc.StatusCode, token: str | None = None) -> Iterator[str]:
    """Run a service that answers as the head of a Ray cluster; yield its address.

    Args:
        answer: to all calls.
        token: required for the answer; None for calls that have none.
    """
    # Not at the top: each worker would import Ray, which takes seconds. Ray reads the token once.
    import_module("ray_with_token")
    from ray.core.generated import gcs_service_pb2, gcs_service_pb2_grpc

    class Service(gcs_service_pb2_grpc.NodeInfoGcsServiceServicer):
        def CheckAlive(self, request, context):  # noqa: N802
            given = dict(context.invocation_metadata()).get("authorization")
            if token is None:
                assert given is None
            elif given != f"Bearer {token}":
                context.abort(grpc.StatusCode.UNAUTHENTICATED, "refused")
            if answer is not grpc.StatusCode.OK:
                context.abort(answer, "refused")
            return gcs_service_pb2.CheckAliveReply()

    server = grpc.server(ThreadPoolExecutor(1))
    gcs_service_pb2_grpc.add_NodeInfoGcsServiceServicer_to_server(Service(), server)
    port = server.add_insecure_port("127.0.0.2:0")
    server.start()
    try:
        yield f"127.0.0.2:{port}"
    finally:
        server.stop(None).wait()


def test_an_open_cluster_is_refused_even_on_loopback():
    """Ray listens on all interfaces, so the address of a node does not limit who reaches it."""
    with head(grpc.StatusCode.OK) as address, pytest.raises(ClusterRefused, match="RAY_AUTH_MODE"):
        require_token(address)


def test_a_cluster_with_a_token_is_accepted():
    """A refusal of the call without a token is the proof."""
    with head(grpc.StatusCode.UNAUTHENTICATED) as address:
        require_token(address)


def test_another_token_is_rejected_at_once():
    """The message says where the token comes from; the cluster's own token is accepted."""
    import ray_with_token  # noqa: F401

    with head(grpc.StatusCode.OK, token="0" * 64) as address:
        require_token(address)
        with pytest.raises(ClusterRefused, match=r"rejects the token: .*RAY_AUTH_TOKEN_PATH"):
            RayCluster(address, version="1").connect()
    with head(grpc.StatusCode.OK, token=os.environ["RAY_AUTH_TOKEN"]) as address:
        check_own_token(address)


def test_any_other_answer_proves_nothing(monkeypatch):
    """A head that fails otherwise, or does not answer, is not used."""
    monkeypatch.setattr(security, "PROBE_S", 1)
    with head(grpc.StatusCode.INTERNAL) as address, pytest.raises(ClusterUnavailable):
        require_token(address)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(ClusterUnavailable):
        require_token(f"127.0.0.1:{silent.getsockname()[1]}")


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


def test_an_open_cluster_gets_no_connection():
    """It is refused before a driver connects."""
    import ray

    import ray_with_token  # noqa: F401

    with head(grpc.StatusCode.OK) as address, pytest.raises(ClusterRefused, match="RAY_AUTH_MODE"):
        RayCluster(address, version="1").connect()
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


def test_ray_client_is_refused_in_words():
    """Its connections stream no replies; the message says what to do instead."""
    with pytest.raises(InvalidSettings, match=r"ray start --address HOST:PORT --num-cpus 0"):
        RayCluster("ray://head.example:10001", version="1")
