"""Water in front of a photograph."""
