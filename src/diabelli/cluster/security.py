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
    import grpc
    from ray.core.generated import gcs_service_pb2, gcs_service_pb2_grpc

    with grpc.insecure_channel(gcs_address) as channel:
        stub: Any = gcs_service_pb2_grpc.NodeInfoGcsServiceStub
        requests: Any = gcs_service_pb2
        try:
            stub(channel).CheckAlive(requests.CheckAliveRequest(), timeout=PROBE_S)
        except grpc.RpcError as answer:
            if answer.code() in (
                grpc.StatusCode.UNAUTHENTICATED,
                grpc.StatusCode.PERMISSION_DENIED,
            ):
                return
            raise ClusterUnavailable(
                f"the Ray cluster at {gcs_address} does not answer: {answer.code().name}"
            ) from answer
    raise ClusterRefused(
        f"the Ray cluster at {gcs_address} accepts calls without a token, so all who reach it "
        f"can run code there: {HELP}"
    )
