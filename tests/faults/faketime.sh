#!/bin/sh
# Installs libfaketime, which sets the clock of a server, from Debian's packages, if possible.
# It is unpacked into .venv, not installed.
into=.venv/debian
ls /usr/lib/*/faketime/libfaketimeMT.so.1 "$into"/usr/lib/*/faketime/libfaketimeMT.so.1 2>/dev/null | grep -q . && exit 0
if command -v apt-get >/dev/null && command -v dpkg >/dev/null; then
  echo "Fetching libfaketime for the tests of the clock (once) ..."
  mkdir -p "$into" && cd "$into" || exit 0
  [ "$(id -u)" = 0 ] && apt-get update -qq >/dev/null 2>&1
  apt-get download -qq libfaketime >/dev/null 2>&1
  for package in libfaketime_*.deb; do
    [ -e "$package" ] && dpkg -x "$package" . && rm "$package"
  done
fi
exit 0
