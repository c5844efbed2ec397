"""`GET /v1/models` and `GET /v1/models/{model}`: the names that the settings map to engines."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from diabelli.api.auth import Authenticator
from diabelli.api.errors.exceptions import ModelNotFound

CREATED = 1698798177
"""The date that OpenAI's list gave for dall-e-2. An engine of ours has none of its own."""


class Models:
    """The list of models, and each of them."""

    def __init__(self, names: Iterable[str], keys: Authenticator) -> None:
        self._models = {name: describe(name) for name in names}
        self._keys = keys

    async def list(self, request: Request) -> Response:
        """Every model."""
        await self._keys.authenticate(request.headers.get("authorization"))
        return JSONResponse({"object": "list", "data": [*self._models.values()]})

    async def retrieve(self, request: Request) -> Response:
        """One model; raises `UnknownModelPage`."""
        await self._keys.authenticate(request.headers.get("authorization"))
        name = request.path_params["model"]
        if name not in self._models:
            raise ModelNotFound(name)
        return JSONResponse(self._models[name])


def describe(name: str) -> dict[str, str | int]:
    """A model as OpenAI's list shows it."""
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "diabelli"}
