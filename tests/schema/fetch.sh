#!/bin/sh
# Fetches Shopify's official Admin GraphQL schemas (they come with its npm package dev-mcp) once,
# and prints the folder they are in: SHOPIFY_SCHEMA_DIR="$(tests/schema/fetch.sh)".
set -eu

package="@shopify/dev-mcp@1.16.0"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/crossdock-schema"
data="$cache/package/dist/data"

if [ ! -f "$data/admin_2026-10.json.gz" ]; then
    mkdir -p "$cache"
    archive="$(cd "$cache" && npm pack --silent "$package")"
    tar -xzf "$cache/$archive" -C "$cache" package/dist/data package/LICENSE
    rm "$cache/$archive"
fi
echo "$data"
