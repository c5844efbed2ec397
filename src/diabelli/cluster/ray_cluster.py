"""Connection to a Ray cluster; the only place that translates Ray's exceptions."""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, cast

from diabelli.cluster.cancelled_calls import CancelledCalls
from diabelli.cluster.messages import (
    Failed,
    Message,
    ReplicaInfo,
    decode_message,
    encode_request,
)
from diabelli.cluster.ray_client import client_address, find_gcs_address
from diabelli.cluster.reachability import check_gcs, check_ways
from diabelli.cluster.remote_engine import ReplicaLost
from diabelli.cluster.security import HELP, check_own_token, require_token, set_environment
from diabelli.errors import (
    Cancelled,
    ClusterBusy,
    ClusterRefused,
    ClusterUnavailable,
    MissingExtra,
)
from diabelli.variation import Image, VariationSpec

NAMESPACE = "diabelli"
"""Ray namespace of the connection; Serve has its own."""
APPLICATION_PREFIX = "diabelli-"
"""Prefix of the names of Serve applications; the rest is the engine's name."""

CONNECT_S = 10.0
"""Seconds that the first check may take; it connects to the cluster, which takes about five."""
JOIN_S = 300.0
"""The same with an address of Ray Client, where the cluster is asked and a node started first."""
MAX_QUESTIONS = 10_000
"""Number of replicas' calls that wait for the cancelled calls of one server."""


def application_name(engine: str) -> str:
    """Return the name of an engine's Serve application."""
    return APPLICATION_PREFIX + engine


class RayCluster:
    """A connection that is opened by the first call; one for each process."""

    def __init__(self, address: str, *, version: str) -> None:
        """Create the connection without opening it.

        Args:
            address: `auto` for the cluster of this machine's node, host and port of its Global
                Control Service, or `ray://` with host and port of its Ray Client.
            version: of Diabelli.

        Raises:
            InvalidSettings: An address of Ray Client is incomplete.
            MissingExtra: Ray is not installed.
        """
        self._client = client_address(address)
        _require_ray()
        self.connect_s = CONNECT_S if self._client is None else JOIN_S
        self._address = address
        self._version = version
        self._lock = threading.Lock()
        self._connected = False
        self._owned = False
        self._handles: dict[str, Any] = {}
        self._cancelled_calls: Any = None
        self._closing = threading.Event()
        self._node: IO[bytes] | None = None

    def connect(self) -> None:
        """Open the connection if it is not open; blocks for some seconds.

        With an address of Ray Client, a node is started on this machine unless one runs.

        Raises:
            ClusterUnavailable: No cluster responds at the address.
            ClusterRefused: The cluster accepts calls without a token, rejects the token, or cannot
                be joined by this machine.
        """
        with self._lock:
            if not self._connected:
                try:
                    self._open()
                except BaseException:
                    self._release()
                    raise
                self._connected = True

    def disconnect(self) -> None:
        """Close the connection if this object has opened it, also while it is being opened.

        A node that was started ends soon after its last user.
        """
        self._closing.set()
        with self._lock:
            self._release()
            self._closing.clear()

    async def check(self, engine: str) -> None:
        """Return if at least one replica runs, or can be started on demand.

        Raises:
            ClusterUnavailable: No cluster responds, or it has no such replica.
            ClusterRefused: The cluster may not be used.
        """
        await asyncio.to_thread(self._check, engine)

    async def describe(self, engine: str) -> ReplicaInfo:
        """Return the description of the engine from any of its replicas."""
        handle = await asyncio.to_thread(self._handle, engine)
        with _translated(engine):
            return cast(ReplicaInfo, await handle.describe.remote())

    async def make(
        self, engine: str, source: Image, spec: VariationSpec
    ) -> AsyncGenerator[Message, None]:
        """Stream the messages of one call; closing the generator cancels it."""
        handle = await asyncio.to_thread(self._handle, engine)
        calls, call = self._cancelled_calls, secrets.token_hex(16)
        stream = handle.options(stream=True).make.remote(
            self._version, encode_request(source, spec), calls, call
        )
        try:
            while True:
                with _translated(engine):
                    try:
                        content = await anext(stream)
                    except StopAsyncIteration:
                        return
                message = decode_message(content)
                if isinstance(message, Failed) and isinstance(message.fault, Cancelled):
                    # This process has not cancelled the call, so the actor may have ended for good.
                    self._forget(calls)
                    raise ReplicaLost("the replica has cancelled the call")
                yield message
        except (GeneratorExit, asyncio.CancelledError):
            _cancel(stream, calls, call)
            raise

    async def close(self) -> None:
        """Disconnect."""
        await asyncio.to_thread(self.disconnect)

    def _open(self) -> None:
        set_environment()
        import ray
        from ray._private.services import canonicalize_bootstrap_address_or_die

        if ray.is_initialized():
            require_token(ray.get_runtime_context().gcs_address)
            return
        if self._client is None:
            with _translated_connection(self._address):
                address = canonicalize_bootstrap_address_or_die(self._address)
            # Also because `ray.init` would repeat its first call without end if none answers.
            require_token(address)
            check_own_token(address)
        else:
            address = self._join(self._client)
        with _translated_connection(self._address):
            ray.init(
                address=address,
                namespace=NAMESPACE,
                log_to_driver=False,
                configure_logging=False,
                logging_level=logging.WARNING,
            )
        self._owned = True
        if self._client is not None:
            check_ways()

    def _release(self) -> None:
        """Forget the connection, and close it if this object has opened it."""
        import ray

        if self._owned:
            ray.shutdown()
        if self._node is not None:
            self._node.close()
        self._node = self._cancelled_calls = None
        self._connected = self._owned = False
        self._handles.clear()

    def _join(self, client: str) -> str:
        """Make this machine a node of the cluster; return host and port of the cluster's GCS."""
        from diabelli.cluster.own_node import hold_node

        address = find_gcs_address(client, self._closing)
        check_gcs(address)
        with _translated_connection(self._address):
            self._node = hold_node(address, self._closing)
        return address

    def _check(self, engine: str) -> None:
        self.connect()
        from ray import serve

        with _translated(engine):
            applications = serve.status().applications
        found = applications.get(application_name(engine))
        if found is None:
            raise _not_deployed(engine)
        # Without a running replica, an application that scales to zero is RUNNING nevertheless;
        # one that replaces a lost replica is not, but serves.
        replicas = running_replicas(found)
        if str(found.status.value) != "RUNNING" and not replicas:
            raise ClusterUnavailable(
                f"the engine {engine!r} on the cluster is {found.status.value}: {found.message}"
            )

    def _handle(self, engine: str) -> Any:
        """Return the engine's Serve handle; blocks while it is looked up.

        The actor with the cancelled calls of this process runs afterwards.
        """
        self.connect()
        from ray import serve

        if engine not in self._handles:
            with _translated(engine):
                self._handles[engine] = serve.get_app_handle(application_name(engine))
        with self._lock:
            if self._cancelled_calls is None:
                self._cancelled_calls = _start_cancelled_calls()
        return self._handles[engine]

    def _forget(self, calls: Any) -> None:
        """Let the next call start another actor with cancelled calls, unless one did."""
        with self._lock:
            if self._cancelled_calls is calls:
                self._cancelled_calls = None


def running_replicas(application: Any) -> int:
    """Return the number of running replicas in the status of a Serve application."""
    return sum(
        count
        for deployment in application.deployments.values()
        for state, count in deployment.replica_states.items()
        if str(getattr(state, "value", state)) == "RUNNING"
    )


def _require_ray() -> None:
    """Raise `MissingExtra` unless Ray Serve is installed."""
    from importlib.util import find_spec

    if find_spec("ray") is None or find_spec("grpc") is None:
        raise MissingExtra(extra="cluster", purpose="a Ray cluster")


def _start_cancelled_calls() -> Any:
    """Return the handle of a new actor, preferably on the node of this process.

    It ends with this process's connection; if its own process ends, Ray starts another one.
    """
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    own = NodeAffinitySchedulingStrategy(ray.get_runtime_context().get_node_id(), soft=True)
    actor: Any = ray.remote(CancelledCalls)
    return actor.options(
        num_cpus=0,
        max_concurrency=MAX_QUESTIONS,
        max_restarts=-1,
        max_task_retries=-1,
        scheduling_strategy=own,
    ).remote()


def _cancel(stream: Any, calls: Any, call: str) -> None:
    """Cancel a call; no-op if it has ended, for example because no replica could take it."""
    from ray.exceptions import RayError
    from ray.serve.exceptions import RayServeException

    with suppress(RayError, RayServeException):
        stream.cancel()
    with suppress(RayError):
        calls.add.remote(call)


def _not_deployed(engine: str) -> ClusterUnavailable:
    return ClusterUnavailable(
        f"the engine {engine!r} is not on the cluster: run `diabelli cluster deploy`"
    )


@contextmanager
def _translated_connection(address: str) -> Iterator[None]:
    """Translate exceptions of `ray.init`."""
    from ray.exceptions import AuthenticationError

    try:
        yield
    except AuthenticationError as cause:
        raise ClusterRefused(f"the Ray cluster at {address} rejects the token: {HELP}") from cause
    except (ConnectionError, RuntimeError, ValueError) as cause:
        raise ClusterUnavailable(
            f"there is no Ray cluster at {address!r} with a node on this machine, or it rejects "
            f"the token ({HELP}): " + str(cause).splitlines()[0]
        ) from cause


@contextmanager
def _translated(engine: str) -> Iterator[None]:
    """Translate exceptions of calls."""
    from ray import exceptions
    from ray.serve import exceptions as serve_exceptions

    try:
        yield
    except serve_exceptions.BackPressureError as cause:
        raise ClusterBusy from cause
    except (
        exceptions.RayActorError,
        exceptions.ObjectLostError,
        exceptions.WorkerCrashedError,
        exceptions.NodeDiedError,
        serve_exceptions.ReplicaUnavailableError,
    ) as cause:
        raise ReplicaLost(type(cause).__name__) from cause
    except (exceptions.RayError, serve_exceptions.RayServeException) as cause:
        raise ClusterUnavailable(
            f"the call of the engine {engine!r} on the cluster failed: {type(cause).__name__}"
        ) from cause
