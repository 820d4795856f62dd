#!/bin/sh
# Unpacks Debian's nginx with its RTMP module into .uv/nginx-rtmp, for the tests of the media server. Nothing is
# installed, so it needs no root. Where apt cannot, it says so and ends well, and those tests are skipped by name. With
# CI=true that is an error.
set -eu
cd "$(dirname "$0")/.."

module=usr/lib/nginx/modules/ngx_rtmp_module.so
folder=.uv/nginx-rtmp
if [ -e "$folder/$module" ] || [ -e "/$module" ]; then exit 0; fi

give_up() {
    printf 'nginx-rtmp: %s\n' "$*" >&2
    if [ "${CI:-}" = true ]; then exit 1; fi
    echo "nginx-rtmp: going on without; tests of the media server are skipped" >&2
    exit 0
}
command -v apt-get >/dev/null || give_up "there is no apt-get"
command -v dpkg-deb >/dev/null || give_up "there is no dpkg-deb"
echo "nginx-rtmp: fetching nginx and libnginx-mod-rtmp"
rm -rf "$folder" "$folder.draft"
mkdir -p "$folder.draft/packages"
log=$folder.draft/log
(cd "$folder.draft/packages" && apt-get download nginx libnginx-mod-rtmp) >"$log" 2>&1 || {
    [ "$(id -u)" = 0 ] && apt-get update >>"$log" 2>&1 &&
        (cd "$folder.draft/packages" && apt-get download nginx libnginx-mod-rtmp) >>"$log" 2>&1
} || {
    tail -n 5 "$log" >&2
    give_up "the packages could not be fetched"
}
for package in "$folder.draft"/packages/*.deb; do
    dpkg-deb -x "$package" "$folder.draft" || give_up "$package could not be unpacked"
done
mv "$folder.draft" "$folder"
