#!/usr/bin/env bash
# Compares the readings of every kind in debug and release builds: Tests/Bench/fingerprints.sh.
set -euo pipefail
cd "$(dirname "$0")/../.."
swift build --product bench >&2
swift build -c release --static-swift-stdlib -Xlinker -s --product bench >&2
diff <(.build/debug/bench fingerprints) <(.build/release/bench fingerprints) || {
    echo "debug and release builds give different readings" >&2
    exit 1
}
