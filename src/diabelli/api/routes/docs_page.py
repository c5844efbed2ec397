"""`/docs`: the OpenAPI document as one page of plain HTML.

It loads nothing from anywhere, so it reads the same on a machine without a network.
"""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from typing import Any

STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#222;background:#fff}
h2{margin-top:3rem;font-size:1.1rem}h2 b{background:#234;color:#fff;padding:.1rem .5rem;
border-radius:.2rem;margin-right:.5rem}code,pre{font:14px/1.5 ui-monospace,monospace}
pre{background:#f3f3f0;padding:1rem;overflow:auto}table{border-collapse:collapse;width:100%}
td,th{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-top:1px solid #ddd}
form{background:#f3f3f0;padding:1rem}label{display:inline-block;margin:0 1rem .5rem 0}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}
pre,form{background:#262626}td,th{border-color:#444}}
"""

STYLE_HASH = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
"""The style as a source of a Content-Security-Policy."""

PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title><style>{style}</style>
<h1>{title} <small>{version}</small></h1>
<p>{description} The same in <a href="{openapi}">OpenAPI</a>.</p>
<pre>curl {base}/v1/images/variations -F image=@picture.png -F n=2 -F size=512x512</pre>
{operations}
<h2>Shapes</h2>
{shapes}
</html>
"""

TRY = """<form method="post" enctype="multipart/form-data" action="{action}">{inputs}
<button>Send</button></form>"""


def page(document: dict[str, Any], *, base: str) -> str:
    """The document as HTML; `base` is where this server is reached, without a slash at the end."""
    operations = [
        _operation(method, path, operation, document, base)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return PAGE.format(
        title=escape(document["info"]["title"]),
        version=escape(document["info"]["version"]),
        description=_text(document["info"]["description"]),
        style=STYLE,
        base=escape(base),
        openapi=escape(f"{base}/openapi.json"),
        operations="".join(operations),
        shapes="".join(_shape(*shape) for shape in document["components"]["schemas"].items()),
    )


def _operation(
    method: str, path: str, operation: dict[str, Any], document: dict[str, Any], base: str
) -> str:
    head = f"<h2><b>{method.upper()}</b><code>{escape(path)}</code></h2>"
    words = _text(f"{operation['summary']}. {operation.get('description', '')}")
    form = _form(operation, document)
    tried = _try(form, f"{base}{path}") if form else ""
    parameters = [(p["name"], p["schema"], p["required"]) for p in operation.get("parameters", ())]
    parameters += [
        (name, schema, name in form["required"])
        for name, schema in form.get("properties", {}).items()
    ]
    answers = "".join(
        f"<tr><td><code>{status}</code><td>{_text(answer.get('description', ''))}"
        f"<td>{_content(answer)}"
        for status, answer in operation["responses"].items()
    )
    return f"{head}<p>{words}</p>{_fields(parameters)}{tried}<table>{answers}</table>"


def _form(operation: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    name = _name(content.get("multipart/form-data", {}))
    form: dict[str, Any] = document["components"]["schemas"].get(name, {})
    return form


def _name(content: dict[str, Any]) -> str:
    """The name of the shape that the content refers to; empty where it refers to none."""
    name: str = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    return name


def _fields(parameters: list[tuple[str, dict[str, Any], bool]]) -> str:
    rows = [
        f"<tr><td><code>{escape(name)}</code>{' *' if required else ''}"
        f"<td>{_text(schema.get('description', ''))}<td><code>{escape(_kind(schema))}</code>"
        for name, schema, required in parameters
    ]
    return f"<table>{''.join(rows)}</table>" if rows else ""


def _kind(schema: dict[str, Any]) -> str:
    """The schema without its description, in one line."""
    return json.dumps({key: value for key, value in schema.items() if key != "description"})


def _content(answer: dict[str, Any]) -> str:
    """What the answer's body is: a link to a shape, or else its media types."""
    content = answer.get("content", {})
    name = escape(_name(content.get("application/json", {})))
    return f"<a href='#{name}'>{name}</a>" if name else escape(", ".join(content))


def _shape(name: str, schema: dict[str, Any]) -> str:
    shown = escape(json.dumps(schema["properties"], indent=1))
    name = escape(name)
    return f"<details id='{name}'><summary>{name}</summary><pre>{shown}</pre></details>"


def _try(form: dict[str, Any], action: str) -> str:
    inputs = [
        f"<label>{escape(name)} <input name='{escape(name)}'"
        f"{' type=file required' if schema.get('format') == 'binary' else ''}></label>"
        for name, schema in form["properties"].items()
    ]
    return TRY.format(action=escape(action), inputs="".join(inputs))


def _text(markdown: str) -> str:
    """Prose with `code` in it: every second piece between backquotes."""
    pieces = [escape(piece) for piece in markdown.split("`")]
    return "".join(f"<code>{p}</code>" if i % 2 else p for i, p in enumerate(pieces))
