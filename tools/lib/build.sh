# SPDX-License-Identifier: Apache-2.0
# What the tools share: the repository's root, and what must be installed before anything can be built. Sourced by bash.

# The exit code for a tool that cannot do its work here: something is not installed, or the program does not build.
# It differs from every exit code of hssim itself.
readonly EXIT_UNAVAILABLE=69

# The root of the repository, from any working directory and through symbolic links.
ROOT="$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.." && pwd)"
readonly ROOT

# Prints a message as the tool's own.
say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }

unavailable() {
  say "$@"
  exit "$EXIT_UNAVAILABLE"
}

require_swift() {
  command -v swift >/dev/null || unavailable "Swift 6.1 or newer is needed; see https://www.swift.org/install"
}

# Whether a C program finds SQLite's header and library, as the build will look for them.
has_sqlite() {
  local clang
  clang="$(dirname "$(readlink -f "$(command -v swift)")")/clang"
  [[ -x $clang ]] || clang="$(command -v clang || command -v cc)" || return 1
  printf '#include <sqlite3.h>\nint main(void) { return sqlite3_libversion_number() == 0; }\n' |
    "$clang" -x c - -lsqlite3 -o /dev/null 2>/dev/null
}

# Ensures SQLite's development files: installs them where this user may, else says what to type.
require_sqlite() {
  has_sqlite && return
  local -a install
  if command -v apt-get >/dev/null; then
    install=(apt-get install -y --no-install-recommends libsqlite3-dev)
  elif command -v dnf >/dev/null; then
    install=(dnf install -y sqlite-devel)
  elif command -v zypper >/dev/null; then
    install=(zypper --non-interactive install sqlite3-devel)
  elif command -v apk >/dev/null; then
    install=(apk add sqlite-dev)
  elif command -v pacman >/dev/null; then
    install=(pacman -S --needed --noconfirm sqlite)
  else
    unavailable "the development files of SQLite 3 (sqlite3.h, libsqlite3) are needed; install them"
  fi
  local -a privileged=()
  if ((EUID != 0)); then
    privileged=(sudo -n)
    if ! { command -v sudo && sudo -n true; } &>/dev/null; then
      unavailable "the development files of SQLite 3 are missing; type: sudo ${install[*]}"
    fi
  fi
  say "installing the development files of SQLite 3: ${install[*]}"
  if ! "${privileged[@]}" "${install[@]}" &>/dev/null && [[ ${install[0]} == apt-get ]]; then
    # A fresh image has no package lists yet.
    "${privileged[@]}" apt-get update &>/dev/null
    "${privileged[@]}" "${install[@]}" >&2
  fi
  has_sqlite || unavailable "SQLite 3 is still missing; type: ${privileged[*]:+sudo }${install[*]}"
}
