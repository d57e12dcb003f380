#!/usr/bin/env bash
# What the tests consist of: steps.sh unit | system | all. The packages are installed before (see the Makefile).
# Each step says how long it took; the first that fails ends the run.
set -euo pipefail
cd "$(dirname "$0")/.."
wanted=${1:?usage: steps.sh unit|system|all}
# After a crash the backtracer would hold the run for minutes.
export SWIFT_BACKTRACE=enable=no
# All tests at once on two cores would wait for each other longer than their time limits.
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8
fuzz_seconds=${FUZZ_SECONDS:-10}

step() {
    local name=$1 begin=$SECONDS
    shift
    echo "==> $name"
    "$@" || { echo "FAILED: $name, after $((SECONDS - begin)) s: $*"; exit 1; }
    echo "<== $name: $((SECONDS - begin)) s"
}

# The programs under fault are the shipped ones; only the control experiments use the debug build.
programs() { make --no-print-directory build; }
fuzz() { Tests/Fuzz/run.sh all "$fuzz_seconds" 2>&1 | grep -E '^(==|stat::number_of_executed|SUMMARY)|ERROR'; }

# The last lines of a long run say that something failed; what it was is said again below them.
tests() {
    local output=.build/tests-$1.log
    shift
    swift test --skip-build "$@" 2>&1 | tee "$output" && return
    echo "What failed:"
    grep -aE '✘|recorded an issue|^↳|Fatal error|error:' "$output" | grep -av '✘ Suite' | tail -60
    return 1
}

# What later steps need is built on the core that the tests leave idle. What fails here is built again, and told, there.
build_ahead() {
    {
        # The tests have the lock of the package meanwhile, and build nothing.
        SWIFT_BUILD="swift build --ignore-lock" programs
        Tests/Fuzz/run.sh all build
        BELLWETHER_PLAIN=1 swift build --scratch-path .build/plain --product bench
    } >.build/ahead.log 2>&1 &
    ahead=$!
    trap 'kill $ahead 2>/dev/null || true' EXIT
}
wait_for_ahead() { wait "$ahead" || echo "something could not be built ahead: .build/ahead.log"; }

# Only comparisons with pyarrow, pandas, polars and DuckDB need them; without a way to PyPI those are left out.
readers() {
    Tests/TablesTests/Python/environment.sh || echo "WITHOUT the readers from PyPI: tests that need them are left out"
}

step "build with tests" swift build --build-tests
case $wanted in
    unit | all)
        step "format" make --no-print-directory lint
        step "readers from PyPI" readers
        [ "$wanted" = unit ] || build_ahead
        step "unit and integration tests" tests unit --skip '^System\.'
        [ "$wanted" = unit ] || step "what was built ahead" wait_for_ahead
        step "fuzzers, $fuzz_seconds s each" fuzz
        ;;&
    system | all)
        step "release programs" programs
        step "same readings in debug and release" Tests/Bench/fingerprints.sh
        step "system tests" tests system --filter '^System\.'
        ;;
esac
echo "All passed: $wanted, $SECONDS s"
