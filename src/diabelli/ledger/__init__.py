"""What happened and who may ask, in SQL: SQLite by default, PostgreSQL by URL.

It knows neither HTTP nor settings, and no picture: what it keeps of one are its hashes.
"""
