#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# durability.sh <case> <program> <library>
#
# Runs a case of durability.c with aiox preloaded under strace, which also delays calls and lets
# them fail, and checks in the trace which call had returned when which one began. strace writes
# its lines in the order in which the calls came and went, so nothing here rests on times.
# Exit status 77: strace cannot trace here.
set -euo pipefail

what=$1 program=$2 library=$3
readonly tries=5
readonly writing='^(pwrite64|pwritev2?|write|writev)[(]'
calls='pwrite64,pwritev,pwritev2,write,writev,fsync,fdatasync,sync_file_range,fcntl,openat'
calls+=',?access,?faccessat,?faccessat2'

skip() {
  echo "skipped: $*"
  exit 77
}

die() {
  echo "$what: $*" >&2
  echo "what the program said:" >&2
  cat said >&2
  echo "the traced calls: entered at line, returned at line, result, call" >&2
  cut -c 1-160 calls | head -n 80 >&2
  exit 1
}

command -v strace >/dev/null || skip "there is no strace"
why=$(strace -f -o /dev/null -e inject=pwrite64:delay_enter=1ms true 2>&1) ||
  skip "strace cannot trace: $why"

work=$(mktemp -d "$(pwd -P)/durability.XXXXXX")
tracer=
end_tracer() { if [[ -n $tracer ]]; then kill -KILL "$tracer" 2>/dev/null || true; fi; }
trap 'end_tracer; rm -rf "$work"' EXIT
cd "$work"

# trace <strace argument>...: runs the case. strace 6.1 does not notice that the program has ended
# while it delays a call of it; so it is ended as soon as the program has said its last.
trace() {
  local line
  rm -rf -- *
  exec {output}< <(exec strace -f -y -s 64 -o trace -e trace="$calls" "$@" -E AIOX_STATS=1 \
    -E AIOX_EXIT=cancel -E LD_PRELOAD="$library" "$program" "$what" 2>&1)
  tracer=$!
  while read -r -t 70 -u "$output" line; do
    echo "$line"
    [[ $line != "aiox: outstanding="* ]] || break
  done >said
  end_tracer
  exec {output}<&-
  list_calls <trace >calls
  grep -q '^aiox: ' said || die "the program did not come to its end"
  ! grep -q '^not so' said || die "the program was not content"
}

# One line for each call: entered at, returned at, result, the call itself. The last two of a call
# that did not return are "never".
list_calls() {
  awk '
    function put(entered, call,   result) {
      result = call ~ /\) += / ? call : ") = ?"
      sub(/.*\) += /, "", result)
      sub(/ \(DELAYED\)$/, "", result)
      if (result ~ /^[?]/) result = "never"
      printf "%d\t%s\t%s\t%s\n", entered, result == "never" ? "never" : NR, result, call
    }
    {
      thread = $1
      sub(/^[0-9]+ +/, "")
    }
    /^<\.\.\. .* resumed>/ {
      sub(/^<\.\.\. [a-z0-9_]+ resumed>/, "")
      put(entered[thread], begun[thread] $0)
      delete entered[thread]
      next
    }
    /<unfinished \.\.\.>$/ {
      sub(/ *<unfinished \.\.\.>$/, "")
      entered[thread] = NR
      begun[thread] = $0
      next
    }
    /^[a-z0-9_]+\(/ { put(NR, $0) }
    END { for (thread in entered) put(entered[thread], begun[thread] ") = ?") }' | sort -n
}

# column <number> <expression>: of the calls that match it.
column() { awk -F '\t' -v column="$1" -v call="$2" '$4 ~ call { print $column }' calls; }

# one <number> <expression>: the same of the only call that matches.
one() {
  local found
  found=$(column "$@")
  [[ -n $found && $found != *$'\n'* ]] || die "not exactly one call matches $2"
  echo "$found"
}

# written_before <line> <text>: how many different writes of such a text had succeeded by then.
written_before() {
  awk -F '\t' -v line="$1" -v call="$writing" -v text="\"$2-[0-9]+\"" '
    $4 ~ call && $3 == 16 && $2 + 0 < line && match($4, text) {
      print substr($4, RSTART, RLENGTH)
    }' calls | sort -u | wc -l
}

# served <operation> <its counters>: aiox did it.
served() { grep -q "^aiox: $1 $2 cancelled=0\$" said || die "aiox has not served the ${1}s"; }

# came_about: whether the case is about what it should be about this time.
came_about() { grep -qx 'as it should be' said; }

# A covered write gets to its call late, so that a sync that does not wait is seen to overtake it.
covered_writes() {
  local sync=$1 other=$2 began
  trace -e inject=pwrite64:delay_enter=3ms
  came_about || die "the program was not content"
  served write "submitted=40 completed=40 failed=0"
  served fsync "submitted=1 completed=1 failed=0"
  began=$(one 1 "^${sync}[(]")
  [[ -z $(column 1 "^${other}[(]") ]] || die "there is a call of $other"
  (($(written_before "$began" covered) == 32)) || die "$sync began before a covered write was over"
  (($(one 2 "^${sync}[(]") < $(one 1 '"sync-completed"'))) || die "over before $sync returned"
}
sync() { covered_writes fsync fdatasync; }
dsync() { covered_writes fdatasync fsync; }

# Only what concerns these two names is traced and delayed: the write that is held and the sync.
uncovered_write_is_held() {
  local try
  for ((try = 0; try < tries; ++try)); do
    trace -P "$work/held" -P "$work/synced" -e inject=pwrite64:delay_enter=600s
    served write "submitted=9 completed=8 failed=0"
    served fsync "submitted=1 completed=1 failed=0"
    [[ $(one 3 '^fsync[(]') == 0 ]] || die "fsync did not succeed"
    [[ $(column 3 'held-') =~ ^(never)?$ ]] || die "the held write was not held"
    if came_about && [[ -n $(column 1 'held-') ]]; then
      (($(one 1 'held-') > $(one 1 '^fsync[(]'))) || return 0
    fi
  done
  die "in $tries runs the held write never began before the sync"
}
later_write() { uncovered_write_is_held; }
other_file() { uncovered_write_is_held; }

failing_write() {
  local try began
  for ((try = 0; try < tries; ++try)); do
    trace -P "$work/failing" -e inject=pwrite64:error=EIO:delay_enter=3s
    served write "submitted=32 completed=31 failed=1"
    [[ $(one 3 'failing-') == '-1 EIO '* ]] || die "the write did not fail"
    came_about || continue
    served fsync "submitted=2 completed=1 failed=1"
    began=$(column 1 '^fsync[(]' | head -n 1)
    (($(one 2 'failing-') < ${began:-0})) || die "fsync began before the covered write was over"
    return 0
  done
  die "in $tries runs the write was always over when the sync was asked for"
}

# A write is over no earlier than its call, and that call is made on the very open file that
# promises durability, with the flag that it was opened with.
synchronous() {
  local name flag fildes number text
  trace -e inject=pwrite64:delay_enter=3ms
  came_about || die "the program was not content"
  served write "submitted=16 completed=16 failed=0"
  [[ -z $(column 1 '^fcntl[(].*F_SETFL') ]] || die "somebody has changed a descriptor's flags"
  for name in osync odsync; do
    [[ $name == osync ]] && flag='O_SYNC' || flag='O_DSYNC'
    fildes=$(one 3 "^openat[(].*\"$name\", O_RDWR[|]O_CREAT[|]$flag,")
    for ((number = 0; number < 8; ++number)); do
      text=$name-$(printf "%0$((15 - ${#name}))d" "$number")
      [[ $(one 3 "^pwrite.*[(]${fildes%%<*}<[^>]*/$name>, .*\"$text\"") == 16 ]] ||
        die "$text was not written through its descriptor"
      (($(one 2 "^pwrite.*\"$text\"") < $(one 1 "\"completed-$text\""))) ||
        die "$text was over before its call returned"
    done
  done
}

"$what"
