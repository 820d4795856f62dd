#!/bin/sh
# Installs what tests in a browser need: Chromium and a Chinese font. Where apt may not, it says so and ends well,
# and those tests are skipped by name. With CI=true that is an error.
set -eu

chromium() {
    command -v chromium || command -v chromium-browser || command -v google-chrome
}
chinese_font() {
    command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn family)" ]
}
if chromium >/dev/null && chinese_font; then exit 0; fi

give_up() {
    printf 'browser: %s\n' "$*" >&2
    if [ "${CI:-}" = true ]; then exit 1; fi
    echo "browser: going on without; tests in a browser are skipped" >&2
    exit 0
}
as_root=
if [ "$(id -u)" != 0 ]; then
    as_root="sudo -n"
    $as_root true 2>/dev/null || give_up "Chromium or a Chinese font is missing: sudo apt-get install chromium fonts-noto-cjk"
fi
command -v apt-get >/dev/null || give_up "Chromium or a Chinese font is missing, and there is no apt-get"
echo "browser: installing chromium and fonts-noto-cjk"
log=$(mktemp)
if ! { $as_root apt-get update && $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends chromium fonts-noto-cjk fontconfig; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    rm -f "$log"
    give_up "they could not be installed"
fi
rm -f "$log"
