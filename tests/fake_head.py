"""A service that answers as the head of a Ray cluster: to liveness checks and to pings."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module

import grpc


# Ray replaces 127.0.0.1 by another address of the machine.
@contextmanager
def fake_head(answer: grpc.StatusCode, token: str | None = None) -> Iterator[str]:
    """Run a service that answers as the head of a Ray cluster; yield its address.

    Args:
        answer: to all calls.
        token: required for the answer; None for calls that have none.
    """
    # Not at the top: each worker would import Ray, which takes seconds. Ray reads the token once.
    import_module("ray_with_token")
    from ray.core.generated import (
        gcs_service_pb2,
        gcs_service_pb2_grpc,
        ray_client_pb2,
        ray_client_pb2_grpc,
    )

    def check(context) -> None:
        given = dict(context.invocation_metadata()).get("authorization")
        if token is None:
            assert given is None
        elif given != f"Bearer {token}":
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "refused")
        if answer is not grpc.StatusCode.OK:
            context.abort(answer, "refused")

    class Service(gcs_service_pb2_grpc.NodeInfoGcsServiceServicer):
        def CheckAlive(self, request, context):  # noqa: N802
            check(context)
            return gcs_service_pb2.CheckAliveReply()

    class Client(ray_client_pb2_grpc.RayletDriverServicer):
        def ClusterInfo(self, request, context=None):  # noqa: N802
            check(context)
            return ray_client_pb2.ClusterInfoResponse()

    server = grpc.server(ThreadPoolExecutor(1))
    gcs_service_pb2_grpc.add_NodeInfoGcsServiceServicer_to_server(Service(), server)
    ray_client_pb2_grpc.add_RayletDriverServicer_to_server(Client(), server)
    port = server.add_insecure_port("127.0.0.2:0")
    server.start()
    try:
        yield f"127.0.0.2:{port}"
    finally:
        server.stop(None).wait()
