"""Runs the command line as `python -m diabelli`."""

from diabelli.cli import main

if __name__ == "__main__":
    main()
