#!/bin/sh
# Fetches axe-core, the accessibility checker, from npm once, and prints where its script is.
set -eu

package="axe-core@4.14.1"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/crossdock-axe/$package"

if [ ! -f "$cache/package/axe.min.js" ]; then
    mkdir -p "$cache/package"
    # In a folder of its own: two test processes may fetch it at the same time.
    scratch="$(mktemp -d "$cache/fetch.XXXXXX")"
    trap 'rm -rf "$scratch"' EXIT
    archive="$(cd "$scratch" && npm pack --silent "$package")"
    tar -xzf "$scratch/$archive" -C "$scratch" package/axe.min.js package/LICENSE
    mv -f "$scratch/package/LICENSE" "$scratch/package/axe.min.js" "$cache/package/"
fi
echo "$cache/package/axe.min.js"
