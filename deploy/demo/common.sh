# Shared by the demo's scripts: where things are, and how to start and end processes that are certainly ours.

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
demo="$repo/.demo"
programs="$repo/.build/release"
agents=(candu-1 smr-1 caster-1 tailings-1)

kind_of() { echo "${1%-*}"; }

# A process is ours if its pid file names it and its command line speaks of this very demo folder.
is_ours() {
    local pid=$1
    [ -n "$pid" ] && [ -r "/proc/$pid/cmdline" ] && { tr '\0' ' ' <"/proc/$pid/cmdline"; } 2>/dev/null | grep -qF "$demo"
}

pid_of() { cat "$demo/run/$1.pid" 2>/dev/null || true; }

# start NAME COMMAND...: in a process group of its own, with its output in the demo's log folder.
start() {
    local name=$1
    shift
    printf '%q ' "$@" >"$demo/run/$name.command"
    setsid "$@" </dev/null >>"$demo/log/$name.log" 2>&1 &
    echo $! >"$demo/run/$name.pid"
    disown
}

# Starts again what was killed: three seconds later, so that one can watch it being away.
declare -A away_since=()
revive() {
    local file name command pid
    for file in "$demo"/run/*.command; do
        name=$(basename "$file" .command)
        pid=
        [ ! -e "$demo/run/$name.pid" ] || read -r pid <"$demo/run/$name.pid" || true
        if [ -n "$pid" ] && kill -0 "$pid" 2>/dev/null; then
            unset "away_since[$name]"
        elif [ -z "${away_since[$name]:-}" ]; then
            away_since[$name]=$SECONDS
        elif [ $((SECONDS - away_since[$name])) -ge 3 ]; then
            unset "away_since[$name]"
            eval "command=($(<"$file"))"
            start "$name" "${command[@]}"
            echo "$(date +%T) $name was gone and is started again"
        fi
    done
}

# end NAME [SECONDS]: politely, then not.
end() {
    local name=$1 patience=${2:-10} pid
    pid=$(pid_of "$name")
    rm -f "$demo/run/$name.pid" "$demo/run/$name.command"
    is_ours "$pid" || return 0
    kill -CONT -- "-$pid" 2>/dev/null || true
    kill -TERM "$pid" 2>/dev/null || return 0
    for _ in $(seq $((patience * 10))); do
        is_ours "$pid" || return 0
        sleep 0.1
    done
    kill -KILL -- "-$pid" 2>/dev/null || true
}

# Ends whatever of ours is still there although its pid file is not, as after a kill -9 of these scripts.
sweep() {
    local entry pid
    for entry in /proc/[0-9]*; do
        pid=${entry#/proc/}
        [ "$pid" != $$ ] && is_ours "$pid" && kill -KILL "$pid" 2>/dev/null || true
    done
}

# A loopback port that nothing listens on.
free_port() {
    local port
    while :; do
        port=$((20000 + RANDOM % 40000))
        grep -qx "$port" "$demo/run/ports" 2>/dev/null && continue
        (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
        echo "$port" >>"$demo/run/ports"
        echo "$port"
        return
    done
}

# wait_for SECONDS WHAT COMMAND...: until the command succeeds.
wait_for() {
    local patience=$1 what=$2
    shift 2
    for _ in $(seq $((patience * 10))); do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.1
    done
    echo "demo: $what did not come up within $patience s; see $demo/log" >&2
    return 1
}
