#!/bin/sh
# Fills .venv with exactly the packages of uv.lock. Needs Python 3.11 or newer with venv and pip. Fetches uv if
# no uv of at least the pinned version exists. Several may run at once: one works, the others wait.
set -eu
cd "$(dirname "$0")/.."

uv_version=0.13.9 # the same as in the Dockerfile; a test compares them

stop() {
    printf 'setup: %s\n' "$*" >&2
    exit 1
}

# The folder is part of the state, because the programs in .venv contain the full path of their interpreter.
wanted=$(pwd && cksum uv.lock pyproject.toml scripts/setup.sh)
stamp=.venv/.songgang-setup
ready() {
    [ -x .venv/bin/python ] && [ -r "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]
}
if ready; then exit 0; fi

# Run in the background and waited for: only then does a shell pass on a signal at once.
child=
interrupted() {
    if [ -n "$child" ]; then
        kill -TERM "$child" 2>/dev/null || :
        wait "$child" || :
    fi
    exit "$1"
}
trap 'interrupted 130' INT
trap 'interrupted 143' TERM HUP
attempt() {
    "$@" &
    child=$!
    result=0
    wait "$child" || result=$?
    child=
    return "$result"
}

python=
for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    python=$("$name" -c 'import sys; print(sys.executable if sys.version_info >= (3, 11) else "")' 2>/dev/null) || python=
    if [ -n "$python" ]; then break; fi
done
if [ -z "$python" ]; then
    found=$("${PYTHON:-python3}" --version 2>&1) || found="no ${PYTHON:-python3} that runs"
    stop "Python 3.11 or newer is needed, found: $found. Install one, or name it: make PYTHON=/path/to/python3"
fi

# Python takes the lock, because flock(1) is not on every system. The lock belongs to the open file, so this
# shell holds it until it exits in any way.
mkdir -p .uv
exec 9>>.uv/lock
attempt "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
if ready; then exit 0; fi

new_enough() {
    have=$("$1" --version 2>/dev/null) || return 1
    "$python" - "$have" "uv $uv_version" <<'END'
import re, sys
have, want = (tuple(map(int, re.findall(r"\d+", text)[:3])) for text in sys.argv[1:])
sys.exit(have < want)
END
}
uv=
for name in .uv/venv/bin/uv uv; do
    if new_enough "$name"; then
        uv=$name
        break
    fi
done
if [ -z "$uv" ]; then
    echo "setup: fetching uv $uv_version"
    attempt "$python" -m venv --clear .uv/venv ||
        stop "$python cannot make a virtual environment; install its venv module (Debian, Ubuntu: apt-get install python3-venv)"
    attempt .uv/venv/bin/python -m pip install --quiet --disable-pip-version-check "uv==$uv_version" ||
        stop "uv $uv_version could not be fetched; is the package index reachable?"
    uv=.uv/venv/bin/uv
fi

if [ -z "${UV_CACHE_DIR:-}" ] && ! mkdir -p "${XDG_CACHE_HOME:-${HOME:-/dev/null}/.cache}/uv" 2>/dev/null; then
    export UV_CACHE_DIR="$PWD/.uv/cache"
fi
# Behind a company's proxy only the machine's own list contains the certificate authority of the proxy.
if [ -r /etc/ssl/certs/ca-certificates.crt ]; then export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-true}"; fi
if [ -r "$stamp" ] && [ "$(sed 1q "$stamp")" != "$PWD" ]; then rm -rf .venv; fi
rm -f "$stamp"
unset VIRTUAL_ENV PYTHONHOME PYTHONPATH
# If Python may not write bytecode, every start would compile all modules again.
if [ -n "${PYTHONDONTWRITEBYTECODE:-}" ]; then export UV_COMPILE_BYTECODE=1; fi
export UV_PROJECT_ENVIRONMENT=.venv UV_PYTHON="$python" UV_PYTHON_DOWNLOADS=never
echo "setup: filling .venv from uv.lock"
attempt "$uv" sync --quiet --locked --all-extras ||
    stop "uv sync failed; when it says that the lockfile needs an update, run: $uv lock"
printf '%s\n' "$wanted" >"$stamp"
