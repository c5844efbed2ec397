"""Logos, icons and line art in other treatments."""
