"""Things seen from above, as heights of pixels lit by one lamp: tables, balls and rods."""
