"""The page shows the costs and limits of a model that an upstream serves."""

from __future__ import annotations

import pytest

from engines.upstream.test_server import MakeFront, front
from web.conftest import Opened, browser, visit

__all__ = ["browser", "front", "visit"]  # pytest finds fixtures by their names here

pytestmark = pytest.mark.slow


def test_a_paid_model_is_announced_before_its_first_picture(
    front: MakeFront, visit: Opened
) -> None:
    """The note belongs to the selected model."""
    server = front("openai", {"models": {"gpt-image-2": "2027-01-31"}})
    page = visit(server.server)
    note = page.locator("#model-note")
    for text in ("costs money", "The seed has no effect", "ends on 2027-01-31"):
        assert text in note.text_content()
    page.evaluate("document.querySelector('details.more').open = true")
    page.evaluate("document.querySelector('#options').hidden = false")
    page.select_option("#model", "plain")
    assert note.text_content() == ""
