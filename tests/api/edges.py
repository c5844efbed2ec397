"""Two edges behind a round-robin balancer, in one process, with state on real servers."""

from __future__ import annotations

import itertools
import secrets
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from redis import Redis

from api.wire import Server, serving
from conftest import EmptyDatabase
from deploy.proxies import free_port, nginx_edges
from diabelli.bootstrap import Components, build_quota, build_storage, open_ledger
from diabelli.engines import Engine
from diabelli.service import Service
from diabelli.settings import Settings


@dataclass(frozen=True)
class SharedServers:
    """The servers that hold the state: PostgreSQL, Redis and a bucket, which the environment names.

    Attributes:
        empty_database: makes databases.
        redis_url: URL of Redis.
        bucket_url: URL of the bucket.
        nginx: whether nginx with deploy/nginx-edges.conf is in front of the edges.
    """

    empty_database: EmptyDatabase
    redis_url: str
    bucket_url: str
    nginx: bool


def start_edges(
    stack: ExitStack,
    folder: Path,
    settings: Settings,
    engines: dict[str, Engine],
    shared: SharedServers,
) -> Server:
    """Start two edges and their balancer; all state that can be shared is new and shared.

    Args:
        stack: ends everything.
        folder: of the data directories.
        settings: of both; a ledger or limits that they name stay.
        engines: by name, used by both.
        shared: holds the state.
    """
    with Redis.from_url(shared.redis_url) as redis:
        redis.flushall()
    given = settings.model_dump(exclude_unset=True)
    own = {
        "ledger": stack.enter_context(shared.empty_database()),
        "limits_url": shared.redis_url,
        "storage": f"{shared.bucket_url}/{secrets.token_hex(4)}",
        "signing_secret": secrets.token_hex(32),
    }
    edges = [
        _start_edge(stack, Settings(**own | given | {"data_dir": folder / name}), engines)
        for name in ("edge-1", "edge-2")
    ]
    ports = [edge.port for edge in edges]
    if shared.nginx:
        port = free_port()
        nginx_edges(stack, Path(stack.enter_context(TemporaryDirectory())), port, *ports)
    else:
        port = stack.enter_context(balanced(ports))
    return replace(edges[0], url=f"http://127.0.0.1:{port}", port=port)


def _start_edge(stack: ExitStack, settings: Settings, engines: dict[str, Engine]) -> Server:
    database = stack.enter_context(closing(open_ledger(settings)))
    storage = build_storage(settings, database)
    service = Service(engines=engines, storage=storage, threads=2)
    stack.callback(service.close)
    service.warm_up()
    quota = build_quota(settings, database)
    parts = Components(service=service, storage=storage, database=database, quota=quota)
    return stack.enter_context(serving(settings, parts))


@contextmanager
def balanced(ports: Sequence[int]) -> Iterator[int]:
    """Forward the connections to a new port to each of `ports` in turn, byte by byte."""
    turns, open_sockets, threads = itertools.cycle(ports), set[socket.socket](), []

    def forward(near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", next(turns))) as far:
            open_sockets.update((near, far))
            back = threading.Thread(target=_copy, args=(far, near))
            back.start()
            _copy(near, far)
            back.join()
            open_sockets.difference_update((near, far))

    def accept() -> None:
        with suppress(OSError):
            while True:
                near, _ = listener.accept()
                threads.append(threading.Thread(target=forward, args=(near,)))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = threading.Thread(target=accept)
        accepting.start()
        try:
            yield listener.getsockname()[1]
        finally:
            # Wakes the thread in `accept`; closing alone does not.
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for each in list(open_sockets):
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()


def _copy(near: socket.socket, far: socket.socket) -> None:
    """Copy until the end of the stream; an end or a reset of one side reaches the other."""
    try:
        while part := near.recv(65536):
            far.sendall(part)
        far.shutdown(socket.SHUT_WR)
    except OSError:
        for each in (near, far):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
