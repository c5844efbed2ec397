"""Imports Ray with a token, and without the deprecation warnings that its import raises.

Ray reads the token once in a process, so all tests share it.
"""

import os
import secrets
import warnings

# Ray reads them when it is imported, so that a fixture would be too late.
os.environ.update(
    RAY_AUTH_MODE="token",
    RAY_AUTH_TOKEN=secrets.token_hex(32),
    RAY_USAGE_STATS_ENABLED="0",
    RAY_ENABLE_AUTO_CONNECT="0",
)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import ray.serve.schema  # noqa: F401
