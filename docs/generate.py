"""Writes the generated pages of docs/; a test fails if one is out of date."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from commands import commands_page
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from reference import reference_page

from diabelli import errors
from diabelli.api.errors import exceptions
from diabelli.api.errors.responses import SORRY, ErrorSpec, spec_for
from diabelli.api.metrics import FAMILIES
from diabelli.cluster.options import ReplicaOptions
from diabelli.conformance.checks import CHECKS
from diabelli.engines.diffusion.presets import PRESETS, Preset, Weights
from diabelli.engines.diffusion.runtime import RuntimeOptions
from diabelli.engines.upstream.options import UpstreamOptions
from diabelli.settings import PREFIX, TOPICS
from diabelli.settings.engines import EngineConfig

HERE = Path(__file__).parent
TABLE, END = "<!-- Written by docs/generate.py from presets.py. -->", "<!-- End of the table. -->"
OPTIONS = RuntimeOptions.model_fields
GROUPS = (errors.DiabelliError, errors.ClientError, errors.OperatorError)
"""Classes that only group others."""

SETTINGS = """# Settings

<!-- Written by docs/generate.py from src/diabelli/settings/; change it there. -->

Precedence, highest first: a flag of `diabelli serve`, the environment, the settings file, the default.
The file is `diabelli.toml` in the working directory, or the path given by `--config`.
An environment variable has the prefix `{prefix}` and the setting's name in capitals.
All errors are reported together at start, and an unknown name is an error.

```toml
# diabelli.toml
port = 9000
inputs = "any"
api_keys = ["sk-one", "sk-two"]

[models]
variations-2 = "patch"

[metering."dall-e-2"]
source = 85
variation = {{ "256x256" = 100, "512x512" = 200, "1024x1024" = 400 }}
```

{topics}

{entry}

{upstream}

{replicas}

In the environment, `api_keys` is separated by commas or a JSON list; `models`, `engines`, `replicas` and `metering` are JSON.

[Keys and limits](keys.md#when-keys-are-needed) describes when the server needs keys, and when it refuses to start without one.
"""


def settings_page() -> str:
    """Return docs/settings.md."""
    own = {name: field for name, field in EngineConfig.model_fields.items() if name not in OPTIONS}
    return SETTINGS.format(
        prefix=PREFIX,
        topics="\n\n".join(_table(topic, topic.model_fields) for topic in TOPICS),
        entry=_table(EngineConfig, own),
        upstream=_table(UpstreamOptions, UpstreamOptions.model_fields),
        replicas=_table(ReplicaOptions, ReplicaOptions.model_fields),
    )


def engines_page() -> str:
    """Return docs/engines.md with a regenerated table of presets."""
    before, _, rest = (HERE / "engines.md").read_text("utf-8").partition(TABLE)
    _, _, after = rest.partition(END)
    head = ("engine", "licence", "memory", "side", "steps", "work", "strength sets", "look")
    head += ("run with its real weights by us",)
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    lines += [f"| {' | '.join(_facts(preset))} |" for preset in PRESETS.values()]
    return f"{before}{TABLE}\n{chr(10).join(lines)}\n{END}{after}"


def _facts(preset: Preset) -> tuple[str, ...]:
    """Return the table cells of one preset."""
    links = [_link(preset.name, preset.pipeline)]
    links += [_link(one.source.partition("/")[2], one) for one in preset.weights[1:]]
    dial = f"`{preset.dial.argument}` {preset.dial.low:g} to {preset.dial.high:g}"
    return (
        ", with ".join(links),
        preset.licence,
        f"{preset.vram_gb:g} GB",
        str(preset.side),
        str(preset.steps),
        f"{preset.work} T",
        dial,
        preset.look,
        "yes" if preset.verified else "no",
    )


def _link(name: str, weights: Weights) -> str:
    """Return the link to weights on the hub, with their revision."""
    return f"[`{name}`](https://huggingface.co/{weights.source}) at `{weights.revision[:7]}`"


def _table(topic: type[BaseModel], fields: Mapping[str, FieldInfo]) -> str:
    """Return one topic: its heading, and a row for each setting."""
    rows = [
        f"| `{name}` | {_default(field)} | {field.description} |" for name, field in fields.items()
    ]
    head = [f"## {topic.__doc__}", "", "| setting | default | meaning |", "|---|---|---|"]
    return "\n".join([*head, *rows])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if field.default is not PydanticUndefined:
        value = field.default
        return "none" if value in (None, (), {}) else f"`{value}`"
    return str(field.default_factory.__doc__)


METRICS = """# Metrics

<!-- Written by docs/generate.py from src/diabelli/api/metrics.py; change it there. -->

`GET /metrics` returns them in Prometheus's text format.
The setting `metrics` ([settings](settings.md)) controls access: by default it needs an admin key (`diabelli keys create --admin`), except on a loopback address without `no-auth` and without any key.
With `--workers` each process returns the sums over all processes; counters restart from zero with the command.

| metric | type | labels | meaning |
|---|---|---|---|
{rows}

As usual in Prometheus, a counter also has `..._created`, a histogram `..._bucket`, `..._sum` and `..._count`.
The values of `reason` are the reasons on the page of [errors](errors.md).
No label has values that clients choose, nor a key, a user or a picture.
With several processes, the gauges of the other processes have the values of their latest event.

```yaml
# prometheus.yml
scrape_configs:
  - job_name: diabelli
    authorization:
      credentials_file: /etc/prometheus/diabelli.key
    static_configs:
      - targets: ["127.0.0.1:8000"]
```

| question | query |
|---|---|
| Pictures per minute | `60 * sum(rate(diabelli_images_total[5m]))` |
| 95th percentile of the queue wait | `histogram_quantile(0.95, sum by (le) (rate(diabelli_stage_seconds_bucket{{stage="queued"}}[5m])))` |
| Utilisation of the worker threads | `sum(diabelli_engine_busy) / sum(diabelli_engine_threads)` |
| Rejected requests per second, by reason | `sum by (reason) (rate(diabelli_rejections_total{{reason=~"overloaded|took_too_long"}}[5m]))` |
| Server errors per second | `sum(rate(diabelli_requests_total{{status="500"}}[5m]))` |

## Health

| path | answer |
|---|---|
| `/health/live` | 200 while the process responds. |
| `/health/ready` | 200 if requests can be served, else 503 with the list `failing`: `engines` (not warmed up yet), `storage` (pictures cannot be written), `ledger` (it cannot be read), `devices` (a thread of trained or upstream engines has failed, or a device does not recover: restart), `cleanup` (its thread has failed), `server` (it is stopping). |

Upstream engines that do not respond are listed as `unavailable`; the status is 503 only if no engine is left.
Neither needs a key, and both are logged at level `debug` only.
"""

ERRORS = """# Errors

<!-- Written by docs/generate.py from src/diabelli/errors.py and src/diabelli/api/; change it there. -->

Over HTTP every error is OpenAI's object, with all four keys: `{{"error": {{"code", "message", "param", "type"}}}}`.
The log and the metrics name an error by its `reason`, which is more specific than OpenAI's `code`.
If the message is "{sorry}", the log has the cause under the request's `x-request-id`.
429 and 503 have `Retry-After`, unless a request asks for more images than its limit allows at all.
A malformed or ambiguous HTTP request gets 400 and its connection is closed; it has no reason.
The reason `unforeseen` is an unexpected exception; it gets 500.
The command prints an error as one sentence on stderr and sets an exit code: 2 for an invalid command or invalid settings, 3 for an incomplete installation, 1 for other errors.

| status | type | code | reason | when | what to do |
|---|---|---|---|---|---|
{rows}
"""

REMEDIES: dict[type[Exception], str] = {
    errors.DiabelliError: "Find the request in the log by its id.",
    errors.ClientError: "Follow the message.",
    errors.InvalidPicture: "Send a picture as the message describes.",
    errors.NotSquare: 'Crop or pad the picture first; or ask the operator to set `inputs = "any"`.',
    errors.UnknownEngine: "Name one that `diabelli engines` lists.",
    errors.ContentPolicyViolation: "Send another picture, or ask the operator to unblock it.",
    errors.UserBlocked: "Ask the operator: `diabelli unblock user ID`.",
    errors.InvalidSignature: "Use the URL unchanged, with its whole query.",
    errors.LinkExpired: "Send a new request, and fetch within the lifetime of links (`lifetime_s`).",
    errors.PictureNotFound: "Use the URL unchanged; pictures are deleted when they expire.",
    errors.QuotaExceeded: "Wait for the time in `Retry-After`, or ask for a higher limit.",
    errors.OperatorError: "Operator: follow the message, on the terminal or in the log.",
    errors.MemoryUnavailable: "Retry later; operator: add memory or lower `threads`.",
    errors.CredentialsFailed: "Operator: renew the certificate; the log has the reason.",
    errors.StoreUnavailable: "Operator: make `data_dir` writable, and free space on its disk; for "
    "a bucket, see [failures](scaling.md#failures).",
    errors.StoreFull: "Caller: retry later, or use `b64_json`. Operator: raise `store_limit_gb`, or "
    "lower `lifetime_s`.",
    errors.LedgerUnavailable: "Operator: check the database of `ledger`, its disk and its locks.",
    errors.QuotaUnavailable: "Operator: check the store at `limits_url`.",
    errors.EngineFailed: "Retry; if it persists, report it with the trace from the log.",
    errors.UpstreamUnavailable: "Retry after the time in `Retry-After`; operator: start the server at "
    "`base_url`, and check it with `diabelli engines check`.",
    errors.UpstreamRefused: "Operator: `diabelli engines check`, and the line `upstream.error` of the "
    "log.",
    errors.ClusterUnavailable: "Retry after the time in `Retry-After`; operator: `diabelli cluster "
    "status`.",
    errors.ClusterBusy: "Retry after the time in `Retry-After`; operator: raise `replicas` or `queued`.",
    errors.ClusterRefused: "Operator: follow the message; see [the cluster](cluster.md).",
    errors.VersionMismatch: "Operator: install one version everywhere, then `diabelli cluster deploy`.",
    errors.UpstreamInterrupted: "Do not retry by program: the picture may have been paid for.",
    errors.Cancelled: "Nothing: the client had disconnected.",
    exceptions.MissingApiKey: "Send a key as `Authorization: Bearer KEY`.",
    exceptions.InvalidApiKey: "Send a key that the operator made and has not revoked.",
    exceptions.AdminRequired: "Use a key that was made with `diabelli keys create --admin`.",
    exceptions.CrossOriginRefused: "Make a key, or add the origin to `allowed_origins`.",
    exceptions.RouteNotFound: "`/docs` lists the routes.",
    exceptions.MethodNotAllowed: "Use a method of the response's `Allow`.",
    exceptions.WrongContentType: "Send `multipart/form-data`.",
    exceptions.MalformedForm: "Build the form with a library.",
    exceptions.BodyTooLarge: "Send a smaller body; operator: raise `max_body_bytes`.",
    exceptions.BodyStalled: "Send the body without pauses; operator: raise `body_timeout_s`.",
    exceptions.IdempotencyKeyReused: "Use a new `Idempotency-Key` for each new request.",
    exceptions.UnknownModel: "Name one of `GET /v1/models`.",
    exceptions.ModelNotFound: "Name one of `GET /v1/models`.",
    exceptions.SchemaViolation: "Send the fields as [the API](api.md) describes them.",
    exceptions.Overloaded: "Wait for the time in `Retry-After`; operator: raise `threads` or `queue`.",
    exceptions.DeadlineExceeded: "Request fewer or smaller variations; operator: raise `deadline_s`.",
    exceptions.ShuttingDown: "Retry; another process or the restarted one will answer.",
}
"""Remedy of an error class; it also applies to subclasses without their own entry."""


CHECKS_PAGE = """# Conformance checks

<!-- Written by docs/generate.py from src/diabelli/conformance/; change it there. -->

The {total} checks of [`diabelli conformance`](conformance.md), in the order in which they run.
`published` means OpenAI's reference or a standard that it names, `observed` means behaviour of the retired service and of real clients, `declared` means an extension that the server's `/openapi.json` declares.

| check | basis | requirement |
|---|---|---|
{rows}
"""


def checks_page() -> str:
    """Return docs/conformance-checks.md."""
    rows = [
        f"| `{c.id}` | {c.basis.value} | {c.says.replace('|', chr(92) + '|')} |" for c in CHECKS
    ]
    return CHECKS_PAGE.format(total=len(CHECKS), rows="\n".join(rows))


def metrics_page() -> str:
    """Return docs/metrics.md."""
    rows = [
        f"| `{family.name}` | {family.kind} | {', '.join(f'`{label}`' for label in family.labels) or 'none'} | {family.help} |"
        for family in FAMILIES
    ]
    return METRICS.format(rows="\n".join(rows))


def errors_page() -> str:
    """Return docs/errors.md."""
    rows = sorted((_spec(kind).status, _row(kind)) for kind in every_error(errors.DiabelliError))
    return ERRORS.format(rows="\n".join(row for _, row in rows), sorry=SORRY)


def every_error(root: type[errors.DiabelliError]) -> list[type[errors.DiabelliError]]:
    """Return the class and all its subclasses, without those that only group others."""
    below = [kind for branch in root.__subclasses__() for kind in every_error(branch)]
    ours = root.__module__.startswith("diabelli.")
    return [*([root] if ours and root not in GROUPS else []), *below]


def _spec(kind: type[errors.DiabelliError]) -> ErrorSpec:
    """Return the HTTP response of the class."""
    return spec_for(kind.__new__(kind))


def _row(kind: type[errors.DiabelliError]) -> str:
    spec = _spec(kind)
    code = f"`{spec.code}`" if spec.code else "null"
    when = (kind.__doc__ or "").partition("\n")[0]
    remedy = next(REMEDIES[above] for above in kind.__mro__ if above in REMEDIES)
    return f"| {spec.status} | `{spec.type}` | {code} | `{kind.code}` | {when} | {remedy} |"


PAGES = {
    "reference.md": reference_page,
    "commands.md": commands_page,
    "conformance-checks.md": checks_page,
    "settings.md": settings_page,
    "metrics.md": metrics_page,
    "errors.md": errors_page,
    "engines.md": engines_page,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
