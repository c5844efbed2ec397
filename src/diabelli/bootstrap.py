"""The composition root: builds services, gates, routes and the application from settings."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from functools import partial

from anyio import to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute, Mount

from diabelli import __version__, engines
from diabelli.api.admission import Admission
from diabelli.api.app import aliases, create_app, route
from diabelli.api.auth import Authenticator, admin_check, anonymous_policy
from diabelli.api.http.early_response import EarlyResponseMiddleware
from diabelli.api.http.origin_guard import OriginGuard
from diabelli.api.http.request_middleware import RequestMiddleware
from diabelli.api.http.security_headers import default_headers
from diabelli.api.links import RESULTS, Links
from diabelli.api.metrics import Metrics, load_of
from diabelli.api.routes.health import PATH as HEALTH
from diabelli.api.routes.health import Check, Health
from diabelli.api.routes.index import IndexPages
from diabelli.api.routes.metrics import metrics_endpoint
from diabelli.api.routes.models import Models
from diabelli.api.routes.results import Results
from diabelli.api.routes.static import PATH as WEB
from diabelli.api.routes.static import StaticFiles
from diabelli.api.routes.usage import DATA as USAGE_DATA
from diabelli.api.routes.usage import PATH as USAGE
from diabelli.api.routes.usage import Usage
from diabelli.api.variations.blocklist_gate import BlocklistGate
from diabelli.api.variations.endpoint import Variations
from diabelli.api.variations.idempotency import Idempotency
from diabelli.api.variations.rate_limit import RateLimiter
from diabelli.api.variations.recording import Recorder
from diabelli.cleanup import INTERVAL_S, CleanupTask, PeriodicCleanup, if_leading
from diabelli.cluster.ray_cluster import RayCluster
from diabelli.cluster.remote_engine import RemoteEngine
from diabelli.credentials.signer import CredentialSigner
from diabelli.engines import Engine
from diabelli.engines.diffusion.engine_manager import EngineManager
from diabelli.engines.diffusion.fallback import FallbackEngine
from diabelli.engines.upstream.engine import UpstreamEngine
from diabelli.engines.upstream.manager import UpstreamManager
from diabelli.errors import InvalidSettings, LedgerUnavailable, UnknownEngine
from diabelli.ledger.blocklist_cache import Blocklist
from diabelli.ledger.database import Database, sqlite_url
from diabelli.ledger.entries import Entries
from diabelli.ledger.idempotency_store import IdempotencyStore
from diabelli.ledger.keys import IssuedKeys
from diabelli.ledger.leases import Lease
from diabelli.ledger.migrations import migrate
from diabelli.ledger.store_sizes import StoreSizeLog
from diabelli.ledger.store_totals import StoreTotal
from diabelli.net import is_loopback
from diabelli.object_store import open_object_store
from diabelli.pictures import DecoderProcesses
from diabelli.private_files import ensure_private_dir, load_or_create_secret
from diabelli.quota.memory import in_memory
from diabelli.quota.quota import Quota
from diabelli.quota.redis import in_redis
from diabelli.quota.sql import delete_expired, in_ledger
from diabelli.service import Service
from diabelli.settings import Settings
from diabelli.storage import BucketStorage, LocalStorage, Storage
from diabelli.worker_pool import shorten_gil_switch_interval

CANCEL_GRACE_S = 5
"""Seconds after its deadline by which a cancelled request has certainly stopped."""
LEASE_S = 3 * INTERVAL_S
"""Seconds after which another server does the cleanup of a killed one; two runs may fail."""


def signing_secret(settings: Settings) -> bytes:
    """Return the secret that signs links; create the one of the data directory if needed.

    Raises:
        StoreUnavailable: The file of the secret can be neither created nor read.
    """
    given = settings.signing_secret
    return given.get_secret_value().encode() if given else load_or_create_secret(settings.data_dir)


def build_storage(settings: Settings, database: Database) -> Storage:
    """Return the storage in the bucket of the settings, or else in the data directory.

    Args:
        settings: the settings.
        database: counts the size of a bucket.

    Raises:
        StoreUnavailable: the data directory cannot be written.
        InvalidSettings: the bucket's URL or environment is invalid.
        MissingExtra: the extra `s3` is not installed.
        LedgerUnavailable: the size of the bucket cannot be counted.
    """
    secret, limit_bytes = signing_secret(settings), round(settings.store_limit_gb * 1e9)
    if settings.storage is None:
        return LocalStorage(
            ensure_private_dir(settings.data_dir) / "pictures",
            secret,
            settings.lifetime_s,
            limit_bytes=limit_bytes,
        )
    return BucketStorage(
        open_object_store(settings.storage),
        secret,
        settings.lifetime_s,
        count=StoreTotal(database, settings.storage),
        limit_bytes=limit_bytes,
        presigned=settings.storage_links == "presigned",
        deletes=settings.storage_expiry == "delete",
        keeps_attributes=not settings.storage.startswith("file:"),
    )


LEDGER_FILE = "ledger.sqlite3"
"""Name of the ledger in the data directory, unless the setting `ledger` names another database."""


def open_ledger(settings: Settings) -> Database:
    """Open the ledger's database and migrate its tables; the caller closes it.

    Raises:
        LedgerUnavailable: the database cannot be opened.
        InvalidSettings: its URL is invalid.
        MissingExtra: its driver is not installed.
    """
    data = ensure_private_dir(settings.data_dir)
    given = settings.ledger
    database = Database(given.get_secret_value() if given else sqlite_url(data / LEDGER_FILE))
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return database


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineManagers:
    """The owners of the shared parts of engines: devices, and the upstreams' event loop."""

    trained: EngineManager
    upstream: UpstreamManager

    def check(self) -> None:
        """Raise `EngineFailed` if a thread has ended or a device is lost."""
        self.trained.check()
        self.upstream.check()

    def close(self) -> None:
        """Stop all work of engines."""
        self.trained.close()
        self.upstream.close()


def create_managers(settings: Settings) -> EngineManagers:
    """Return managers without engines; the caller closes them."""
    return EngineManagers(
        trained=EngineManager(settings.vram_budget_gb), upstream=UpstreamManager()
    )


def build_engine(
    settings: Settings,
    managers: EngineManagers,
    name: str,
    *,
    user_secret: bytes = b"",
    has_fallback: bool = True,
) -> Engine:
    """Return an engine with the options of the settings.

    Args:
        settings: the settings.
        managers: own the engine's shared parts.
        name: of the engine.
        user_secret: key of the hashes by which upstreams receive end-users.
        has_fallback: whether the patch engine may serve while weights are loaded in the background.

    Raises:
        UnknownEngine: there is no engine of that name.
        DiabelliError: it cannot run on this machine.
    """
    known = dict.fromkeys([*engines.available_engines(), *settings.engines])
    if name not in known:
        raise UnknownEngine(f"no engine is called {name!r}; there are: {', '.join(known)}")
    if upstream := settings.upstream(name):
        return UpstreamEngine(
            name,
            upstream,
            managers.upstream,
            timeout_s=settings.deadline_s,
            user_secret=user_secret,
        )
    plan = settings.plan(name)
    if plan is None:
        return engines.load(name)
    engine = managers.trained.engine(plan)
    if plan.running.load == "background" and has_fallback:
        return FallbackEngine(engine, engines.load("patch"))
    return engine


def build_signer(settings: Settings) -> CredentialSigner | None:
    """Return the signer of content credentials; None without a certificate.

    Raises:
        MissingExtra: the extra `c2pa` is not installed.
        InvalidSettings: the files cannot be read, or cannot sign.
    """
    certificate, key = settings.credentials_certificate, settings.credentials_key
    if certificate is None or key is None:
        return None
    return CredentialSigner.from_files(certificate, key, records_source=settings.credentials_source)


def build_service(
    settings: Settings, storage: Storage, managers: EngineManagers, decoders: DecoderProcesses
) -> Service:
    """Return the service with every engine that the settings name.

    Raises:
        UnknownEngine: there is no engine of that name.
        MissingExtra: the dependencies of an engine, or of the cluster, are not installed.
        DiabelliError: a trained engine cannot run on this machine.
    """
    names = dict.fromkeys([settings.engine, *settings.models.values()])
    secret = signing_secret(settings)
    cluster = RayCluster(settings.engines_at, version=__version__) if settings.engines_at else None

    def create(name: str) -> Engine:
        if cluster is None or settings.upstream(name):
            return build_engine(settings, managers, name, user_secret=secret)
        return RemoteEngine(
            name, cluster, managers.upstream, version=__version__, tries=settings.replica_tries
        )

    return Service(
        engines={name: create(name) for name in names},
        storage=storage,
        threads=settings.threads,
        signer=build_signer(settings),
        decode=decoders.decode,
    )


def build_quota(settings: Settings, database: Database) -> Quota:
    """Return the quota with the backend of the settings.

    Raises:
        MissingExtra: the backend's dependencies are not installed.
        InvalidSettings: `limits_url` is invalid.
    """
    ttl_s = settings.deadline_s + CANCEL_GRACE_S
    given = settings.limits_url.get_secret_value() if settings.limits_url else ""
    is_shared = settings.workers > 1 or settings.shared_address
    match given or ("ledger" if is_shared else "memory"):
        case "memory":
            return Quota(in_memory(ttl_s))
        case "ledger":
            return Quota(in_ledger(database, ttl_s))
        case url:
            return Quota(in_redis(url, ttl_s))


def requires_api_keys(settings: Settings) -> bool:
    """Return whether a server with these settings requires API keys.

    Raises:
        InvalidSettings: the server would be open to other machines by accident, or authentication
            is disabled although there are keys.
    """
    with closing(open_ledger(settings)) as database:
        issued = IssuedKeys(database)
        exist, active = issued.any_exist(), issued.any_active()
    if settings.auth == "no-auth":
        if active:
            raise InvalidSettings(
                "auth is `no-auth`, yet there are keys: revoke the keys, or remove `auth`"
            )
        return False
    if not settings.api_keys and not active and settings.is_public:
        where = settings.host if not is_loopback(settings.host) else settings.public_url
        raise InvalidSettings(
            f"{where} is not a loopback address, so the server needs an API key: make one "
            "with `diabelli keys create`, set api_keys, or set auth to `no-auth`"
        )
    return exist or bool(settings.api_keys)


def cleanup_tasks(
    settings: Settings, storage: Storage, database: Database, lease: Lease
) -> tuple[CleanupTask, ...]:
    """Return the periodic tasks.

    They delete expired pictures, entries beyond their retention, expired stored responses and
    expired limit counters, and record the store size. Only the holder of the lease works on what
    servers share; each cleans its own folder.
    """
    retention_s = settings.retention_days * 86400
    entries, sizes = Entries(database), StoreSizeLog(database)

    def measure() -> int:
        sizes.record(storage.size)
        return sizes.delete_before(time.time() - retention_s)

    shared: tuple[CleanupTask, ...] = (
        measure,
        lambda: entries.delete_before(time.time() - retention_s),
        IdempotencyStore(database, settings.lifetime_s).delete_expired,
        lambda: delete_expired(database, time.time()),
    )
    if settings.storage is not None:
        shared = (storage.delete_expired, *shared)
    own = () if settings.storage is not None else (storage.delete_expired,)
    return (*own, *(if_leading(lease.acquire, task) for task in shared))


def _release(lease: Lease) -> None:
    # If this fails, the lease ends by itself.
    with suppress(LedgerUnavailable):
        lease.release()


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """The parts of a server below its HTTP interface.

    Attributes:
        cleanup: None in a server without cleanup.
        managers: None in a server with neither trained nor upstream engines.
    """

    service: Service
    storage: Storage
    database: Database
    quota: Quota
    cleanup: PeriodicCleanup | None = None
    managers: EngineManagers | None = None


@contextmanager
def components(settings: Settings) -> Iterator[Components]:
    """Open the components for the context. Expired data is removed at once."""
    shorten_gil_switch_interval()
    # Libraries also create files below the data directory: metrics and compiled kernels.
    os.umask(0o077)
    with ExitStack() as stack:
        database = stack.enter_context(closing(open_ledger(settings)))
        storage = build_storage(settings, database)
        managers = stack.enter_context(closing(create_managers(settings)))
        decoders = stack.enter_context(closing(DecoderProcesses()))
        service = stack.enter_context(closing(build_service(settings, storage, managers, decoders)))
        lease = Lease(database, "cleanup", LEASE_S)
        stack.callback(_release, lease)
        tasks = cleanup_tasks(settings, storage, database, lease)
        yield Components(
            service=service,
            storage=storage,
            database=database,
            quota=build_quota(settings, database),
            cleanup=stack.enter_context(closing(PeriodicCleanup(tasks))),
            managers=managers,
        )


def build_app(
    settings: Settings, parts: Components, on_shutdown: Callable[[], None] = lambda: None
) -> Starlette:
    """Return the ASGI application of the components.

    Args:
        settings: the server's settings.
        parts: closed by the caller.
        on_shutdown: called after the last request, when all entries are written.
    """
    admission = Admission(settings.queue)
    metrics = Metrics(
        partial(load_of, parts.service, admission),
        parts.storage.size,
        parts.storage.limit_bytes or math.inf,
    )
    if parts.managers:
        parts.managers.upstream.on_call = metrics.observe_upstream
    recorder = Recorder(Entries(parts.database))

    async def shut_down() -> None:
        await recorder.drain()
        await to_thread.run_sync(on_shutdown)

    keys = Authenticator(
        (key.get_secret_value() for key in settings.api_keys),
        IssuedKeys(parts.database),
        anonymous=anonymous_policy(settings),
    )
    guard = Middleware(
        OriginGuard,
        is_open=keys.accepts_anonymous,
        allowed_origins=settings.allowed_origins,
        open_prefixes=(HEALTH, RESULTS + "/"),
    )
    return create_app(
        build_routes(settings, parts, keys, admission, metrics, recorder),
        [
            Middleware(EarlyResponseMiddleware),
            Middleware(
                RequestMiddleware,
                metrics=metrics,
                default_headers=default_headers(settings.public_url),
                log_users=settings.log_users,
                quiet_prefix=HEALTH,
            ),
            # With `no-auth`, any site may use the server: the operator chose so.
            *([guard] if settings.auth == "keys" else ()),
        ],
        admission=admission,
        on_shutdown=shut_down,
    )


def engine_checks(parts: Components) -> dict[str, Check]:
    """Return a readiness check for each engine; upstreams and replicas can be unavailable."""
    checks = parts.managers.upstream.checks if parts.managers else {}
    return {name: checks.get(name, lambda: None) for name in parts.service.engine_names}


def build_routes(
    settings: Settings,
    parts: Components,
    keys: Authenticator,
    admission: Admission,
    metrics: Metrics,
    recorder: Recorder,
) -> list[BaseRoute]:
    """Return all routes. The name of each is its label in metrics."""
    variations = Variations(
        settings,
        service=parts.service,
        links=Links(parts.storage, settings.public_url),
        keys=keys,
        admission=admission,
        recorder=recorder,
        limiter=RateLimiter(settings, parts.quota),
        idempotency=Idempotency(
            IdempotencyStore(parts.database, settings.lifetime_s), parts.storage
        ),
        metrics=metrics,
        blocklist=BlocklistGate(Blocklist(parts.database)),
    )
    models = Models(settings.models, parts.service.info, keys)
    results = Results(parts.storage)
    web = StaticFiles()
    pages = IndexPages(settings.public_url, web)
    health = Health(
        {
            "engines": parts.service.check,
            "storage": parts.storage.check,
            "ledger": parts.database.check,
            "server": admission.check,
            **({"cleanup": parts.cleanup.check} if parts.cleanup else {}),
            **({"devices": parts.managers.check} if parts.managers else {}),
        },
        engines=engine_checks(parts),
    )
    require_admin = admin_check(keys, settings)
    read_metrics = metrics_endpoint(metrics, None if settings.metrics == "open" else require_admin)
    usage = Usage(parts.database, parts.storage.size, require_admin, web)
    return [
        *aliases("POST", "images/variations", variations.create),
        *aliases("GET", "models", models.list),
        *aliases("GET", "models/{model}", models.retrieve),
        route("GET", RESULTS + "/{hour}/{name}", results.read),
        route("GET", HEALTH + "/live", health.live),
        route("GET", HEALTH + "/ready", health.ready),
        *([route("GET", "/metrics", read_metrics)] if settings.metrics != "off" else ()),
        route("GET", "/", pages.index),
        route("GET", "/docs", pages.docs),
        route("GET", "/docs/", pages.docs, name="/docs"),
        route("GET", "/openapi.json", pages.openapi),
        route("GET", "/favicon.ico", web.favicon),
        route("GET", USAGE, usage.page),
        route("GET", USAGE_DATA, usage.data),
        Mount(WEB, GZipMiddleware(web), name=WEB + "/{name}"),
    ]
