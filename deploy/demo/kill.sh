#!/usr/bin/env bash
# Kills one process of the running demo, without a warning; the demo starts it again some seconds later.
set -euo pipefail
source "$(dirname "$0")/common.sh"

names=(collector broker postgres)
for agent in "${agents[@]}"; do names+=("agent-$agent"); done
name=${1:-}
[[ " ${names[*]} " == *" $name "* ]] && [ -n "$name" ] || {
    echo "usage: make demo-kill NAME=NAME, with NAME one of: ${names[*]}" >&2
    exit 2
}
pid=$(pid_of "$name")
is_ours "$pid" || { echo "demo: $name is not running; start the demo with: make demo" >&2; exit 1; }
kill -KILL "$pid"
echo "$name is killed. The demo starts it again in three seconds."
