#!/usr/bin/env bash
# scripts/build.sh OUT STAMP [quick]: builds the dashboard into OUT, unless what is there was built from the same sources.
# With quick, anything that was built will do.
set -euo pipefail

out=$1
stamp=$2
mode=${3:-whole}
cd "$(dirname "${BASH_SOURCE[0]}")/.."
mkdir -p "$(dirname "$out")" "$(dirname "$stamp")"

# Who comes while another builds it waits, and then finds it built. What is started below does not hold the lock: it might stay.
if command -v flock >/dev/null; then
  exec 9>"$stamp.lock"
  flock 9
fi

if [[ $mode == quick && -f $out/index.html ]]; then
  exit 0
fi

sources=$(
  find . ../../*/src/main/resources/openapi ../../platform/*/src/main/resources/openapi \
    \( -name node_modules -o -name dist -o -name build -o -name journeys \) -prune -o -type f ! -name schema.d.ts ! -path ./src/shared/api/enums.ts -print0 2>/dev/null |
    sort -z | xargs -0 sha256sum | sha256sum
)
if [[ -f $out/index.html && -f $stamp && $(<"$stamp") == "$sources" ]]; then
  exit 0
fi

# Debian's nodejs brings npm as a package of its own.
if ! command -v npm >/dev/null; then
  if ! command -v apt-get >/dev/null; then
    echo "Node.js 20.19 or newer is needed to build the dashboard: install it and start again." >&2
    exit 1
  fi
  echo "Installing Node.js ..." >&2
  as_root=()
  if [[ $(id -u) -ne 0 ]]; then
    as_root=(sudo)
  fi
  "${as_root[@]+"${as_root[@]}"}" apt-get update -qq
  "${as_root[@]+"${as_root[@]}"}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm
fi

if ! node -e 'const [major, minor] = process.versions.node.split("."); process.exit(+major > 20 || (+major === 20 && +minor >= 19) ? 0 : 1)'; then
  echo "Node.js $(node --version) is too old to build the dashboard: install 20.19 or newer." >&2
  exit 1
fi

scripts/install.sh 9>&-

# What is there stays until the new one is whole: a server may be reading it.
rm -f "$stamp"
rm -rf "$out.new"
DASHBOARD_OUT=$out.new npm run --silent build 9>&-
rm -rf "$out"
mv "$out.new" "$out"
echo "$sources" >"$stamp"
