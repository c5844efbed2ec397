"""Rules by which a bucket deletes result pictures, as a safety net or instead of the server."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from diabelli.storage.storage import GRACE_S

RULE_ID = "diabelli-results"
"""Identifies the rule among those of the bucket."""
_DAY_S = 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleRule:
    """A rule, and the command of the cloud's own tool that sets it.

    Attributes:
        prefix: Start of the keys that the rule deletes; empty for all of the bucket.
        days: Age in days at which the bucket deletes; the shortest that outlives every link.
        document: The rule as JSON; the content of the file `rule.json`.
        command: Replaces all rules of the bucket by those of `rule.json`.
    """

    prefix: str
    days: int
    document: str
    command: str


def lifecycle_rule(url: str, lifetime_s: int) -> LifecycleRule | None:
    """Return the rule for the pictures of a bucket; None for a folder.

    Args:
        url: URL of the storage.
        lifetime_s: Lifetime of links in seconds.
    """
    parts = urlsplit(url)
    bucket, prefix = parts.netloc, parts.path.strip("/")
    prefix = f"{prefix}/" if prefix else ""
    days = max(1, math.ceil((lifetime_s + GRACE_S) / _DAY_S))
    rule: dict[str, Any]
    if parts.scheme == "s3":
        rule = {
            "Rules": [
                {
                    "ID": RULE_ID,
                    "Status": "Enabled",
                    "Filter": {"Prefix": prefix},
                    "Expiration": {"Days": days},
                }
            ]
        }
        command = (
            f"aws s3api put-bucket-lifecycle-configuration --bucket {bucket} "
            "--lifecycle-configuration file://rule.json"
        )
    elif parts.scheme == "gs":
        condition = {"age": days, **({"matchesPrefix": [prefix]} if prefix else {})}
        rule = {"rule": [{"action": {"type": "Delete"}, "condition": condition}]}
        command = f"gcloud storage buckets update gs://{bucket} --lifecycle-file=rule.json"
    elif parts.scheme == "az":
        delete = {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": days}}}
        filters = {"blobTypes": ["blockBlob"], "prefixMatch": [f"{bucket}/{prefix}"]}
        definition = {"actions": delete, "filters": filters}
        one = {"name": RULE_ID, "enabled": True, "type": "Lifecycle"}
        rule = {"rules": [{**one, "definition": definition}]}
        command = (
            "az storage account management-policy create --account-name ACCOUNT "
            "--resource-group GROUP --policy @rule.json"
        )
    else:
        return None
    document = json.dumps(rule, indent=2)
    return LifecycleRule(prefix=prefix, days=days, document=document, command=command)
