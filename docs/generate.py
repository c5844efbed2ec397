"""Writes the pages of docs/ that the code determines; a test fails where one is out of date."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from commands import commands_page
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from diabelli import errors
from diabelli.api.errors import exceptions
from diabelli.api.errors.responses import SORRY, ErrorSpec, spec_for
from diabelli.api.metrics import FAMILIES
from diabelli.engines.diffusion.presets import PRESETS, Preset, Weights
from diabelli.settings import PREFIX, TOPICS
from diabelli.settings.conduct import EngineRuntime
from diabelli.settings.entry import EngineConfig

HERE = Path(__file__).parent
TABLE, END = "<!-- Written by docs/generate.py from presets.py. -->", "<!-- End of the table. -->"
CONDUCT = EngineRuntime.model_fields

SETTINGS = """# Settings

<!-- Written by docs/generate.py from src/diabelli/settings/; change it there. -->

A flag of `diabelli serve` beats the environment, which beats the settings file, which beats the default.
The file is `diabelli.toml` in the working directory, or the one that `--config` names.
In the environment a setting is called `{prefix}` and its name in capitals.
All faults are told together, at start, and a name that does not exist is a fault.

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

In the environment, `api_keys` is separated by commas, `models` and `engines` are JSON.

Where the server asks for keys, and when it refuses to start without one, is told in [keys and limits](keys.md#where-keys-are-needed).
"""


def settings_page() -> str:
    """docs/settings.md."""
    own = {name: field for name, field in EngineConfig.model_fields.items() if name not in CONDUCT}
    return SETTINGS.format(
        prefix=PREFIX,
        topics="\n\n".join(_table(topic, topic.model_fields) for topic in TOPICS),
        entry=_table(EngineConfig, own),
    )


def engines_page() -> str:
    """docs/engines.md, with its table of presets made anew."""
    before, _, rest = (HERE / "engines.md").read_text("utf-8").partition(TABLE)
    _, _, after = rest.partition(END)
    head = ("engine", "licence", "memory", "side", "steps", "work", "strength sets", "look")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    lines += [f"| {' | '.join(_facts(preset))} |" for preset in PRESETS.values()]
    return f"{before}{TABLE}\n{chr(10).join(lines)}\n{END}{after}"


def _facts(preset: Preset) -> tuple[str, ...]:
    """What the table tells of one preset."""
    lying = [_place(preset.name, preset.pipeline)]
    lying += [_place(one.source.partition("/")[2], one) for one in preset.weights[1:]]
    dial = f"`{preset.dial.argument}` {preset.dial.low:g} to {preset.dial.high:g}"
    return (
        ", with ".join(lying),
        preset.licence,
        f"{preset.vram_gb:g} GB",
        str(preset.side),
        str(preset.steps),
        f"{preset.work} T",
        dial,
        preset.look,
    )


def _place(name: str, weights: Weights) -> str:
    """Where weights lie, and at which revision."""
    return f"[`{name}`](https://huggingface.co/{weights.source}) at `{weights.revision[:7]}`"


def _table(topic: type[BaseModel], fields: Mapping[str, FieldInfo]) -> str:
    """One topic: its heading, and a row for each setting."""
    rows = [
        f"| `{name}` | {_default(field)} | {field.description} |" for name, field in fields.items()
    ]
    head = [f"## {topic.__doc__}", "", "| setting | default | meaning |", "|---|---|---|"]
    return "\n".join([*head, *rows])


def _default(field: FieldInfo) -> str:
    if field.default is not PydanticUndefined:
        value = field.default
        return "none" if value in (None, (), {}) else f"`{value}`"
    return str(field.default_factory.__doc__)


METRICS = """# Metrics

<!-- Written by docs/generate.py from src/diabelli/api/metrics.py; change it there. -->

`GET /metrics` tells them in Prometheus's text format.
Who may read it says the setting `metrics` ([settings](settings.md)): by default an admin key (`diabelli keys create --admin`), or anybody where the server is on a loopback address, without `no-auth`, and no key is made.
With `--workers` whichever process is asked tells the sums of all; each start of the command counts from zero.

| metric | type | labels | meaning |
|---|---|---|---|
{rows}

A counter has a companion `..._created`, a histogram `..._bucket`, `..._sum` and `..._count` as well, as Prometheus has it.
The values of `reason` are the reasons on the page of [errors](errors.md).
No label ever holds what a client made up, nor a key, a user or a picture.
Where several processes run, the gauges of the others are those of their latest event.

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
| How many pictures a minute? | `60 * sum(rate(diabelli_images_total[5m]))` |
| How long do requests wait for a thread, at worst one in twenty? | `histogram_quantile(0.95, sum by (le) (rate(diabelli_stage_seconds_bucket{{stage="queued"}}[5m])))` |
| How much of the server is in use? | `sum(diabelli_engine_busy) / sum(diabelli_engine_threads)` |
| Does it turn requests away? | `sum by (reason) (rate(diabelli_rejections_total{{reason=~"overloaded|took_too_long"}}[5m]))` |
| Is it at fault? | `sum(rate(diabelli_requests_total{{status="500"}}[5m]))` |

## Health

| path | answer |
|---|---|
| `/health/live` | 200 while the process answers at all. |
| `/health/ready` | 200 where requests can be carried out, else 503 with the parts that are `failing`: `engines` (not warm yet), `storage` (pictures cannot be written), `ledger` (it cannot be read), `server` (it is about to stop). |

Neither asks for a key, and both are in the log at level `debug` only.
"""

ERRORS = """# Errors

<!-- Written by docs/generate.py from src/diabelli/errors.py and src/diabelli/api/; change it there. -->

Over HTTP every error is OpenAI's object, with all four keys: `{{"error": {{"code", "message", "param", "type"}}}}`.
The log and the metrics name an error by its `reason`, which is finer than OpenAI's `code`.
Where the message is "{sorry}", the log has the cause under the request's `x-request-id`.
429 and 503 carry `Retry-After`.
A request that is no HTTP at all, or that could be read in two ways, is answered 400 and its connection closed; it has no reason.
The reason `unforeseen` is a fault that nobody foresaw, which is answered 500.
At the command an error is a sentence on stderr and an exit code: 2 for a command or settings that cannot be followed, 3 for an installation that cannot do it, 1 for the rest.

| status | type | code | reason | when | what to do |
|---|---|---|---|---|---|
{rows}
"""

REMEDIES: dict[type[Exception], str] = {
    errors.DiabelliError: "Look the request up in the log by its id.",
    errors.ClientError: "Do as the message says.",
    errors.InvalidPicture: "Send a picture that the message describes.",
    errors.NotSquare: 'Crop or pad the picture first; or let the operator set `inputs = "any"`.',
    errors.UnknownEngine: "Name one that `diabelli engines` lists.",
    errors.ContentPolicyViolation: "Nothing, or ask the operator to unblock the picture.",
    errors.UserBlocked: "Nothing, or ask the operator: `diabelli unblock user ID`.",
    errors.InvalidSignature: "Use the URL as it was given, with its whole query.",
    errors.LinkExpired: "Ask anew, and fetch within the lifetime of links (`lifetime_s`).",
    errors.PictureNotFound: "Use the URL as it was given; pictures are removed when their time is over.",
    errors.QuotaExceeded: "Wait as long as `Retry-After` says, or ask for a higher limit.",
    errors.OperatorError: "Operator: do as the message says, at the command or in the log.",
    errors.StoreUnavailable: "Operator: make the folder of `data_dir` writable, and room on its disk.",
    errors.LedgerUnavailable: "Operator: see to the database of `ledger`, its disk and its locks.",
    errors.QuotaUnavailable: "Operator: see to what `limits_url` names.",
    errors.EngineFailed: "Try again; if it stays, report it with the trace in the log.",
    errors.Cancelled: "Nothing: nobody was there to be answered.",
    exceptions.MissingApiKey: "Send a key as `Authorization: Bearer KEY`.",
    exceptions.InvalidApiKey: "Send a key that the operator made and has not revoked.",
    exceptions.AdminRequired: "Use a key that was made with `diabelli keys create --admin`.",
    exceptions.RouteNotFound: "See `/docs` for what is served.",
    exceptions.MethodNotAllowed: "Use the method in the answer's `Allow`.",
    exceptions.WrongContentType: "Send `multipart/form-data`.",
    exceptions.MalformedForm: "Let a library build the form.",
    exceptions.BodyTooLarge: "Send less; operator: raise `max_body_bytes`.",
    exceptions.BodyStalled: "Send the body without pauses; operator: raise `body_timeout_s`.",
    exceptions.IdempotencyKeyReused: "Draw a new `Idempotency-Key` for each new request.",
    exceptions.UnknownModel: "Name one of `GET /v1/models`.",
    exceptions.ModelNotFound: "Name one of `GET /v1/models`.",
    exceptions.SchemaViolation: "Send the fields as [the API](api.md) has them.",
    exceptions.Overloaded: "Wait as long as `Retry-After` says; operator: more threads, or a longer `queue`.",
    exceptions.DeadlineExceeded: "Ask for less at a time; operator: raise `deadline_s`.",
    exceptions.ShuttingDown: "Ask again; another process or the restarted one will answer.",
}
"""What to do about an error, and about those below it that have no sentence of their own."""


def metrics_page() -> str:
    """docs/metrics.md."""
    rows = [
        f"| `{family.name}` | {family.kind} | {', '.join(f'`{label}`' for label in family.labels) or 'none'} | {family.help} |"
        for family in FAMILIES
    ]
    return METRICS.format(rows="\n".join(rows))


def errors_page() -> str:
    """docs/errors.md."""
    rows = sorted((_row(kind).status, _error(kind)) for kind in every_error(errors.DiabelliError))
    return ERRORS.format(rows="\n".join(row for _, row in rows), sorry=SORRY)


def every_error(root: type[errors.DiabelliError]) -> list[type[errors.DiabelliError]]:
    """The class and all below it; those that only group others are not raised themselves."""
    below = [kind for branch in root.__subclasses__() for kind in every_error(branch)]
    ours = root.__module__.startswith("diabelli.")
    return [*([root] if ours and root not in GROUPS else []), *below]


GROUPS = (errors.DiabelliError, errors.ClientError, errors.OperatorError)


def _row(kind: type[errors.DiabelliError]) -> ErrorSpec:
    """How the class is answered."""
    return spec_for(kind.__new__(kind))


def _error(kind: type[errors.DiabelliError]) -> str:
    row = _row(kind)
    code = f"`{row.code}`" if row.code else "null"
    when = (kind.__doc__ or "").partition("\n")[0]
    remedy = next(REMEDIES[above] for above in kind.__mro__ if above in REMEDIES)
    return f"| {row.status} | `{row.type}` | {code} | `{kind.code}` | {when} | {remedy} |"


PAGES = {
    "commands.md": commands_page,
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
