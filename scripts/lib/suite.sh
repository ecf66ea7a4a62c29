# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154
#
# The Open POSIX Test Suite, which is not part of this tree: where it comes from, and its tests of
# AIO. Sourced behind common.sh, not run.

suite_package=posixtestsuite
suite_version=1.5.2
readonly suite_package suite_version

# fetch_suite <folder>: there, by apt-get from where this machine has its packages from, which
# checks that it is the distribution's. Sources, lists and what is fetched are in the folder; the
# machine's own stay as they are. Sets suite; quick where it has been fetched before.
fetch_suite() {
  suite=$1/$suite_package-$suite_version
  [[ ! -d $suite ]] || return 0
  rm -rf "$1"
  mkdir -p "$1"/{sources,state/lists/partial,cache/archives/partial}
  source_packages "$1/sources"
  if ! with_progress "$1/fetch.log" "Fetching the Open POSIX Test Suite" apt_get_source "$1"; then
    tail -n 20 "$1/fetch.log" >&2
    die "cannot fetch the Open POSIX Test Suite, the source package $suite_package, from where this
machine has its packages from (see above): without it there is no document. --suite takes a copy
that you have; --quick runs our own programs alone."
  fi
  mv "$1/new/$suite_package-$suite_version" "$suite" ||
    die "the distribution's $suite_package is not version $suite_version; --suite takes a copy"
}

# source_packages <folder>: the machine's own sources there, as those of source packages.
source_packages() {
  local file name
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    name=$1/${file##*/}
    case $file in
      *.sources) sed -E 's/^Types:.*/Types: deb-src/' "$file" >"$name" ;;
      *.list)
        [[ ! -f $file ]] || sed -nE 's/^[[:blank:]]*deb[[:blank:]]/deb-src /p' "$file" >"$name"
        ;;
    esac
  done
}

# Sources of third parties may have no source packages, so that the update may fail and be enough.
# In a shell of its own, whose folder it changes.
apt_get_source() (
  local folder=$1
  local apt=(apt-get -q -o Dir::Etc::SourceList=/dev/null
    -o "Dir::Etc::SourceParts=$folder/sources"
    -o "Dir::State=$folder/state" -o "Dir::Cache=$folder/cache")
  "${apt[@]}" update || true
  mkdir "$folder/new" && cd "$folder/new" && "${apt[@]}" source "$suite_package"
)

# suite_programs <pattern> <folder of binaries>: its tests of AIO whose names match, in the form
# that conformance/runner/run.py reads.
suite_programs() {
  local source name ours=$root/conformance/suite
  local flags="-std=c99 -w -include $ours/opts.h -I$suite/include $ours/main.c"
  for source in "$suite"/conformance/{definitions/aio_h,interfaces/{aio,lio}_*}/*.c; do
    name=$(basename "$(dirname "$source")")/$(basename "$source" .c)
    name=${name/#aio_h/aio.h}
    # shellcheck disable=SC2053 # it is a pattern
    [[ $name == $1 ]] || continue
    printf '%s\t' opts "$name" "$source" "$2/$name"
    printf '%s\n' "$flags"
  done | sort -V
}
