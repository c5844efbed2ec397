"""A seed's picture changes only together with the engine's version."""

import json

from diabelli.engines.patch import ENGINE_VERSION
from engines import golden


def test_pictures_change_only_with_the_version():
    """Each pinned picture has the digest recorded for this version."""
    pinned = json.loads(golden.TABLE.read_text())
    assert pinned["ENGINE_VERSION"] == ENGINE_VERSION, (golden.__doc__ or "").strip()
    assert pinned["pictures"] == golden.pictures(), (golden.__doc__ or "").strip()
