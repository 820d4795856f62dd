#!/bin/sh
# Installs s3rver, an S3 server in JavaScript, into .uv/s3rver for the tests of object storage, from the lock in
# tests/data/s3rver. It takes the Node of scripts/web.sh. Where there is none, or no registry, it says so and ends well,
# and those tests are skipped by name. With CI=true that is an error.
set -eu
cd "$(dirname "$0")/.."

source=tests/data/s3rver
folder=.uv/s3rver
if cmp -s "$source/package-lock.json" "$folder/.songgang-lock"; then exit 0; fi

give_up() {
    printf 's3rver: %s\n' "$*" >&2
    if [ "${CI:-}" = true ]; then exit 1; fi
    echo "s3rver: going on without; tests of object storage are skipped" >&2
    exit 0
}
if [ -x .uv/node/bin/node ]; then PATH=$PWD/.uv/node/bin:$PATH; fi
command -v npm >/dev/null || give_up "there is no npm"
echo "s3rver: fetching the packages of $source/package-lock.json"
mkdir -p "$folder"
cp "$source/package.json" "$source/package-lock.json" "$folder"
(cd "$folder" && npm ci --silent --no-audit --no-fund) || give_up "they could not be fetched"
cp "$source/package-lock.json" "$folder/.songgang-lock"
