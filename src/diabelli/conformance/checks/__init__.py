"""All conformance checks in the order in which they run, one topic a file."""

from __future__ import annotations

from diabelli.conformance.check import Check
from diabelli.conformance.checks import (
    bodies,
    clients,
    errors,
    extensions,
    fields,
    headers,
    idempotency,
    keys,
    models,
    order,
    paths,
    png,
    replies,
    results,
    streaming,
)

CHECKS: tuple[Check, ...] = (
    *fields.CHECKS,
    *replies.CHECKS,
    *results.CHECKS,
    *errors.CHECKS,
    *order.CHECKS,
    *headers.CHECKS,
    *keys.CHECKS,
    *paths.CHECKS,
    *models.CHECKS,
    *clients.CHECKS,
    *bodies.CHECKS,
    *png.CHECKS,
    *extensions.CHECKS,
    *idempotency.CHECKS,
    *streaming.CHECKS,
)
