#!/usr/bin/env bash
# Compares the readings of every kind in debug and release builds: Tests/Bench/fingerprints.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
# A debug build that is not optimised anywhere, beside the tests' own.
plain=.build/plain
BELLWETHER_PLAIN=1 swift build --scratch-path "$plain" --product bench >&2
swift build -c release --static-swift-stdlib -Xlinker -s --product bench >&2
diff <("$plain"/debug/bench fingerprints) <(.build/release/bench fingerprints) || {
    echo "debug and release builds give different readings" >&2
    exit 1
}
