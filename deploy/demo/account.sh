# The demo's closing account: what was made, sent, received, stored, refused and lost, per asset. Sourced by demo.sh.

# field JSON NAME: one number of a flat JSON object, read by PostgreSQL.
field() { sql "select (\$json\$$1\$json\$)::jsonb ->> '$2'"; }

print_account() {
    local verdict=0 agent status made sent row received stored refused lost
    printf '\n%-12s %8s %8s %9s %8s %19s %6s\n' asset made sent received stored "duplicates refused" lost
    for agent in "${agents[@]}"; do
        status=$("$programs/bellwether-agent" status --config "$demo/agents/$agent.yaml" --json)
        made=$(field "$status" made)
        sent=$(field "$status" sent)
        row=$(sql "select coalesce(sum(received_frames), 0), coalesce(sum(stored_frames + reports + quarantined), 0),
                          coalesce(sum(duplicates_refused), 0)
                   from streams where agent = '$agent'")
        IFS='|' read -r received stored refused <<<"$row"
        lost=$(sql "select coalesce(sum(upper(r) - lower(r)), 0) from streams, unnest(lost) r where agent = '$agent'")
        printf '%-12s %8s %8s %9s %8s %19s %6s\n' "$agent" "$made" "$sent" "$received" "$stored" "$refused" "$lost"
        [ "$stored" = "$made" ] && [ "$lost" = 0 ] || verdict=1
    done
    echo
    local journals=
    for agent in "${agents[@]}"; do journals+="${journals:+,}demo/$agent=$demo/agents/$agent.journal"; done
    "$programs/bellwether-collector" audit --config "$demo/collector.yaml" --journal "$journals" || verdict=1
    return $verdict
}
