"""Exceptions of the HTTP API and their responses."""
