#!/usr/bin/env bash
# Debian packages that the project uses beyond Python: installs what is missing when it may, else says what will be lacking.
# Quick when all is there; may be run again at any time. Never fails for want of an optional package.
# Usage: system-packages.sh demo|test     (the tests want a database, a browser and fonts besides)
set -euo pipefail

# package | test that it is there | what is lacking without it
WANTED=(
  "python3-venv|has_venv|everything: the environment in .venv cannot be made"
  "mosquitto|has_program mosquitto|the demo runs on amqtt instead (slower, MQTT 3.1.1 only); tests of mosquitto fail"
  "libpangoft2-1.0-0|has_library pangoft2-1.0|reports come as Word and xlsx but not as PDF"
  "fonts-noto-cjk|has_cjk|Chinese text shows as boxes in PDF reports and in pictures of pages"
)
WANTED_BY_TESTS=(
  "postgresql|has_postgres|tests of the PostgreSQL store are skipped; SQLite is not affected"
  "chromium|has_program chromium|tests of the pages in a real browser are skipped"
  "mosquitto-clients|has_program mosquitto_sub|make bench leaves out the peer that pipes into psql"
  "strace|has_program strace|tests that inject disk errors and power cuts at single system calls are skipped"
  "libatomic1|has_library atomic|tests of the pages fail: the driver of the browser cannot start"
)

case "${1:-demo}" in
  demo) ;;
  test) WANTED+=("${WANTED_BY_TESTS[@]}") ;;
  *) echo "unknown purpose '$1': expected demo or test" >&2; exit 2 ;;
esac

has_program() { PATH="$PATH:/usr/sbin:/usr/local/sbin:/snap/bin" command -v "$1" >/dev/null; }
has_venv() { "${PYTHON:-python3}" -c 'import ensurepip, venv' 2>/dev/null; }
has_postgres() { has_program initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }
has_library() { compgen -G "/usr/lib/*/lib$1.so.*" >/dev/null; }
has_cjk() { compgen -G '/usr/share/fonts/*/noto/NotoSansCJK*' >/dev/null || { has_program fc-list && [ -n "$(fc-list :lang=zh 2>/dev/null | head -1)" ]; }; }

missing() {
  local row package test
  for row in "${WANTED[@]}"; do
    IFS='|' read -r package test _ <<<"$row"
    $test || echo "$package"
  done
}

lacking() {
  local row package why
  for row in "${WANTED[@]}"; do
    IFS='|' read -r package _ why <<<"$row"
    if grep -qx "$package" <<<"$1"; then printf '  %-16s %s\n' "$package" "$why"; fi
  done
}

install() {
  export DEBIAN_FRONTEND=noninteractive
  # RUNLEVEL=1: the packages bring services that we do not want started; demo and tests start their own on free ports.
  local apt=(env RUNLEVEL=1 apt-get -o Acquire::Retries=3 -q -y)
  "${apt[@]}" update >&2 || return 1
  "${apt[@]}" install --no-install-recommends "$@" >&2
}

wanted="$(missing)"
[ -z "$wanted" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing Debian packages: $(tr '\n' ' ' <<<"$wanted")"
  # shellcheck disable=SC2086  # names, one a word
  install $wanted || echo "apt-get did not succeed; what is still missing is listed below"
  wanted="$(missing)"
  [ -z "$wanted" ] && exit 0
fi

echo "missing on this machine, and what is lacking without them:"
lacking "$wanted"
echo "to add them: sudo apt-get install $(tr '\n' ' ' <<<"$wanted")"
