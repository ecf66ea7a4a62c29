#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
#
# symbols.sh <claim> <argument>...: checks one claim about what stands in a built file.
set -euo pipefail

die() {
  echo "$*" >&2
  exit 1
}

# The names between "global:" and "local:" of a version map.
promised_names() { sed -n '/^global:/,/^local:/s/^ *\([a-z_0-9]*\);$/\1/p' "$1" | sort; }

same() { diff --label expected --label found <(echo "$1") <(echo "$2") >&2 || die "$3"; }

# <library>
needs_libc_and_loader_only() {
  local needed
  needed=$(ldd "$1" | awk '{ print $1 }' | grep -v '^linux-vdso' | sed 's|.*/||' | sort)
  same $'ld-linux-x86-64.so.2\nlibc.so.6' "$needed" "$1 needs other libraries"
}

# <library> <version map>
shared_library_exports_exactly() {
  same "$(promised_names "$2")" "$(nm -D --defined-only "$1" | awk '{ print $3 }' | sort)" \
    "$1 does not export exactly the promised names"
}

# <archive> <version map>
archive_defines_exactly() {
  same "$(promised_names "$2")" \
    "$(nm --defined-only --extern-only "$1" | awk 'NF == 3 { print $3 }' | sort)" \
    "$1 does not define exactly the promised names"
  (($(ar t "$1" | wc -l) == 1)) || die "$1 has more than one object"
}

# <library>
stays_loaded_and_binds_at_once() {
  local dynamic flag
  dynamic=$(readelf --dynamic --wide "$1")
  for flag in 'FLAGS).*BIND_NOW' 'FLAGS_1).*NODELETE' 'SONAME).*\[libaiox\.so\.0\]'; do
    grep -q "$flag" <<<"$dynamic" || die "$1 has no ($flag"
  done
}

# <library>
defines_no_versions() {
  ! readelf --version-info --wide "$1" | grep -q 'Version definition' || die "$1 defines versions"
}

# <program> <name@version>
refers_to() {
  nm -D --undefined-only "$1" | awk '{ print $2 }' | grep -Fxq "$2" || die "$1 has no reference $2"
}

"$@"
