#!/usr/bin/env bash
# Cuts or mends the link between one agent of the running demo and its broker.
#
# The cut is of the nasty sort: nothing is refused and nothing is closed, the packets just no longer come through,
# as with a pulled cable.
set -euo pipefail
source "$(dirname "$0")/common.sh"

usage() {
    echo "usage: make demo-cut AGENT=NAME | make demo-mend AGENT=NAME, with NAME one of: ${agents[*]}" >&2
    exit 2
}
[ $# -eq 2 ] || usage
pid=$(pid_of "link-$2")
[ -n "$pid" ] || usage
is_ours "$pid" || { echo "demo: the demo is not running; start it with: make demo" >&2; exit 1; }
case $1 in
    cut) kill -STOP -- "-$pid" && echo "The link of $2 is cut. Mend it: make demo-mend AGENT=$2" ;;
    mend) kill -CONT -- "-$pid" && echo "The link of $2 is mended." ;;
    *) usage ;;
esac
