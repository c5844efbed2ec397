"""`diabelli serve`: start the server and print how to use it."""

from __future__ import annotations

import errno
import signal
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TimeElapsedColumn

from diabelli.cli.exit_codes import print_notice
from diabelli.cli.logs import configure
from diabelli.cli.metrics_dir import enable_shared_metrics
from diabelli.cli.options import Config
from diabelli.cli.pull import how_to_pull
from diabelli.cli.terminal import LinePrinter, json_text
from diabelli.errors import AddressUnavailable
from diabelli.kernel_cache import compilation_notice, configure_kernel_cache

if TYPE_CHECKING:
    from diabelli.service import Service
    from diabelli.settings import Settings

_console = Console(stderr=True, highlight=False)


def serve(
    host: Annotated[
        str | None,
        typer.Option(help="The address to listen on.", show_default="the setting, 127.0.0.1"),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(help="The port to listen on; 0 picks one.", show_default="the setting, 8000"),
    ] = None,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            help="The folder for result pictures and the secret.", show_default="the setting, data"
        ),
    ] = None,
    config: Config = None,
    no_auth: Annotated[
        bool, typer.Option("--no-auth", help="Accept requests without a key on any address.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option(help="Number of server processes.", show_default="the setting, 1"),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print a line of JSON once the server answers: url, engine."),
    ] = False,
    engines_at: Annotated[
        str | None,
        typer.Option(
            help="The Ray cluster that runs the engines: `auto`, host and port of its head, or "
            "ray://HOST:PORT of its Ray Client.",
            show_default="the setting, none",
        ),
    ] = None,
) -> None:
    """Serve POST /v1/images/variations.

    Every setting of docs/settings.md can be given in the environment or the settings file.
    """
    from diabelli.settings.loading import load_settings

    flags = {
        "host": host,
        "port": port,
        "data_dir": data_dir,
        "auth": "no-auth" if no_auth else None,
        "workers": workers,
        "engines_at": engines_at,
    }
    settings = load_settings(
        {name: value for name, value in flags.items() if value is not None}, config
    )
    configure(settings.log_level, settings.log_format)
    configure_kernel_cache([settings.data_dir / "kernels"])
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    _run(settings, as_json=as_json)


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Exit with code 0 through SystemExit, so that all resources are closed."""
    sys.exit(0)


def _run(settings: Settings, *, as_json: bool) -> None:
    from diabelli.bootstrap import requires_api_keys

    with _bound(settings.host, settings.port) as bound:
        # A name such as `localhost` may resolve to a public address.
        settings = settings.model_copy(update={"host": bound.getsockname()[0]})
        announce = partial(
            _announce, settings, with_key=requires_api_keys(settings), as_json=as_json
        )
        if settings.workers > 1:
            print_notice(_preparation(settings))
            _run_workers(settings, bound, partial(announce, bound.getsockname()[1]))
        _run_alone(settings, bound, partial(announce, bound.getsockname()[1]))


def _run_workers(settings: Settings, bound: socket.socket, on_ready: Callable[[], None]) -> None:
    enable_shared_metrics(settings.data_dir)
    from diabelli.cli.supervisor import Supervisor

    supervisor = Supervisor(settings, bound, on_ready)
    supervisor.run()
    sys.exit(supervisor.exit_code)


def _run_alone(settings: Settings, bound: socket.socket, on_ready: Callable[[], None]) -> None:
    from diabelli.api.http.server import Server
    from diabelli.bootstrap import build_app, components

    with components(settings) as parts:
        print_notice(_preparation(settings))
        _warm(parts.service)
        app = build_app(settings, parts)
        Server(app, grace_s=settings.stop_grace_s, on_ready=on_ready).run([bound])


def _bound(host: str, port: int) -> socket.socket:
    """Return a bound socket that does not listen yet, so that a used port is reported at once.

    Raises:
        AddressUnavailable: the address cannot be bound.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sets TCP_NODELAY only if the protocol is given. Without it, the last segment of a
    # response may wait 40 ms for a delayed acknowledgement.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except (OSError, TypeError, ValueError) as cause:
        bound.close()
        if not isinstance(cause, OSError):
            raise AddressUnavailable(
                f"cannot listen on {host!r}: it is no address and no host name"
            ) from cause
        advice = "choose another address with --host, or another port with --port"
        if cause.errno == errno.EADDRINUSE:
            advice = "stop the other program, or choose another port with --port"
        raise AddressUnavailable(
            f"cannot listen on {host}:{port}: {cause.strerror}; {advice}"
        ) from cause
    return bound


def _preparation(settings: Settings) -> str:
    """Return the message before the engines are ready; only a local patch engine is compiled."""
    if settings.engines_at:
        return "Connecting to the engines on the cluster ..."
    plans = [settings.plan(name) for name in _served(settings)]
    needs_kernels = "patch" in _served(settings) or any(
        plan is not None and plan.running.load == "background" for plan in plans
    )
    notice = compilation_notice() if needs_kernels else None
    return notice or "Getting the engine ready ..."


def _served(settings: Settings) -> list[str]:
    """Return the names of the server's engines."""
    return sorted({settings.engine, *settings.models.values()})


def _warm(service: Service) -> None:
    started = time.monotonic()
    with Progress(SpinnerColumn(), TimeElapsedColumn(), console=_console, transient=True) as shown:
        shown.add_task("")
        service.warm_up()
    print_notice(f"The engine is ready after {time.monotonic() - started:.1f} s.")


def _announce(settings: Settings, port: int, *, with_key: bool, as_json: bool) -> None:
    """Print how to use the server, and with `as_json` a line for programs on stdout."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = settings.public_url or f"http://{host}:{port}"
    if as_json:
        facts = {
            "url": base,
            "engine": settings.engine,
            "data_dir": str(settings.data_dir.absolute()),
            "needs_key": with_key,
        }
        LinePrinter()(json_text(facts))
    print_notice(f"Diabelli serves on {base} (documentation: {base}/docs).")
    if settings.accepts_any_input:
        print_notice("It accepts PNG, JPEG, WebP, AVIF and GIF of any shape.")
    else:
        print_notice(
            'It accepts square PNGs of less than 4 MB; inputs = "any" accepts photographs too.'
        )
    print_notice(f"Open {base}/ in a browser, or try it here:\n")
    print_notice(f"  {_curl(base, with_key=with_key)}\n")
    print_notice(_advice(settings))


def _advice(settings: Settings) -> str:
    """Return lines: what the engines of the server give, and what others would."""
    served = _served(settings)
    bridges = {name: found.base_url for name in served if (found := settings.upstream(name))}
    lines = [f"Engine {name}: pictures of the server at {url}." for name, url in bridges.items()]
    plans = [settings.plan(name) for name in served]
    trained = [plan for plan in plans if plan]
    if trained:
        lines.append(f"Trained engines: {', '.join(plan.name for plan in trained)}.")
    elif len(bridges) < len(served):
        lines += [
            "The built-in engine rearranges a picture or shows it in another light, medium or "
            "setting, at once.",
            "A trained engine draws its subject again, in about a minute without a GPU: run "
            f"{how_to_pull()}, then start again.",
        ]
    loading = [plan.name for plan in trained if plan.running.load == "background"]
    if loading:
        lines.append(f"Until {', '.join(loading)} is loaded, the built-in engine answers.")
    return "\n".join(lines)


def _curl(base: str, *, with_key: bool) -> str:
    """Return a curl command that works unchanged, with the sample picture of the package."""
    with as_file(files("diabelli") / "sample.png") as sample:
        key = ' -H "Authorization: Bearer $OPENAI_API_KEY"' if with_key else ""
        return f"curl {base}/v1/images/variations{key} -F image=@{sample}"
