#!/usr/bin/env bash
# Makes Debian's Python an environment with the independent readers (from PyPI, for tests only), unless it is there, and
# prints its interpreter: environment.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
folder=$here/../../../.build/readers
mkdir -p "$folder"
exec 9>"$folder/.lock"
flock 9
stamp=$folder/.installed
if ! cmp -s "$here/requirements.txt" "$stamp"; then
    /usr/bin/python3 -m venv "$folder" >&2
    "$folder/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" >&2
    cp "$here/requirements.txt" "$stamp"
fi
echo "$(cd "$folder" && pwd)/bin/python"
