#!/usr/bin/env bash
# A Debian 12 to build on where no registry is reached: base-image.sh NAME. Needs root, debootstrap and Docker.
set -euo pipefail
name=$1 folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo "debootstrap: Debian 12 into $folder" >&2
debootstrap --variant=minbase --include=ca-certificates bookworm "$folder" >"$folder.log" 2>&1 || { tail "$folder.log" >&2; exit 1; }
cp -L /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/ca-certificates.crt"  # a mirror may have its own
rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/* "$folder"/usr/share/{doc,man,locale} "$folder.log"
tar -C "$folder" -c . | docker import - "$name"
