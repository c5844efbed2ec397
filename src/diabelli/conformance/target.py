"""The server under test: address, key, declared extensions and cached replies."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from diabelli.conformance import form, replies, sources
from diabelli.conformance.check import Skipped
from diabelli.conformance.wire import Connection, Reply, WireError, parse_url

SMALL = {"size": "256x256", "response_format": "b64_json"}
"""Fields of the cheapest request."""


class Target:
    """One server.

    Attributes:
        key: the API key; None if the server needs none.
        lifetime_s: seconds for which a result URL is valid; None if that is not to be checked.
        body_timeout_s: seconds after which the server gives up a body that stops; None if that is
            not to be checked.
        timeout_s: seconds in which a reply must arrive.
    """

    def __init__(
        self,
        base_url: str,
        *,
        key: str | None = None,
        timeout_s: float = 120,
        lifetime_s: float | None = None,
        body_timeout_s: float | None = None,
    ) -> None:
        """Parse the address; connect later.

        Args:
            base_url: as OpenAI's clients take it, such as `http://127.0.0.1:8000/v1`.
            key: API key, or None.
            timeout_s: limit of each reply.
            lifetime_s: lifetime of a result URL, or None.
            body_timeout_s: time-out of a stopped body, or None.

        Raises:
            InvalidParameter: the URL is not an absolute HTTP URL.
        """
        self._address = parse_url(base_url)
        self.key = key
        self.timeout_s = timeout_s
        self.lifetime_s = lifetime_s
        self.body_timeout_s = body_timeout_s
        self._replies: dict[str, Reply] = {}

    @property
    def path(self) -> str:
        """Path of the endpoint."""
        return f"{self._address.path}/images/variations"

    @property
    def origin(self) -> str:
        """Scheme and authority."""
        return f"http{'s' if self._address.tls else ''}://{self._address.authority}"

    def connect(self, timeout_s: float | None = None) -> Connection:
        """Open a connection."""
        return Connection(self._address, timeout_s or self.timeout_s)

    def headers(self, extra: Mapping[str, str] | None = None) -> dict[str, str]:
        """Return the headers of a form request with the key; empty values are left out."""
        fields = {"Content-Type": form.CONTENT_TYPE}
        if self.key is not None:
            fields["Authorization"] = f"Bearer {self.key}"
        fields |= extra or {}
        return {name: value for name, value in fields.items() if value}

    def post(self, body: bytes, headers: Mapping[str, str] | None = None) -> Reply:
        """Send one form on a new connection; `headers` replace the usual ones, "" removes one."""
        return self.request("POST", self.path, body, self.headers(headers))

    def request(
        self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> Reply:
        """Send any request to the server's origin on a new connection."""
        with self.connect() as line:
            return exchange(line, method, path, body, headers or {})

    def fetch(self, url: str) -> Reply:
        """Get an absolute URL without the key, also from another host."""
        address = parse_url(url)
        with Connection(replace(address, path="", query=""), self.timeout_s) as line:
            return exchange(line, "GET", (address.path or "/") + address.query, b"", {})

    def vary(self, fields: Mapping[str, str] | None = None, image: bytes | None = None) -> Reply:
        """Send a request with the cheapest fields, replaced by `fields`."""
        return self.post(form.build(image or sources.plain(), {**SMALL, **(fields or {})}))

    def once(self, name: str, send: Callable[[Target], Reply]) -> Reply:
        """Return the reply to a request that several checks share; send it the first time."""
        if name not in self._replies:
            self._replies[name] = send(self)
        return self._replies[name]

    @cached_property
    def result(self) -> tuple[str, Reply]:
        """URL of a new small picture, and the response to a GET right after it was made."""
        url = replies.url_of(self.vary({"response_format": "url"}))
        return url, self.fetch(url)

    @cached_property
    def minimal(self) -> Reply:
        """Reply to a request with nothing but the picture."""
        return self.post(form.build(sources.plain()))

    @cached_property
    def by_url(self) -> Reply:
        """Reply to a request for one small picture by URL."""
        return self.vary({"response_format": "url"})

    @cached_property
    def in_base64(self) -> Reply:
        """Reply to a request for one small picture in base64."""
        return self.vary()

    @cached_property
    def two(self) -> Reply:
        """Reply to a request for two small pictures in base64."""
        return self.vary({"n": "2"})

    @cached_property
    def _description(self) -> dict[str, Any]:
        """The operation of the endpoint in the server's OpenAPI document, or nothing."""
        base = self._address.path
        for prefix in dict.fromkeys([base.removesuffix("/v1"), base, ""]):
            try:
                reply = self.request("GET", f"{prefix}/openapi.json", headers=self._get_headers())
                document = json.loads(reply.body)
                paths = document["paths"]
            except (WireError, ValueError, KeyError, TypeError):
                continue
            for path, methods in paths.items():
                if path.rstrip("/").endswith("/images/variations") and "post" in methods:
                    return {"document": document, "operation": methods["post"]}
        return {}

    def _get_headers(self) -> dict[str, str]:
        return self.headers({"Content-Type": ""})

    def get(self, path: str) -> Reply:
        """Get a path below the base URL, with the key."""
        return self.request("GET", self._address.path + path, headers=self._get_headers())

    @cached_property
    def extensions(self) -> dict[str, dict[str, Any]]:
        """Schema of each form field that the server declares beyond the published ones."""
        document = self._description.get("document", {})
        operation = self._description.get("operation", {})
        try:
            content = operation["requestBody"]["content"]["multipart/form-data"]
            schema = _resolved(document, content["schema"])
            fields = schema["properties"].items()
        except (KeyError, TypeError, AttributeError):
            return {}
        published = ("image", "model", "n", "response_format", "size", "user", "prompt")
        return {name: _resolved(document, rule) for name, rule in fields if name not in published}

    def extension(self, name: str) -> dict[str, Any]:
        """Return the declared schema of an extension field; skip the check if there is none."""
        if name not in self.extensions:
            raise Skipped(f"the server's /openapi.json declares no field `{name}`")
        return self.extensions[name]

    def require_header(self, name: str) -> None:
        """Skip the check unless the server declares this request header."""
        rules = self._description.get("operation", {}).get("parameters", [])
        if not any(str(rule.get("name", "")).lower() == name.lower() for rule in rules):
            raise Skipped(f"the server's /openapi.json declares no header `{name}`")


def exchange(
    line: Connection, method: str, path: str, body: bytes, headers: Mapping[str, str]
) -> Reply:
    """Send one request on an open connection and return its reply."""
    fields = dict(headers)
    if body or method in ("POST", "PUT"):
        fields.setdefault("Content-Length", str(len(body)))
    line.send_head(method, path, fields)
    line.send_body([body[start : start + 65536] for start in range(0, len(body), 65536)])
    return line.receive()


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema that a local `$ref` names, or the schema itself."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)
