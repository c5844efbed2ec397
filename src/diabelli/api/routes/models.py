"""`GET /v1/models` and `GET /v1/models/{model}`: the names that the settings map to engines."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from diabelli.api.auth import Authenticator
from diabelli.api.errors.exceptions import ModelNotFound
from diabelli.variation import EngineInfo

CREATED = 1698798177
"""`created` of dall-e-2 in OpenAI's list, in Unix seconds; engines have no such date."""


class Models:
    """The list of models, and single models."""

    def __init__(
        self,
        models: Mapping[str, str],
        info_of: Callable[[str], EngineInfo],
        keys: Authenticator,
    ) -> None:
        """Create the endpoints.

        Args:
            models: engine names by model name.
            info_of: returns the description of an engine.
            keys: authenticates requests.
        """
        self._models = dict(models)
        self._info_of = info_of
        self._keys = keys

    async def list(self, request: Request) -> Response:
        """Return all models."""
        await self._keys.authenticate(request.headers.get("authorization"))
        data = [self._describe(name) for name in self._models]
        return JSONResponse({"object": "list", "data": data})

    async def retrieve(self, request: Request) -> Response:
        """Return one model; raises `ModelNotFound`."""
        await self._keys.authenticate(request.headers.get("authorization"))
        name = request.path_params["model"]
        if name not in self._models:
            raise ModelNotFound(name)
        return JSONResponse(self._describe(name))

    def _describe(self, name: str) -> dict[str, object]:
        return describe(name, self._info_of(self._models[name]))


def describe(name: str, info: EngineInfo) -> dict[str, object]:
    """Return a model in the format of OpenAI's list, with the limits of an upstream."""
    model: dict[str, object] = {
        "id": name,
        "object": "model",
        "created": CREATED,
        "owned_by": "diabelli",
    }
    if info.upstream is None:
        return model
    return model | {
        "repeatable": info.repeatable,
        "seed": info.upstream.seed,
        "strength": info.upstream.strength,
        "paid": info.upstream.paid,
        "shutdown_date": info.upstream.shutdown_date,
    }
