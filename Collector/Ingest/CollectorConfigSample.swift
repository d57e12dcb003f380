/// A complete configuration file for a collector, every key with its meaning and default.
public enum CollectorConfigSample {
    public static let text = """
        # Configuration of bellwether-collector. Check it with: bellwether-collector check-config FILE
        # ${NAME} is replaced by the environment variable NAME, ${NAME:-word} by "word" if there is none.
        # Relative paths are relative to this file.

        # The Sparkplug host id: agents wait for this host (their primary_host). Default: bellwether.
        host_id: bellwether

        # The sites (Sparkplug groups) to serve; without any: every site. Several collectors may share a database: a
        # site is served by one of them at a time, and taken over when that one is gone.
        sites: [demo]

        # How long messages of an edge node that arrive out of order wait for those before them, in milliseconds; then the
        # node is asked for a birth. Default: 2000.
        reorder_timeout_ms: 2000

        database:
          # A password is better kept in ~/.pgpass or in an environment variable: ${DATABASE_URL}.
          url: "postgresql://bellwether@127.0.0.1:5432/bellwether"
          # auto: bring the schema up to date at start; manual: only by "bellwether-collector migrate". Default: auto.
          migrate: auto

        mqtt:
          host: 127.0.0.1
          # Default: 1883, with TLS 8883.
          port: 1883
          # username: collector
          # The password's file must be readable by its owner only.
          # password_file: /etc/bellwether/collector.password
          # tls:
          #   ca: /etc/bellwether/ca.pem        # without it: the system's authorities
          #   cert: /etc/bellwether/collector.pem
          #   key: /etc/bellwether/collector.key

        web:
          # Default: 127.0.0.1, that is this machine only.
          listen: 127.0.0.1
          # 0: any free port, which the log then names. Default: 8080.
          port: 8080
          # Origins of other pages that may open WebSockets here. Default: none.
          # origins: ["https://control.example"]
          # tls:
          #   cert: /etc/bellwether/web.pem
          #   key: /etc/bellwether/web.key

        analytics:
          # Whether detectors look for anomalies in what is stored. Default: true.
          enabled: true

        health:
          # Weights of signals in their assets' health, instead of the kinds' own: of all assets of a kind, or of one. 0:
          # the signal does not count. Changes are noted as events of kind health_weights. Default: none.
          weights: []
          # weights:
          #   - {kind: caster, signal: mold_level, weight: 3}
          #   - {asset: caster-7, signal: stirring_current, weight: 0}

        # How long to keep what, in days. What is not named is kept for ever.
        retention:
          telemetry_days: 3650
          rollup_1m_days: 3650
          rollup_1h_days: 36500
          health_days: 3650
          event_days: 3650
          quarantine_days: 365

        # Every kind of asset has alarms from its own ranges. Files with more, or other, rules are described in
        # docs/alarms.md; "bellwether-collector check-alarms" tries them on what is stored. Default: none.
        # alarms:
        #   rules: [alarms/candu.yaml]

        log:
          # debug, info, warning or error. Default: info.
          level: info
          # text or json. Default: text.
          format: text

        """
}
