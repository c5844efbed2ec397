#!/bin/sh
# Entry point of the image: makes the compiled kernels available where they can be written to.
set -e
umask 077
mkdir -p "$DIABELLI_DATA_DIR/kernels"
cp -R -u /opt/diabelli-kernels/. "$DIABELLI_DATA_DIR/kernels/"
exec diabelli "$@"
