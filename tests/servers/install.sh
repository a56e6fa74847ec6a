#!/usr/bin/env bash
# What Debian has of the servers that tests start. Says what to do where it may not install.
set -euo pipefail
packages=(rabbitmq-server radosgw ceph-mon ceph-osd ceph-common kubernetes-client)
missing=()
for each in "${packages[@]}"; do
  [ "$each" = kubernetes-client ] && command -v kubectl >/dev/null && continue
  dpkg -s "$each" >/dev/null 2>&1 || missing+=("$each")
done
[ ${#missing[@]} -gt 0 ] || { echo "The test servers are there." >&2; exit 0; }
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "Not root on Debian. Install: ${missing[*]} (or let Docker run, or name servers in SCOPE_TEST_*_URL)." >&2
  exit 0
fi
echo "Installing ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
# They are started by the tests, each time anew: not by their packages, on their default ports.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
  trap 'rm -f "$policy"' EXIT
fi
apt-get update -q >/dev/null
apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null
