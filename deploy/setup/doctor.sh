#!/usr/bin/env bash
# Says what this machine lacks for building, running and testing, and how to get it.
set -u
failures=0

ok() { printf 'ok    %-12s %s\n' "$1" "$2"; }
fail() { printf 'fail  %-12s %s\n      -> %s\n' "$1" "$2" "$3"; failures=$((failures + 1)); }
warn() { printf 'warn  %-12s %s\n      -> %s\n' "$1" "$2" "$3"; }

if command -v swift >/dev/null; then
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9.]*\).*/\1/p' | head -1)
    case $version in
        6.[3-9]*|[7-9].*) ok swift "$version" ;;
        *) fail swift "version $version" "install Swift 6.3 or newer from swift.org" ;;
    esac
else
    fail swift "not found" "install Swift 6.3 or newer from swift.org and put it on PATH"
fi
for library in libmosquitto sqlite3 yaml-0.1 jansson libcrypto libpq libmicrohttpd libzstd; do
    if pkg-config --exists "$library" 2>/dev/null; then
        ok "$library" "$(pkg-config --modversion "$library")"
    else
        fail "$library" "headers not found" "make setup"
    fi
done
[ -e /usr/include/wslay/wslay.h ] && ok wslay "found" || fail wslay "headers not found" "make setup"
postgres=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)
[ -n "$postgres" ] && ok postgresql "$postgres" || fail postgresql "server not found" "make setup"
for program in mosquitto socat psql setpriv; do
    path=$(command -v "$program" || command -v "/usr/sbin/$program") \
        && ok "$program" "$path" || fail "$program" "not found" "make setup"
done
cores=$(nproc)
[ "$cores" -ge 2 ] && ok cores "$cores" || warn cores "$cores" "the builds take long on one core"
free=$(df -Pk . | awk 'NR == 2 {print int($4 / 1024)}')
[ "$free" -ge 4096 ] && ok disk "$free MB free" || warn disk "$free MB free" "a build takes about 4 GB"
if [ "$(id -u)" -eq 0 ]; then
    ip netns list >/dev/null 2>&1 && ok namespaces "network namespaces work" \
        || warn namespaces "no network namespaces" "the link tests that need them are skipped"
else
    warn root "not root" "the tests with network namespaces and power cuts are skipped"
fi
[ $failures -eq 0 ] && echo "This machine has what it takes." || echo "$failures things are missing."
exit $((failures > 0))
