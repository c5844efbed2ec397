"""Limits on images per key and per end-user: per minute, per day, and concurrent.

A request reserves its images while it runs and is charged when it has been answered. Refused,
failed and cancelled requests cost nothing. Reserved images count as made. A reservation of a dead
process expires after its TTL.

Rates are sliding window counters: two integers per limit. Counters and reservations are kept in
process memory, in the ledger's database, or in Redis.
"""
