"""Things that are drawn into a photograph."""
