import Assets
import Model

/// A complete configuration file for one agent, every key with its meaning and default.
enum AgentConfigSample {
    static func text(kind: String) -> String {
        let example = AssetCatalog[kind]?.scenarios.first?.id ?? "sensor-stuck"
        return """
            # Configuration of bellwether-agent. Check it with: bellwether-agent check-config FILE
            # ${NAME} is replaced by the environment variable NAME, ${NAME:-word} by "word" if there is none.
            # Relative paths are relative to this file.

            # Where the asset stands: the Sparkplug group. Letters, digits, "-", "_", ".".
            site: demo
            # This agent: the Sparkplug edge node. Unique within the site.
            agent: \(kind)-1

            asset:
              # The asset's name: the Sparkplug device.
              id: \(kind)-1
              # candu, smr, caster or tailings; or replay, which plays recorded readings instead (docs/datasets.md).
              kind: \(kind)
              # The simulated asset's individuality: the same seed gives the same readings. Default: 0.
              seed: 42
              # Ticks per second, 0.1 to 50. Default: 1.
              rate_hz: 1
              # For kind replay, without seed and rate_hz:
              # replay:
              #   path: data/casts              # a dataset's folder, or a Parquet, CSV or JSON file
              #   table: process                # of a folder
              #   where: {column: cast_id, is: cast-000017}
              #   mapping: mapping.yaml         # what the columns mean, where the file does not say it
              #   speed: 10                     # 0.1 to 100. Default: 1
              #   at_end: stop                  # stop or repeat. Default: stop

            # The asset is simulated, so that it may be put through scenarios; docs/scenarios.md describes them.
            scenarios:
              # Whether commands, such as those of the collector's API, may start and stop them: allow or refuse.
              # Default: allow.
              commands: allow
              # Files that declare more than what is built in. `bellwether-agent scenarios --kind \(kind)` shows how.
              # files: [scenarios/\(kind).yaml]
              # What the agent starts by itself, at an instant or after a span of the asset's time, once or repeatedly.
              # schedule:
              #   - {scenario: \(example), at: 2026-12-01T06:00:00Z, severity: 0.5}
              #   - {scenario: sensor-drift, after: 10m, every: 6h, times: 3}

            # Holds the outbox. No other agent may use it; restore it from a backup only if you must.
            state_dir: /var/lib/bellwether/\(kind)-1

            # The Sparkplug host (the collector's host_id) to wait for before publishing; "none": do not wait.
            # Default: bellwether.
            primary_host: bellwether

            mqtt:
              host: 127.0.0.1
              # Default: 1883, with TLS 8883.
              port: 1883
              # username: \(kind)-1
              # The password's file must be readable by its owner only.
              # password_file: /etc/bellwether/\(kind)-1.password
              # tls:
              #   ca: /etc/bellwether/ca.pem        # without it: the system's authorities
              #   cert: /etc/bellwether/\(kind)-1.pem
              #   key: /etc/bellwether/\(kind)-1.key

            outbox:
              # Most bytes on disk; 1 GiB holds about a month of one reading a second of 40 signals. Default: 1073741824.
              max_bytes: 1073741824
              # When it is full of readings without receipt: stop (accept no new ones until there is room; the pause is
              # reported) or drop_oldest (the oldest give way; their loss is reported). Default: stop.
              when_full: stop

            # What frees a reading: require = only the collector's receipt. auto and off are for Sparkplug hosts that give
            # no receipts: a reading is then given up after twice the keep-alive time on a standing link (auto: only if no
            # receipt has come for 30 s), at Sparkplug's own guarantee. Default: require.
            receipts: require

            # For audits: notes every accepted reading as "epoch sequence crc", on another disk than state_dir.
            # journal: /mnt/audit/\(kind)-1.journal

            log:
              # debug, info, warning or error. Default: info.
              level: info
              # text or json. Default: text.
              format: text

            """
    }
}
