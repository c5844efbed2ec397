"""Tableaux of glazed tiles, painted in cobalt or manganese."""
