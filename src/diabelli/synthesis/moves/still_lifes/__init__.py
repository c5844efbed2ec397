"""Things that show a photograph: on a table, or on a wall."""
