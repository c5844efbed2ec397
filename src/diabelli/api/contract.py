"""Names, values and limits of OpenAI's published schema and of our extensions to it."""

from __future__ import annotations

PICTURE = "image"
"""Name of the form's part with the source."""
DEFAULT_MODEL = "dall-e-2"
DEFAULT_STRENGTH = "medium"
RESPONSE_FORMATS = ("url", "b64_json")
SIZES = ("256x256", "512x512", "1024x1024")
PUBLISHED = ("model", "n", "response_format", "size", "user")
"""Fields of the published schema, without the picture."""
EXTENSIONS = ("strength", "seed", "output_format", "output_compression", "fit", "stream")
"""Fields that the published schema does not have."""
MAX_KEY = 255
"""Characters of an Idempotency-Key; as long as common services allow."""
