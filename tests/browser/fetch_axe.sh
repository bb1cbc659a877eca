#!/bin/sh
# Fetches axe-core, the accessibility checker, from npm once, and prints where its script is.
set -eu

package="axe-core@4.14.1"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/crossdock-axe/$package"

if [ ! -f "$cache/package/axe.min.js" ]; then
    mkdir -p "$cache"
    archive="$(cd "$cache" && npm pack --silent "$package")"
    tar -xzf "$cache/$archive" -C "$cache" package/axe.min.js package/LICENSE
    rm "$cache/$archive"
fi
echo "$cache/package/axe.min.js"
