"""Builds candidates and selects which of them are rendered."""
