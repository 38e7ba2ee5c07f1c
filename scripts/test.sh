#!/usr/bin/env bash
# All tests: format, lint and types first (cheap), then everything up to the whole system in a real browser.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PWD/.venv/bin:$PATH"

need_browser() {
  if command -v chromium >/dev/null && fc-list 2>/dev/null | grep -qi 'NotoSansGujarati'; then return; fi
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium and the Noto fonts for the browser tests"
    mkdir -p var/logs
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-core fontconfig; } >var/logs/apt.log 2>&1 \
      || { echo "seva: Chromium could not be installed, see var/logs/apt.log" >&2; exit 1; }
  else
    echo "seva: the browser tests need chromium, fonts-noto-core and fontconfig; install them, or run: pytest -m 'not browser'" >&2
    exit 1
  fi
}

ruff format --check .
ruff check .
mypy bot actions knowledge tests
need_browser
# Two processes: while one waits for a gateway or a page, the other computes.
exec pytest --numprocesses "${TEST_PROCESSES:-2}" --dist loadgroup --no-loadscope-reorder "$@"
