#!/usr/bin/env bash
# The whole product on one machine: PostgreSQL, mosquitto, one collector, four agents, each behind a link that can be
# cut. All state is under .demo/, all ports are free ones of the loopback interface, and what is started is ended.
set -euo pipefail
source "$(dirname "$0")/common.sh"
source "$repo/deploy/demo/postgres.sh"

mosquitto=$(command -v mosquitto || echo /usr/sbin/mosquitto)
seconds=${DEMO_SECONDS:-}
case $seconds in
    *[!0-9]*) echo "demo: DEMO_SECONDS must be a number of seconds, got '$seconds'" >&2; exit 2 ;;
esac

# `wait` must name what it waits for: the demo's services are children as well.
end_agents() {
    local agent enders=()
    for agent in "${agents[@]}"; do
        end "agent-$agent" 8 &
        enders+=($!)
    done
    wait "${enders[@]}"
}

end_everything() {
    local agent
    end_agents
    end collector
    for agent in "${agents[@]}"; do end "link-$agent" 1; done
    end broker 3
    end postgres 15
    sweep
}

# What an earlier demo may have left behind, even if everything of it was killed.
if [ -d "$demo" ]; then
    end_everything
    rm -rf "$demo"
fi
umask 077
mkdir -p "$demo"/{run,log,agents}
[ "$(id -u)" -ne 0 ] || chmod 711 "$demo"

interrupted=
trap 'interrupted=yes' INT TERM
trap end_everything EXIT

# ---- Start ----------------------------------------------------------------------------------------------------------
postgres_port=$(free_port)
broker_port=$(free_port)
web_port=$(free_port)

echo "Starting PostgreSQL, mosquitto, the collector and ${#agents[@]} agents ..."
start_postgres "$postgres_port"

cat >"$demo/broker.conf" <<END
listener $broker_port 127.0.0.1
allow_anonymous true
persistence false
END
[ "$(id -u)" -ne 0 ] || echo "user root" >>"$demo/broker.conf"
start broker "$mosquitto" -c "$demo/broker.conf"
wait_for 10 mosquitto bash -c "exec 3<>/dev/tcp/127.0.0.1/$broker_port"

cat >"$demo/collector.yaml" <<END
host_id: bellwether
sites: [demo]
database: {url: "postgresql://bellwether@127.0.0.1:$postgres_port/bellwether"}
mqtt: {host: 127.0.0.1, port: $broker_port}
web: {listen: 127.0.0.1, port: $web_port}
END
"$programs/bellwether-collector" migrate --config "$demo/collector.yaml" >"$demo/log/migrate.log" 2>&1 ||
    { cat "$demo/log/migrate.log" >&2; exit 1; }
start collector "$programs/bellwether-collector" run --config "$demo/collector.yaml"
wait_for 20 "the collector" curl -fsS "http://127.0.0.1:$web_port/-/ready"

seed=42
for agent in "${agents[@]}"; do
    link_port=$(free_port)
    start "link-$agent" bash -c "exec -a 'socat-$demo' socat TCP-LISTEN:$link_port,bind=127.0.0.1,reuseaddr,fork TCP:127.0.0.1:$broker_port"
    wait_for 10 "the link of $agent" bash -c "exec 3<>/dev/tcp/127.0.0.1/$link_port"
    cat >"$demo/agents/$agent.yaml" <<END
site: demo
agent: $agent
asset: {id: $agent, kind: $(kind_of "$agent"), seed: $seed, rate_hz: 1}
state_dir: $demo/agents/$agent
mqtt: {host: 127.0.0.1, port: $link_port}
journal: $demo/agents/$agent.journal
END
    start "agent-$agent" "$programs/bellwether-agent" run --config "$demo/agents/$agent.yaml"
    seed=$((seed + 1))
done

cat <<END

  Dashboard   http://127.0.0.1:$web_port/
  Cut a link  make demo-cut AGENT=candu-1      (in another terminal; agents: ${agents[*]})
  Mend it     make demo-mend AGENT=candu-1
  Kill -9     make demo-kill NAME=collector    (or broker, postgres, agent-candu-1 ...; it is started again)
  Audit       .build/release/bellwether-collector audit --config .demo/collector.yaml
  Logs        .demo/log/

END

# ---- Run ------------------------------------------------------------------------------------------------------------
if [ -z "$seconds" ]; then
    echo "Ctrl-C stops everything."
    while [ -z "$interrupted" ]; do
        sleep 0.5 || true
        revive
    done
    echo
    echo "Stopping what was started ..."
    exit 0
fi
echo "Running for $seconds s, then the audit ..."
for _ in $(seq $((seconds * 2))); do
    [ -z "$interrupted" ] || { echo; echo "Stopping what was started ..."; exit 130; }
    sleep 0.5 || true
    revive
done

# ---- Account --------------------------------------------------------------------------------------------------------
source "$repo/deploy/demo/account.sh"
for agent in "${agents[@]}"; do kill -CONT -- "-$(pid_of "link-$agent")" 2>/dev/null || true; done
end_agents
print_account
