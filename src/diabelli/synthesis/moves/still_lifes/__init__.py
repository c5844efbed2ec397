"""Things on a table that show a photograph."""
