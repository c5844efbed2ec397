"""`diabelli.asgi` with the tests' engines."""

from diabelli.asgi import create
from faults import program

__all__ = ["create", "program"]
