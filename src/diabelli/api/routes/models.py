"""`GET /v1/models` and `GET /v1/models/{model}`: the names that the settings map to engines."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from diabelli.api.auth import Authenticator
from diabelli.api.errors.exceptions import ModelNotFound

CREATED = 1698798177
"""`created` of dall-e-2 in OpenAI's list, in Unix seconds; engines have no such date."""


class Models:
    """The list of models, and single models."""

    def __init__(self, names: Iterable[str], keys: Authenticator) -> None:
        self._models = {name: describe(name) for name in names}
        self._keys = keys

    async def list(self, request: Request) -> Response:
        """Return all models."""
        await self._keys.authenticate(request.headers.get("authorization"))
        return JSONResponse({"object": "list", "data": [*self._models.values()]})

    async def retrieve(self, request: Request) -> Response:
        """Return one model; raises `ModelNotFound`."""
        await self._keys.authenticate(request.headers.get("authorization"))
        name = request.path_params["model"]
        if name not in self._models:
            raise ModelNotFound(name)
        return JSONResponse(self._models[name])


def describe(name: str) -> dict[str, str | int]:
    """Return a model in the format of OpenAI's list."""
    return {"id": name, "object": "model", "created": CREATED, "owned_by": "diabelli"}
