"""The OpenAPI document of the server.

`openapi.json` beside this module is its only source. The tests check every endpoint and reply
against it.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import diabelli


@cache
def document() -> dict[str, Any]:
    """Return the document with the version of this installation."""
    content: dict[str, Any] = json.loads((files("diabelli.api") / "openapi.json").read_bytes())
    content["info"]["version"] = diabelli.__version__
    return content
