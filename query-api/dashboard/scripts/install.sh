#!/usr/bin/env bash
# scripts/install.sh: puts the packages of the lock file into node_modules, unless they are there.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."

if ! cmp -s package-lock.json node_modules/.installed-lock; then
  # Of what it says, only why it could not.
  npm ci --prefer-offline --loglevel=error >/dev/null
  cp package-lock.json node_modules/.installed-lock
fi
