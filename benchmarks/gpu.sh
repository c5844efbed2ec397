#!/bin/sh
# Checks and measures trained engines on this machine's device, in about five minutes at most.
# Run: sh benchmarks/gpu.sh [--short]
# Nothing is fetched: networks have random weights. It prints the tables for docs/engines.md.
# A part that fails does not stop the others. Rows that five minutes leave no time for say so.
set -u
cd "$(dirname "$0")/.."
python=${PYTHON:-.venv/bin/python}

if [ "${1:-}" = --short ]; then
    set -e
    "$python" benchmarks/recipes.py --only sd15-lcm kandinsky-2.2
    exec "$python" benchmarks/diffusion.py --tiny --images 4 --batch 2 --only sd15-lcm
fi
end=$(($(date +%s) + 290))
failed=0
"$python" benchmarks/recipes.py || failed=1
"$python" benchmarks/picture.py --pictures 3 || failed=1
"$python" benchmarks/recipes.py --compile --only sd15-lcm || failed=1
"$python" benchmarks/diffusion.py --images 8 --batch 8 --steps 8 --repeat 1 \
    --limit $((end - $(date +%s))) || failed=1
exit $failed
