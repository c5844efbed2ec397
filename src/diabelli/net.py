"""Classification of network addresses."""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit


def is_loopback(host: str) -> bool:
    """Return whether only programs on the same machine can reach `host`.

    Names other than `localhost` need a resolver and count as public.
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def host_of(authority: str) -> str:
    """Return the host of an authority such as `localhost:8000` or `[::1]:8000`, in lower case."""
    authority = authority.lower()
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    return authority.partition(":")[0]


def split_url(text: str) -> SplitResult | None:
    """Return the parts of a URL; None if its host or its port is malformed."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return None
    return parts
