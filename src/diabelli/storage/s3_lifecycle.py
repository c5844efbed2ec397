"""Sets the lifecycle rule of an S3 bucket, beside the bucket's other rules."""

from __future__ import annotations

import base64
import hashlib
import xml.etree.ElementTree as ET
from http.client import HTTPException, HTTPMessage
from typing import Literal
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from diabelli.errors import StoreUnavailable
from diabelli.object_store import TIMEOUT_S, presigned_subresource
from diabelli.storage.lifecycle import RULE_ID, LifecycleRule

_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"
_ROOT = f"{{{_NAMESPACE}}}LifecycleConfiguration"
_RULE = f"{{{_NAMESPACE}}}Rule"
_ID = f"{{{_NAMESPACE}}}ID"
_MINIMUM_SIZE = "x-amz-transition-default-minimum-object-size"
"""Header with a property of all rules; a request that sets rules without it resets it."""
_DEFAULT_MINIMUM_SIZE = "all_storage_classes_128K"
_MAX_REASON = 300
"""Characters of a server's message in ours."""


def set_rule(bucket: str, rule: LifecycleRule) -> int:
    """Set the rule, in place of an earlier one with its identifier. Other rules are kept.

    S3 has no conditional request for this: a change that another program makes between the request
    that reads the rules and the one that sets them is lost.

    Returns:
        Number of other rules.

    Raises:
        StoreUnavailable: The server has no lifecycle rules, refuses a request or the rules, or
            does not list the rule afterwards.
    """
    others = [each for each in _rules(bucket) if each.findtext(_ID) != RULE_ID]
    root = ET.Element(_ROOT)
    root.extend([*others, _element(rule)])
    _request(bucket, "PUT", ET.tostring(root, "utf-8", default_namespace=_NAMESPACE))
    if RULE_ID not in [each.findtext(_ID) for each in _rules(bucket)]:
        raise StoreUnavailable("the server accepted the rule, but does not list it")
    return len(others)


def _element(rule: LifecycleRule) -> ET.Element:
    """Return the rule in S3's XML."""

    def add(parent: ET.Element, name: str, text: str | None = None) -> ET.Element:
        child = ET.SubElement(parent, f"{{{_NAMESPACE}}}{name}")
        child.text = text
        return child

    root = ET.Element(_RULE)
    add(root, "ID", RULE_ID)
    add(add(root, "Filter"), "Prefix", rule.prefix)
    add(root, "Status", "Enabled")
    add(add(root, "Expiration"), "Days", str(rule.days))
    return root


def _rules(bucket: str) -> list[ET.Element]:
    """Return the bucket's rules, with all names in S3's namespace."""
    reply = _request(bucket, "GET")
    if reply is None:
        return []
    content, headers = reply
    try:
        # From the server that is trusted with the pictures; expat limits the growth by entities.
        root = ET.fromstring(content)  # noqa: S314
    except ET.ParseError as cause:
        raise StoreUnavailable("the server did not send the bucket's rules as XML") from cause
    for each in root.iter():
        each.tag = f"{{{_NAMESPACE}}}{each.tag.rpartition('}')[2]}"
    if root.tag != _ROOT:
        # Servers without rules ignore the query: they list the bucket, and a PUT would make one.
        raise StoreUnavailable(
            "the server has no lifecycle rules: it sent "
            f"{root.tag.rpartition('}')[2]!r} instead of them"
        )
    size = headers.get(_MINIMUM_SIZE, _DEFAULT_MINIMUM_SIZE)
    if size != _DEFAULT_MINIMUM_SIZE:
        raise StoreUnavailable(
            f"the rules of the bucket have {_MINIMUM_SIZE} = {size!r}, which would be reset to "
            f"{_DEFAULT_MINIMUM_SIZE!r}; set the rule by the cloud's own tool"
        )
    return root.findall(_RULE)


def _request(
    bucket: str, method: Literal["GET", "PUT"], content: bytes | None = None
) -> tuple[bytes, HTTPMessage] | None:
    """Return content and headers of the reply; None if the bucket has no rules yet."""
    headers = {}
    if content is not None:
        digest = hashlib.md5(content, usedforsecurity=False).digest()
        headers = {
            "Content-Type": "application/xml",
            "Content-MD5": base64.b64encode(digest).decode(),
        }
    problem = f"the bucket's rules cannot be {'read' if content is None else 'set'}"
    url = presigned_subresource(bucket, "lifecycle", method)
    request = Request(url, data=content, headers=headers, method=method)  # noqa: S310
    try:
        # A URL of the bucket, as obstore signed it.
        with urlopen(request, timeout=TIMEOUT_S) as reply:  # noqa: S310
            return reply.read(), reply.headers
    except HTTPError as refusal:
        code, message = _refusal(refusal)
        if code == "NoSuchLifecycleConfiguration":
            return None
        raise StoreUnavailable(f"{problem}: {message} ({code})") from refusal
    except (OSError, HTTPException) as cause:
        raise StoreUnavailable(f"{problem}: {getattr(cause, 'reason', cause)}") from cause


def _refusal(reply: HTTPError) -> tuple[str, str]:
    """Return the code and the message of an error; its status if the server sent no XML."""
    code, message = str(reply.code), str(reply.reason)
    try:
        with reply:
            error = ET.fromstring(reply.read())  # noqa: S314
    except (ET.ParseError, OSError, HTTPException):
        return code, message
    message = error.findtext("{*}Message", message)[:_MAX_REASON]
    return error.findtext("{*}Code", code)[:_MAX_REASON], message
