"""How many images a key or an end-user may ask for: per minute, per day, and at once.

A request holds its images while it runs and is charged for them once it has been answered, so that
what is refused, fails or is cancelled costs nothing. Whether a request fits is judged with all that
is held counted as made. A hold that nobody gives back, because its process died, lapses.

The windows of time are those of the `limits` package (sliding window counters, which keep two
numbers for each limit); they and the holds are kept in the memory of one process, in Redis, or in
the ledger's database.
"""
