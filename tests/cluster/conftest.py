"""Ray is imported before any test of this folder."""

import ray_with_token  # noqa: F401
