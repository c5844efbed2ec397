"""`diabelli.api.asgi` with the tests' engines."""

from diabelli.api.asgi import create
from faults import program

__all__ = ["create", "program"]
