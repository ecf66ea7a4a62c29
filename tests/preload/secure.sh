#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# secure.sh <program>
#
# Is a program tuned by its caller? Yes, by AIOX_*; but not if it runs with privileges that the
# caller has not. Status 77: nobody here can give a program such privileges.
set -euo pipefail

program=$1
export AIOX_MAX_REQUESTS=7 AIOX_STATS=1

skip() {
  echo "skipped: $1" >&2
  exit 77
}

said=$("$program" 2>/dev/null)
[[ $said == "secure=0 aio_max=7" ]] || {
  echo "an ordinary program is tuned: $said" >&2
  exit 1
}

((EUID == 0)) || skip "only root makes a program that runs as somebody else"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cp "$program" "$folder/privileged"
chown 65534 "$folder/privileged"
chmod 4755 "$folder/privileged"

said=$("$folder/privileged" 2>"$folder/errors")
case $said in
  secure=0*) skip "no set-user-ID programs in $folder" ;;
  "secure=1 aio_max=7") echo "a privileged program is tuned by its caller" >&2 && exit 1 ;;
esac
[[ $said == "secure=1 aio_max="* && ! -s $folder/errors ]] || {
  echo "a privileged program goes its own way: $said" >&2
  cat "$folder/errors" >&2
  exit 1
}
