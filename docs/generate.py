"""Writes the pages of docs/ that the code determines; a test fails where one is out of date."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from diabelli.engines.diffusion.presets import PRESETS, Preset
from diabelli.settings import PREFIX, TOPICS
from diabelli.settings.conduct import Conduct
from diabelli.settings.entry import Entry

HERE = Path(__file__).parent
TABLE, END = "<!-- Written by docs/generate.py from presets.py. -->", "<!-- End of the table. -->"
CONDUCT = Conduct.model_fields

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
```

{topics}

{entry}

In the environment, `api_keys` is separated by commas, `models` and `engines` are JSON.

## Where keys are needed

On a loopback address (the default) no key is needed.
On any other address the server starts only with `api_keys`, or with `auth = "no-auth"` (`--no-auth`), which says that everybody who reaches the server may use it.
Where there are keys, they are needed on every address.
"""


def settings_page() -> str:
    """docs/settings.md."""
    own = {name: field for name, field in Entry.model_fields.items() if name not in CONDUCT}
    return SETTINGS.format(
        prefix=PREFIX,
        topics="\n\n".join(_table(topic, topic.model_fields) for topic in TOPICS),
        entry=_table(Entry, own),
    )


def engines_page() -> str:
    """docs/engines.md, with its table of presets made anew."""
    before, _, rest = (HERE / "engines.md").read_text("utf-8").partition(TABLE)
    _, _, after = rest.partition(END)
    head = ("engine", "licence", "memory", "side", "steps", "strength sets", "look")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    lines += [f"| {' | '.join(_facts(preset))} |" for preset in PRESETS.values()]
    return f"{before}{TABLE}\n{chr(10).join(lines)}\n{END}{after}"


def _facts(preset: Preset) -> tuple[str, ...]:
    """What the table tells of one preset."""
    source = preset.pipeline
    where = f"[`{preset.name}`](https://huggingface.co/{source.source})"
    dial = f"`{preset.dial.argument}` {preset.dial.low:g} to {preset.dial.high:g}"
    pinned = f"`{source.revision[:7]}`"
    return (
        f"{where} at {pinned}",
        preset.licence,
        f"{preset.vram_gb:g} GB",
        str(preset.side),
        str(preset.steps),
        dial,
        preset.look,
    )


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


PAGES = {"settings.md": settings_page, "engines.md": engines_page}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
