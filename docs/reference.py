"""Generates docs/reference.md from the docstrings of the public names; generate.py calls it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import diabelli

HEAD = """# Reference of the Python API

<!-- Written by docs/generate.py from the docstrings of src/diabelli/; change it there. -->

All names are imported from `diabelli`. [The library](library.md) has examples.
"""
_SECTION = re.compile(r"^(Args|Attributes|Returns|Yields|Raises):$")
_ENTRY = re.compile(r"^(\*{0,2}[\w`, ]+):(?: (.*))?$")


def reference_page() -> str:
    """Return docs/reference.md."""
    functions, classes, exceptions = [], [], []
    for name in diabelli.__all__:
        value = getattr(diabelli, name)
        if not isinstance(value, type):
            functions.append(_callable(name, value, level=2))
        elif issubclass(value, Exception):
            exceptions.append(_class(name, value))
        else:
            classes.append(_class(name, value))
    return "\n\n".join([HEAD.strip(), *functions, *classes, *exceptions]) + "\n"


def _class(name: str, value: type) -> str:
    """Return the section of a class with its public methods and properties."""
    base = f" ({value.__base__.__name__})" if issubclass(value, Exception) else ""
    parts = [f"## {name}{base}", *_markdown(value.__doc__ or "")]
    if not base and "__init__" in vars(value):
        parts.insert(1, f"```text\n{name}{_signature(value.__init__)}\n```")
    for member, own in vars(value).items():
        if member.startswith("_") or not getattr(own, "__doc__", None):
            continue
        if isinstance(own, property):
            parts += [f"### {name}.{member}", *_markdown(own.__doc__ or "")]
        elif isinstance(own, classmethod):
            parts.append(_callable(f"{name}.{member}", getattr(value, member), level=3))
        elif inspect.isfunction(own):
            parts.append(_callable(f"{name}.{member}", own, level=3))
    return "\n\n".join(parts)


def _callable(name: str, function: object, *, level: int) -> str:
    """Return the section of a function or a method."""
    signature = _signature(function)
    prefix = "async " if inspect.iscoroutinefunction(function) else ""
    head = ["#" * level + f" {name}", f"```text\n{prefix}{name}{signature}\n```"]
    return "\n\n".join([*head, *_markdown(function.__doc__ or "")])


def _signature(function: object) -> str:
    """Return the arguments and the result; annotations are strings at run time, in quotes."""
    text = str(inspect.signature(function))  # type: ignore[arg-type]
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", re.sub(r"\(self(, )?", "(", text, count=1))


def _markdown(docstring: str) -> Iterator[str]:
    """Yield the paragraphs of a docstring; entries of its sections become lists."""
    for paragraph in inspect.cleandoc(docstring).split("\n\n"):
        first, *rest = paragraph.splitlines()
        found = _SECTION.match(first)
        if found is None:
            yield " ".join(line.strip() for line in paragraph.splitlines())
            continue
        yield f"**{found[1]}**"
        yield "\n".join(_entries(inspect.cleandoc("\n".join(rest)).splitlines()))


def _entries(lines: list[str]) -> list[str]:
    """Return the entries of a section as the lines of a list; an indented line continues one."""
    entries: list[str] = []
    for line in lines:
        entry = None if line.startswith(" ") else _ENTRY.match(line)
        if entry is not None:
            entries.append(f"- `{entry[1]}`: {entry[2] or ''}".rstrip())
        elif entries:
            entries[-1] += f" {line.strip()}"
        else:
            entries.append(f"- {line.strip()}")
    return entries
