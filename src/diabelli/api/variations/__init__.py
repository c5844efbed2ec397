"""POST /v1/images/variations."""
