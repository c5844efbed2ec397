"""Requests, API keys and blocks in SQL: SQLite by default, PostgreSQL by URL.

It is independent of HTTP and of the settings. Of a picture it stores only hashes.
"""
