#!/bin/bash
# Fuzzes one target, or all of them one after the other:  run.sh TARGET|all [SECONDS]
# Findings go to Crashers/TARGET, where the unit tests replay them for ever; mend the code, keep the file.
# New inputs that reach new code go to the work folder; `run.sh TARGET merge` adds the smallest useful set of
# them to Corpus/TARGET.
set -eu
cd "$(dirname "$0")"
target=${1:?usage: run.sh TARGET|all [SECONDS|merge|build]}
seconds=${2:-60}
scratch=$PWD/../../.build/fuzz
# After a crash Swift's backtracer and the fuzzer wait for each other.
export SWIFT_BACKTRACE=enable=no

if [ "$target" = all ]; then
    for corpus in Corpus/*/; do "./$(basename "$0")" "$(basename "$corpus")" "$seconds"; done
    exit
fi

swift build -c release --scratch-path "$scratch" --product "$target" >&2
program=$scratch/release/$target
[ "$seconds" != build ] || exit 0
work=$scratch/corpus/$target
mkdir -p "$work" "Corpus/$target" "Crashers/$target"
if [ "$seconds" = merge ]; then
    exec "$program" -merge=1 -use_counters=0 -max_len=1024 "Corpus/$target" "$work"
fi
exec "$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=8192 -print_final_stats=1 \
    -verbosity=1 -artifact_prefix="Crashers/$target/" "$work" "Corpus/$target"
