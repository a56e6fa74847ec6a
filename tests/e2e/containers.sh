#!/usr/bin/env bash
# The images, built on a Debian made here (no registry is needed), and the way of a recording through them: read-only,
# without rights. Uses the Docker that answers; where none does, root on Debian gets one for this run alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! docker info >/dev/null 2>&1; then
  [ "$(id -u)" = 0 ] || { echo "No Docker answers, and only root can start one." >&2; exit 1; }
  if ! command -v dockerd >/dev/null; then
    DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends docker.io iptables >/dev/null
  fi
  log=$(mktemp)
  dockerd >"$log" 2>&1 &
  engine=$!
  trap 'kill "$engine"; wait "$engine" 2>/dev/null || true' EXIT
  for _ in $(seq 60); do docker info >/dev/null 2>&1 && break; sleep 0.5; done
  docker info >/dev/null 2>&1 || { tail "$log" >&2; exit 1; }
fi
if ! docker image inspect scope-base:12 >/dev/null 2>&1; then
  command -v debootstrap >/dev/null || apt-get install -y -q --no-install-recommends debootstrap >/dev/null
  deploy/base-image.sh scope-base:12
fi
deploy/images.sh test scope-base:12
SCOPE_TEST_DEPLOYMENT=containers .venv/bin/python -m pytest tests/e2e/test_whole_way.py tests/e2e/test_bad_recordings.py
