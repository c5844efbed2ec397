"""Imports Ray Serve once, without the deprecation warnings that its import raises."""

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import ray.serve.schema  # noqa: F401
