"""Writes the pages of docs/ that the code determines; a test fails where one is out of date."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from diabelli.settings import PREFIX, TOPICS

HERE = Path(__file__).parent

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

In the environment, `api_keys` is separated by commas and `models` is JSON.

## Where keys are needed

On a loopback address (the default) no key is needed.
On any other address the server starts only with `api_keys`, or with `auth = "no-auth"` (`--no-auth`), which says that everybody who reaches the server may use it.
Where there are keys, they are needed on every address.
"""


def settings_page() -> str:
    """docs/settings.md."""
    return SETTINGS.format(prefix=PREFIX, topics="\n\n".join(map(_topic, TOPICS)))


def _topic(topic: type[BaseModel]) -> str:
    """One topic: its heading, and a row for each setting."""
    rows = [
        f"| `{name}` | {_default(field)} | {field.description} |"
        for name, field in topic.model_fields.items()
    ]
    head = [f"## {topic.__doc__}", "", "| setting | default | meaning |", "|---|---|---|"]
    return "\n".join([*head, *rows])


def _default(field: FieldInfo) -> str:
    if field.default is not PydanticUndefined:
        value = field.default
        return "none" if value in (None, (), {}) else f"`{value}`"
    return str(field.default_factory.__doc__)


PAGES = {"settings.md": settings_page}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), "utf-8")


if __name__ == "__main__":
    main()
