#!/usr/bin/env bash
# Installs what the named purposes need from Debian: build, run, test. Installs nothing that is there already.
set -euo pipefail

build=(libmosquitto-dev libsqlite3-dev libyaml-dev libjansson-dev libssl-dev libpq-dev libmicrohttpd-dev
    libwslay-dev libzstd-dev pkg-config make)
run=(mosquitto postgresql postgresql-client socat util-linux procps)
test=(openssl curl iproute2 e2fsprogs protobuf-compiler libprotobuf-c-dev protobuf-c-compiler prometheus
    python3 python3-venv python3-paho-mqtt python3-protobuf chromium)

wanted=()
for purpose in "$@"; do
    case $purpose in
        build) wanted+=("${build[@]}") ;;
        run) wanted+=("${run[@]}") ;;
        test) wanted+=("${test[@]}") ;;
        *) echo "packages.sh: unknown purpose '$purpose'; use build, run or test" >&2; exit 2 ;;
    esac
done

missing=()
for package in "${wanted[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null)" = "ii " ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || {
        echo "These packages are missing: ${missing[*]}" >&2
        echo "Run as root: apt-get install ${missing[*]}" >&2
        exit 1
    }
    as_root=(sudo)
fi
echo "Installing from Debian: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
