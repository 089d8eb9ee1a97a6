#!/bin/bash
# What the tests need from the system: two browsers, PostgreSQL's programs, a font.
# Debian as root or with sudo: installs what is missing. Elsewhere: says what is missing and ends with 1.
set -euo pipefail

missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v firefox-esr >/dev/null || missing+=(firefox-esr)
command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
[ -n "$(fc-list : family 2>/dev/null)" ] || missing+=(fontconfig fonts-dejavu-core)
[ ${#missing[@]} -gt 0 ] || exit 0

debian() { grep -qs '^ID=debian$' /etc/os-release; }
if debian && [ "$(id -u)" -eq 0 ]; then
  become=()
elif debian && sudo -n true 2>/dev/null; then
  become=(sudo)
else
  echo "Missing for the tests, please install: ${missing[*]}" >&2
  exit 1
fi

echo "Installing ${missing[*]} ..."
"${become[@]}" apt-get update -qq
"${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
