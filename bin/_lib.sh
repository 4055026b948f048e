# shellcheck shell=bash
# What bin/setup, test, check, serve and demo share. Source it; it changes into the checkout and sets ROOT and PY.

set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$ROOT"
PY=$ROOT/.venv/bin/python

say() { printf '%s\n' "$*" >&2; }

stop() {
  printf '\n' >&2
  printf '%s\n' "$@" >&2
  exit 1
}

# --- Debian and Ubuntu packages -------------------------------------------------------------------

apt_updated=
# need_packages WHAT-FOR PACKAGE...: install as root or through sudo; otherwise print the one command and stop.
need_packages() {
  local reason=$1
  shift
  local as_root=()
  if ! command -v apt-get >/dev/null; then
    stop "$reason needs these packages (their Debian names): $*" "Install them with this system's package manager and run the command again."
  elif [ "$(id -u)" -ne 0 ]; then
    # -n: a password prompt in the middle of a script is a trap; a person can type the command below.
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
      as_root=(sudo -n)
    else
      stop "$reason needs packages that only an administrator may install. Type this, then run the command again:" \
        "  sudo apt-get update && sudo apt-get install --no-install-recommends -y $*"
    fi
  fi
  say "Installing for ${reason}: $*"
  as_root+=(env DEBIAN_FRONTEND=noninteractive)
  local log
  log=$(mktemp)
  if [ -z "$apt_updated" ]; then
    "${as_root[@]}" apt-get update -qq >"$log" 2>&1 || { cat "$log" >&2 && say "Going on with the package lists at hand."; }
    apt_updated=1
  fi
  "${as_root[@]}" apt-get install --no-install-recommends -y -qq "$@" >"$log" 2>&1 </dev/null ||
    stop "$(tail -n 20 "$log")" "apt-get could not install: $*"
  rm -f "$log"
}

# --- Python ---------------------------------------------------------------------------------------

# A shim on PATH may exist and still fail: every candidate is asked for its version.
fitting_python() { "$1" -c 'import sys; sys.exit(not (3, 12) <= sys.version_info[:2] < (3, 15))' 2>/dev/null; }
has_venv() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }

# Print the path of a Python 3.12 to 3.14 that can make virtual environments; stop with advice when there is none.
find_python() {
  local candidate found fallback=
  if [ -n "${PORTAL_PYTHON:-}" ] && ! fitting_python "$PORTAL_PYTHON"; then
    stop "PORTAL_PYTHON names $PORTAL_PYTHON, which is not a Python 3.12, 3.13 or 3.14."
  fi
  for candidate in ${PORTAL_PYTHON:+"$PORTAL_PYTHON"} python3.13 python3.12 python3.14 python3 \
    "${PYENV_ROOT:-${HOME:-}/.pyenv}"/versions/3.1[234]*/bin/python3; do
    found=$(command -v "$candidate") && fitting_python "$found" || continue
    # The program itself: a shim answers differently in another folder.
    found=$("$found" -c 'import sys; print(sys.executable)')
    if has_venv "$found"; then
      printf '%s\n' "$found"
      return
    fi
    [ -n "$fallback" ] || fallback=$found
  done
  if [ -n "$fallback" ]; then # Debian and Ubuntu keep venv in a package of its own
    need_packages "the virtual environment" "$("$fallback" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    has_venv "$fallback" || stop "$fallback still cannot make a virtual environment (module ensurepip is missing)."
    printf '%s\n' "$fallback"
    return
  fi
  python_from_uv
}

# The last way: uv downloads a Python. It is itself taken from PyPI when it is not installed.
python_from_uv() {
  local uv folder='' found=''
  uv=$(command -v uv || true)
  if [ -z "$uv" ] && command -v python3 >/dev/null && has_venv "$(command -v python3)"; then
    say "No Python 3.12, 3.13 or 3.14 here; asking uv for one."
    folder=$(mktemp -d)
    if python3 -m venv "$folder" && "$folder/bin/pip" install -q --disable-pip-version-check 'uv>=0.9,<1' >&2; then
      uv=$folder/bin/uv
    fi
  fi
  if [ -n "$uv" ]; then
    found=$("$uv" python find '>=3.12,<3.15' 2>/dev/null) ||
      { "$uv" python install 3.13 >&2 && found=$("$uv" python find 3.13); } || found=
  fi
  [ -z "$folder" ] || rm -rf "$folder"
  if [ -n "$found" ] && fitting_python "$found"; then
    printf '%s\n' "$found"
    return
  fi
  stop "The portal needs Python 3.12, 3.13 or 3.14; none was found, and none could be downloaded." \
    "Debian 13 and Ubuntu 24.04 have one: sudo apt-get install python3 python3-venv" \
    "Elsewhere install uv and let it fetch one: uv python install 3.13" \
    "Or name a Python yourself: PORTAL_PYTHON=/path/to/python3.13 bin/setup"
}
