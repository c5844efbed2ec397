"""Security headers of responses."""

from __future__ import annotations

from collections.abc import Iterable

Header = tuple[bytes, bytes]

DATA_CSP = b"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""Content-Security-Policy of responses without one: they are data, and load and send nothing."""
HSTS = b"max-age=31536000"
"""Strict-Transport-Security of one year, the usual minimum of preload lists."""


def default_headers(public_url: str | None) -> tuple[Header, ...]:
    """Return the default headers of every response.

    Args:
        public_url: the setting; HSTS is added if it is an https URL.
    """
    https = (public_url or "").startswith("https://")
    return (
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", DATA_CSP),
        (b"referrer-policy", b"no-referrer"),
        *(((b"strict-transport-security", HSTS),) if https else ()),
    )


def with_defaults(headers: Iterable[Header], defaults: Iterable[Header]) -> list[Header]:
    """Return the headers, plus those of `defaults` whose names they lack."""
    own = list(headers)
    names = {name.lower() for name, _ in own}
    return [*own, *(header for header in defaults if header[0] not in names)]
