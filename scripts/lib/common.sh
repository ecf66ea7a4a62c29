# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2034
#
# What the scripts share: where they are, how they talk, and how they install what they need.
# Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly root

say() { printf '%s\n' "$*"; }

die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# need_packages <package>...: installs those that are missing, and says so; quick if none is.
need_packages() {
  local package missing=() log
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
      missing+=("$package")
  done
  ((${#missing[@]})) || return 0

  say "Installing ${#missing[@]} missing packages with apt-get: ${missing[*]}"
  log=$(mktemp)
  if ! { as_root apt-get -q update && apt_install "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "cannot install the packages; see above"
  fi
  rm -f "$log"
}

apt_install() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 \
    install --no-install-recommends "$@"
}

as_root() {
  if ((EUID == 0)); then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo -- "$@"
  else
    echo "neither root nor sudo: cannot run: $*" >&2
    return 1
  fi
}

# with_progress <log> <what it says> <command>...: runs the command with its output in the log. On
# a terminal one line shows how long it takes and the log's last line, elsewhere a line comes every
# half minute. Returns the command's status.
with_progress() {
  local log=$1 what=$2 watcher status=0
  shift 2
  : >"$log"
  watch_progress "$log" "$what" "$SECONDS" &
  watcher=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$watcher" && { wait "$watcher" 2>/dev/null || true; }
  progress_end
  return "$status"
}

watch_progress() {
  local log=$1 what=$2 start=$3 shown=$SECONDS
  while sleep 0.3 && kill -0 $$ 2>/dev/null; do
    if [[ -t 1 ]]; then
      progress "$what, $((SECONDS - start)) s: $(tail -n 1 "$log")"
    elif ((SECONDS - shown >= 30)); then
      shown=$SECONDS
      say "  $what, $((SECONDS - start)) s so far"
    fi
  done
}

# progress <text>: shows the text on the terminal's current line, cut to its width.
progress() {
  [[ -t 1 ]] || return 0
  local columns
  columns=$(tput cols 2>/dev/null || echo 80)
  printf '\r\033[K%.*s' "$((columns - 1))" "${*//$'\r'/}"
}

progress_end() { if [[ -t 1 ]]; then printf '\r\033[K'; fi; }
