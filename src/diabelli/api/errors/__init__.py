"""Exceptions of the HTTP API and their responses; imports no other module of the API."""
