#!/bin/sh
# Installs nginx and Caddy for the tests of deploy/ from Debian's packages, if possible.
# They are unpacked into .venv, not installed: the machine gets no service by running tests.
into=.venv/debian
missing=""
for name in nginx caddy; do
  PATH="$PATH:/usr/sbin:$into/usr/sbin:$into/usr/bin" command -v "$name" >/dev/null || missing="$missing $name"
done
[ -z "$missing" ] && exit 0
if command -v apt-get >/dev/null && command -v dpkg >/dev/null; then
  echo "Fetching$missing for the tests of deploy/ (once) ..."
  mkdir -p "$into" && cd "$into" || exit 0
  [ "$(id -u)" = 0 ] && apt-get update -qq >/dev/null 2>&1
  # shellcheck disable=SC2086 # one word for each package
  apt-get download -qq $missing >/dev/null 2>&1
  for package in *.deb; do
    [ -e "$package" ] && dpkg -x "$package" . && rm "$package"
  done
fi
exit 0
