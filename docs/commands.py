"""Generates docs/commands.md from the Typer application; docs/generate.py calls it."""

from __future__ import annotations

from enum import Enum
from typing import Any

import typer

from diabelli.cli import app
from diabelli.cli.examples import EXAMPLES

COMMANDS = """# Commands

<!-- Written by docs/generate.py from src/diabelli/cli/; change it there. -->

`--help` prints the same text for every command.
The commands for keys, blocks and usage work on the ledger directly, whether or not a server runs. Run them as the server's user, so that both can write each other's files.
They find the ledger as the server does: by `diabelli.toml` in the working directory, the environment, `--config` or `--data-dir`.

`diabelli --install-completion` makes bash, zsh, fish or PowerShell complete commands, options, engines and files on Tab, from the shell's next start on.
In zsh the first Tab of a session only loads the completion; press Tab again.

With `--json`, stdout is JSON alone: one value, or for `vary` and `serve` an object a line.
A command that fails before its result prints `{{"error": "...", "code": "..."}}` there; the message is on stderr too, and the exit code is the same.
`code` is stable and meant for programs, such as `invalid_parameter` for words that are no valid command.

`--json` prints bytes of file names that are not UTF-8 as U+FFFD; without it, `diabelli vary` prints such names unchanged.

Exit codes: 0 success, 1 some of the work failed, 2 invalid command or settings, 3 incomplete installation.

{commands}
"""


def commands_page() -> str:
    """Return docs/commands.md."""
    commands = every_command(typer.main.get_command(app), "diabelli")
    return COMMANDS.format(commands="\n\n".join(_command(*found) for found in commands))


def every_command(command: Any, name: str) -> list[tuple[str, Any]]:
    """Return each command that can be called, with its full name."""
    below = getattr(command, "commands", None)
    if below is None:
        return [(name, command)]
    found = [(name, command)] if command.invoke_without_command else []
    return found + [
        each for word, one in below.items() for each in every_command(one, f"{name} {word}")
    ]


def _command(name: str, command: Any) -> str:
    """Return the section of one command: its help, and a row for each argument and option."""
    head = [f"## `{name}`", "", command.help, ""]
    rows = [_parameter(parameter) for parameter in command.params if not parameter.hidden]
    table = ["| argument or option | default | meaning |", "|---|---|---|", *rows]
    example = ["", "```text", *EXAMPLES[name.removeprefix("diabelli ")], "```"]
    return "\n".join([*head, *(table if rows else []), *example])


def _parameter(parameter: Any) -> str:
    """Return the row of a parameter: syntax, default, meaning."""
    option = parameter.opts[0].startswith("-")
    name = ", ".join(parameter.opts) if option else parameter.metavar or parameter.name.upper()
    return f"| `{name}` | {_default(parameter)} | {parameter.help}{_choices(parameter)} |"


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    if getattr(parameter, "is_flag", False):
        return "off"
    if isinstance(parameter.show_default, str):
        return parameter.show_default
    default = getattr(parameter.default, "value", parameter.default)
    return "none" if default in (None, "") else f"`{default}`"


def _choices(parameter: Any) -> str:
    """Return the list of accepted values of an enumeration."""
    kind = parameter.type_descriptor.annotation
    if not (isinstance(kind, type) and issubclass(kind, Enum)):
        return ""
    return " One of " + ", ".join(f"`{choice.value}`" for choice in kind) + "."
