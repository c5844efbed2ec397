"""The names of the files that `diabelli vary` writes, by a template."""

from __future__ import annotations

import re
from string import Formatter

from diabelli.errors import InvalidParameter

DEFAULT = "{stem}-{seed}"
FIELDS = ("stem", "seed", "index", "strength")


class NameTemplate:
    """A template of names, such as `{stem}-{seed}`.

    Args:
        template: text with the fields `{stem}`, `{seed}`, `{index}` and `{strength}`.
        strength: of the variations, 0..1.

    Raises:
        InvalidParameter: it has an unknown field, a path separator, or neither seed nor index.
    """

    def __init__(self, template: str, strength: float) -> None:
        try:
            parts = list(Formatter().parse(template))
        except ValueError as cause:
            raise InvalidParameter(f"--name {template!r} cannot be read: {cause}") from cause
        names = {name for _, name, _, _ in parts if name is not None}
        if unknown := sorted(names - set(FIELDS)):
            accepted = ", ".join(f"{{{name}}}" for name in FIELDS)
            raise InvalidParameter(
                f"--name {template!r} has the unknown field {{{unknown[0]}}}; there are: {accepted}"
            )
        if any(spec or conversion for _, _, spec, conversion in parts):
            raise InvalidParameter(f"--name {template!r} has a format; fields have none")
        if not names & {"seed", "index"}:
            raise InvalidParameter(
                f"--name {template!r} has neither {{seed}} nor {{index}}: variations need "
                "different names"
            )
        if "/" in template or "\\" in template:
            raise InvalidParameter(f"--name {template!r} is a path: --out names the folder")
        self._template = template
        self._strength = f"{strength:g}"
        self.has_seed = "seed" in names
        self.has_stem = "stem" in names

    def name(self, stem: str, *, seed: int | None, index: int) -> str:
        """Return the name of a variation without its suffix.

        Args:
            stem: of the source.
            seed: of the variation; may be None if `has_seed` is false.
            index: of the variation, 0 for the first; the field counts from 1.
        """
        return self._template.format(stem=stem, seed=seed, index=index + 1, strength=self._strength)

    def pattern(self, stem: str) -> str:
        """Return the regular expression of the names of a source's variations."""
        known = {"stem": re.escape(stem), "strength": re.escape(self._strength)}
        return "".join(
            re.escape(text) + ("" if name is None else known.get(name, "[0-9]+"))
            for text, name, _, _ in Formatter().parse(self._template)
        )
