#!/usr/bin/env bash
# All images: images.sh [TAG [BASE]]. Where packages come through a mirror, its settings (pip.conf, apt.conf) are used
# while building, by way of secrets, and are in no layer.
set -euo pipefail
cd "$(dirname "$0")/.."
tag=${1:-$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)} base=${2:-debian:12-slim}
docker=$(command -v /usr/bin/docker || command -v docker)
more=()
[ ! -f /etc/pip.conf ] || more+=(--secret id=pip,src=/etc/pip.conf)
apt=$(mktemp); trap 'rm -f "$apt"' EXIT
cat /etc/apt/apt.conf.d/*proxy* >"$apt" 2>/dev/null || true
[ ! -s "$apt" ] || more+=(--secret "id=apt,src=$apt")
for target in gateway ingest prompter analysis; do
  echo "building claude-scope-$target:$tag on $base" >&2
  DOCKER_BUILDKIT=1 "$docker" build --quiet --network host --build-arg "BASE=$base" "${more[@]}" \
    -f deploy/Dockerfile --target "$target" -t "claude-scope-$target:$tag" . >/dev/null
done
"$docker" image ls --filter "reference=claude-scope-*:$tag" --format '{{.Repository}}:{{.Tag}}  {{.Size}}'
