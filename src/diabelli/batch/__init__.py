"""Batches: variations of every picture of a folder or a bucket.

A job is a recipe applied to a source. It has its own folder in the output:

    OUT/batch-DIGEST/
    ├── job.json              the recipe
    ├── manifest/*.parquet    a row for each variation, and for each picture without variations
    └── pictures/             the variations, in the source's folders, as NAME-SEED.FORMAT

The seed of a picture depends on the recipe's seed and the picture's key alone, so that order,
workers and repetitions have no effect on the results.
"""
