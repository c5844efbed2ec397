"""Refuses Ray clusters that accept calls without a token.

All who reach such a cluster can run code as its user. The address of a node does not limit that:
Ray 2.60 listens on all interfaces, even if the node's address is a loopback address.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from diabelli.errors import ClusterRefused, ClusterUnavailable

Metadata = tuple[tuple[str, str], ...]
Call = Callable[[Any, Metadata], None]
"""Makes one cheap call on a gRPC channel with the metadata; raises `grpc.RpcError`."""

PROBE_S = 5
"""Seconds to wait for the answer to a call without a token."""
HELP = (
    "start every node with RAY_AUTH_MODE=token and the same token (RAY_AUTH_TOKEN_PATH; "
    "`ray get-auth-token --generate` makes one), and set both for this command, too"
)


def set_environment() -> None:
    """Set Ray's variables; must be called before Ray is imported.

    Ray does not report usage to its makers, unless the operator has set the variable. No call
    starts a cluster on this machine, as Ray's threads would after the connection is closed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ["RAY_ENABLE_AUTO_CONNECT"] = "0"


def call_gcs(channel: Any, metadata: Metadata) -> None:
    """Ask the Global Control Service of a cluster whether it is alive."""
    from ray.core.generated import gcs_service_pb2, gcs_service_pb2_grpc

    stub: Any = gcs_service_pb2_grpc.NodeInfoGcsServiceStub
    messages: Any = gcs_service_pb2
    stub(channel).CheckAlive(messages.CheckAliveRequest(), timeout=PROBE_S, metadata=metadata)


def call_ray_client(channel: Any, metadata: Metadata) -> None:
    """Send a ping to the Ray Client port of a cluster."""
    from ray.core.generated import ray_client_pb2, ray_client_pb2_grpc

    stub: Any = ray_client_pb2_grpc.RayletDriverStub
    messages: Any = ray_client_pb2
    ping = messages.ClusterInfoRequest(type=messages.ClusterInfoType.PING)
    stub(channel).ClusterInfo(ping, timeout=PROBE_S, metadata=metadata)


def require_token(address: str, call: Call = call_gcs) -> None:
    """Raise `ClusterRefused` if the cluster answers a call without a token.

    Args:
        address: host and port of its Global Control Service, or of what `call` calls.
        call: makes the call.

    Raises:
        ClusterRefused: The cluster is open, or the port is that of another service.
        ClusterUnavailable: It does not answer.
    """
    if not _refuses(address, call, ()):
        raise ClusterRefused(
            f"the Ray cluster at {address} accepts calls without a token, so all who reach it "
            f"can run code there: {HELP}"
        )


def check_own_token(address: str, call: Call = call_gcs) -> None:
    """Raise `ClusterRefused` if the cluster rejects this process's token, or there is none.

    `ray.init` finds it as well, but repeats its call for twenty seconds.

    Args:
        address: as for `require_token`.
        call: makes the call.

    Raises:
        ClusterRefused: The token is rejected, or the port is that of another service.
        ClusterUnavailable: The cluster does not answer.
    """
    from ray import _raylet

    # Its module has no types.
    loader: Any = vars(_raylet)["AuthenticationTokenLoader"].instance()
    token: dict[str, str] = loader.get_token_for_http_header() if loader.has_token() else {}
    if _refuses(address, call, tuple(token.items())):
        raise ClusterRefused(f"the Ray cluster at {address} rejects the token: {HELP}")


def _refuses(address: str, call: Call, metadata: Metadata) -> bool:
    """Return whether the cluster refuses a call with the metadata for lack of a valid token."""
    import grpc

    with grpc.insecure_channel(address) as channel:
        try:
            call(channel, metadata)
        except grpc.RpcError as answer:
            if answer.code() in (
                grpc.StatusCode.UNAUTHENTICATED,
                grpc.StatusCode.PERMISSION_DENIED,
            ):
                return True
            if answer.code() is grpc.StatusCode.UNIMPLEMENTED:
                raise ClusterRefused(
                    f"another service of Ray answers at {address}: HOST:PORT needs the port of the "
                    "head's Global Control Service, often 6379, and ray://HOST:PORT that of its "
                    "Ray Client, often 10001"
                ) from answer
            raise ClusterUnavailable(
                f"the Ray cluster at {address} does not answer: {answer.code().name}"
            ) from answer
    return False
