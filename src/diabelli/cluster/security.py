"""Refuses Ray clusters that accept calls without a token.

All who reach such a cluster can run code as its user. The address of a node does not limit that:
Ray 2.60 listens on all interfaces, even if the node's address is a loopback address.
"""

from __future__ import annotations

import os
from typing import Any

from diabelli.errors import ClusterRefused, ClusterUnavailable

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


def require_token(gcs_address: str) -> None:
    """Raise `ClusterRefused` if the cluster answers a call without a token.

    Args:
        gcs_address: host and port of its Global Control Service.

    Raises:
        ClusterRefused: The cluster is open.
        ClusterUnavailable: It does not answer.
    """
    if not _refuses(gcs_address, ()):
        raise ClusterRefused(
            f"the Ray cluster at {gcs_address} accepts calls without a token, so all who reach it "
            f"can run code there: {HELP}"
        )


def check_own_token(gcs_address: str) -> None:
    """Raise `ClusterRefused` if the cluster rejects this process's token, or there is none.

    `ray.init` finds it as well, but repeats its call for twenty seconds.

    Args:
        gcs_address: host and port of its Global Control Service.

    Raises:
        ClusterRefused: The token is rejected.
        ClusterUnavailable: The cluster does not answer.
    """
    from ray import _raylet

    # Its module has no types.
    loader: Any = vars(_raylet)["AuthenticationTokenLoader"].instance()
    token: dict[str, str] = loader.get_token_for_http_header() if loader.has_token() else {}
    if _refuses(gcs_address, tuple(token.items())):
        raise ClusterRefused(f"the Ray cluster at {gcs_address} rejects the token: {HELP}")


def _refuses(gcs_address: str, metadata: tuple[tuple[str, str], ...]) -> bool:
    """Return whether the cluster refuses a call with the metadata for lack of a valid token."""
    import grpc
    from ray.core.generated import gcs_service_pb2, gcs_service_pb2_grpc

    with grpc.insecure_channel(gcs_address) as channel:
        stub: Any = gcs_service_pb2_grpc.NodeInfoGcsServiceStub
        requests: Any = gcs_service_pb2
        call = stub(channel).CheckAlive
        try:
            call(requests.CheckAliveRequest(), timeout=PROBE_S, metadata=metadata)
        except grpc.RpcError as answer:
            if answer.code() in (
                grpc.StatusCode.UNAUTHENTICATED,
                grpc.StatusCode.PERMISSION_DENIED,
            ):
                return True
            raise ClusterUnavailable(
                f"the Ray cluster at {gcs_address} does not answer: {answer.code().name}"
            ) from answer
    return False
