"""Landscapes rolled up into a little planet."""
