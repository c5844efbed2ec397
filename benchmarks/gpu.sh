#!/bin/sh
# Checks and measures trained engines on this machine's device, in less than five minutes on a GPU.
# Run: sh benchmarks/gpu.sh [--short]
# Nothing is fetched: networks have random weights. It prints the tables for docs/engines.md.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}

if [ "${1:-}" = --short ]; then
    "$python" benchmarks/recipes.py --only sd15-lcm kandinsky-2.2
    exec "$python" benchmarks/diffusion.py --tiny --images 4 --batch 2 --only sd15-lcm
fi
"$python" benchmarks/recipes.py
"$python" benchmarks/recipes.py --compile --only sd15-lcm
"$python" benchmarks/diffusion.py --images 16 --batch 8
"$python" benchmarks/picture.py --pictures 3
