#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# served_by.sh aiox|libc|libc-alone <command>...
#
# Runs the command, which makes one round through calls(), and checks who served it by what aiox
# says at exit: all, nothing, or, where aiox is not even loaded, not a word.
set -euo pipefail

who=$1
shift
said=$(mktemp)
trap 'rm -f "$said"' EXIT

status=0
AIOX_STATS=1 "$@" 2>"$said" || status=$?
cat "$said" >&2
((status == 0)) || {
  echo "the program failed with status $status" >&2
  exit 1
}

# line <operation> <count>
line() { echo "aiox: $1 submitted=$2 completed=$2 failed=0 cancelled=0"; }

case $who in
  aiox) expected=$(line read 3 && line write 3 && line fsync 2 && echo "aiox: outstanding=0") ;;
  libc) expected=$(line read 0 && line write 0 && line fsync 0 && echo "aiox: outstanding=0") ;;
  libc-alone) expected= ;;
esac
# How many workers are left at exit is a matter of chance.
found=$(sed -n -e 's/ workers=[0-9]*$//' -e '/^aiox: /p' "$said")
diff <(echo "$expected") <(echo "$found") >&2 || {
  echo "not served by $who" >&2
  exit 1
}
