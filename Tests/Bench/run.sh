#!/usr/bin/env bash
# Measures the release programs beside their rivals: Tests/Bench/run.sh [NAME...]; all of it without a name.
# Figures go to stdout as JSON lines, the table to stderr. Everything it starts is private, under .bench/, and ended.
set -euo pipefail
cd "$(dirname "$0")/../.."
bench="$PWD/.bench"
source_folder="$PWD/Tests/Bench"

# Before minutes are spent on building.
names=$(sed -n 's/.*static let name = "\(.*\)"/\1/p' "$source_folder"/Benchmarks/*.swift | sort | tr '\n' ' ')
for name in "$@"; do
    case " all $names" in
        *" $name "*) ;;
        *)
            echo "bench: there is no $name; there are: $names" >&2
            exit 2
            ;;
    esac
done

# The programs as they are shipped: the same flags as in the Makefile.
for product in bellwether-agent bellwether-collector bellwether-dataset bench; do
    swift build -c release --static-swift-stdlib -Xlinker -s --product "$product" >&2
done

mkdir -p "$bench/rivals"
protoc-c --proto_path="$PWD/Tests/SparkplugTests" --c_out="$bench/rivals" sparkplug_b.proto
if ! [ "$bench/rivals/run" -nt "$source_folder/rivals" ] || [ -n "$(find "$source_folder/rivals" -newer "$bench/rivals/run")" ]; then
    clang -std=gnu2x -O2 -Wall -Wextra -o "$bench/rivals/run" "$source_folder"/rivals/*.c "$bench/rivals/sparkplug_b.pb-c.c" \
        -I"$bench/rivals" $(pkg-config --cflags --libs libprotobuf-c sqlite3 libpq)
fi

# PostgreSQL runs as nobody when we are root, and unix sockets have short paths: else the files go where both hold.
temporary="$bench"
if [ ${#temporary} -gt 50 ] || { [ "$(id -u)" -eq 0 ] && ! setpriv --reuid=65534 --clear-groups test -x "$temporary"; }; then
    temporary=/tmp
fi
TMPDIR="$temporary" exec .build/release/bench --programs "$PWD/.build/release" --rivals "$bench/rivals/run" "$@"
