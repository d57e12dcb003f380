# A private PostgreSQL cluster under the demo folder. Sourced by demo.sh.

postgres_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)

# PostgreSQL refuses to run as root. It then runs as nobody, with leave to walk through folders that are closed to
# nobody, such as /root, and with nothing else.
as_postgres=(env LC_ALL=C.UTF-8)
if [ "$(id -u)" -eq 0 ]; then
    nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
    leave=(--inh-caps=+dac_override,+dac_read_search --ambient-caps=+dac_override,+dac_read_search)
    "${nobody[@]}" "${leave[@]}" true 2>/dev/null && nobody+=("${leave[@]}")
    as_postgres=("${nobody[@]}" env -i HOME=/tmp LC_ALL=C.UTF-8 PATH="$PATH")
fi

start_postgres() {
    local port=$1 data="$demo/postgres"
    mkdir -p "$data"
    chmod 700 "$data"
    [ "$(id -u)" -ne 0 ] || chown 65534:65534 "$data"
    "${as_postgres[@]}" "$postgres_bin/initdb" -D "$data" -U bellwether -A trust -E UTF8 --locale=C.UTF-8 \
        >"$demo/log/initdb.log" 2>&1 || { cat "$demo/log/initdb.log" >&2; return 1; }
    start postgres "${as_postgres[@]}" "$postgres_bin/postgres" -D "$data" -k '' -p "$port" -c listen_addresses=127.0.0.1
    wait_for 30 PostgreSQL "$postgres_bin/pg_isready" -h 127.0.0.1 -p "$port" -U bellwether -q
    sql "create database bellwether" postgres >/dev/null
}

# sql STATEMENT [DATABASE]: prints the rows, columns separated by |.
sql() {
    psql -X -q -A -t -v ON_ERROR_STOP=1 -h 127.0.0.1 -p "$postgres_port" -U bellwether -c "$1" "${2:-bellwether}"
}
