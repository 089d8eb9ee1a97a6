#!/bin/bash
# What the tests need from the system: two browsers, PostgreSQL's programs, a font.
# `system-packages.sh live`: what the real tools of tests/live run on: Ruby and PHP with their libraries.
# Debian as root or with sudo: installs what is missing. Elsewhere: says what is missing and ends with 1.
set -euo pipefail

# Redmine and MediaWiki themselves are unpacked by tests/support, not installed: their packages would set up a site
# and start a web server.
redmine=(
  libjs-chart.js libjs-jquery libjs-jquery-ui libjs-raphael puma ruby ruby-actionpack-action-caching
  ruby-actionpack-xml-parser ruby-addressable ruby-bundler ruby-coderay ruby-commonmarker ruby-csv ruby-html-pipeline
  ruby-i18n ruby-jquery-rails ruby-mail ruby-marcel ruby-mini-magick ruby-mini-mime ruby-mocha ruby-net-ldap
  ruby-nokogiri ruby-rack ruby-rack-test ruby-rails ruby-rails-dom-testing ruby-rails-observers ruby-rbpdf
  ruby-redcarpet ruby-request-store ruby-rmagick ruby-roadie ruby-roadie-rails ruby-rotp ruby-rouge ruby-rqrcode
  ruby-sanitize ruby-sqlite3 ruby-task-list ruby-zip
)
mediawiki=(php-cli php-intl php-mbstring php-sqlite3 php-xml)

installed() { dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null | grep -qx installed; }

look() {
  missing=()
  if [ "${1:-}" = live ]; then
    for package in "${redmine[@]}" "${mediawiki[@]}"; do installed "$package" || missing+=("$package"); done
    return
  fi
  command -v chromium >/dev/null || missing+=(chromium)
  command -v firefox-esr >/dev/null || missing+=(firefox-esr)
  command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
  [ -n "$(fc-list : family 2>/dev/null)" ] || missing+=(fontconfig fonts-dejavu-core)
}

look "$@"
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

# One part at a time: apt does not wait for another that renews its lists.
cache="$(dirname "$0")/../.cache"
mkdir -p "$cache"
exec 9>"$cache/system-packages.lock"
flock 9
look "$@"
[ ${#missing[@]} -gt 0 ] || exit 0

echo "Installing ${missing[*]} ..."
"${become[@]}" apt-get update -qq
"${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends \
  -o DPkg::Lock::Timeout=600 "${missing[@]}" >/dev/null 9>&-
