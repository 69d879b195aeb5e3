#!/usr/bin/env bash
# Makes a Python environment with the two independent readers of Parquet and prints its interpreter.
# It lies in the user's cache, or where CKPT_VENV says, and is made anew when requirements.txt has changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv=${CKPT_VENV:-${XDG_CACHE_HOME:-$HOME/.cache}/ckpt/venv}
if ! cmp -s "$here/requirements.txt" "$venv/made-from"; then
  rm -rf "$venv"
  mkdir -p "$(dirname "$venv")"
  "${PYTHON:-python3}" -m venv "$venv" >&2
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --only-binary :all: -r "$here/requirements.txt" >&2
  cp "$here/requirements.txt" "$venv/made-from"
fi
echo "$venv/bin/python"
