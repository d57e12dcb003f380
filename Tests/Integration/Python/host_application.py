"""Our collector as a Sparkplug host, driven by independent edge nodes (paho, MQTT 3.1.1 and 5) and judged by its packets
and by what is in the database."""

import json
import signal
import subprocess
import time

import paho.mqtt.client as mqtt
import sparkplug_b_pb2 as spb

from judge import Judge
from programs import Program, arguments, now_ms, until, write
from wire import SESSION_EXPIRY, Tap

GROUP, SECOND_GROUP, HOST = "plant", "Werk Süd", "collector-host"
INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64 = range(1, 9)
FLOAT, DOUBLE, BOOLEAN, STRING, DATETIME, TEXT, UUID, DATASET, BYTES, FILE, TEMPLATE = range(9, 20)

# Name, type, field of the value, value on the wire, and what is then stored as number and as text.
EVERY_TYPE = [
    ("types/int8", INT8, "int_value", 0xFF, "-1", ""),
    ("types/int8 extended", INT8, "int_value", 0xFFFFFFFE, "-2", ""),
    ("types/int16", INT16, "int_value", 0x8000, "-32768", ""),
    ("types/int32", INT32, "int_value", 0x80000000, "-2147483648", ""),
    ("types/int64", INT64, "long_value", 2**64 - 5, "-5", ""),
    ("types/uint8", UINT8, "int_value", 255, "255", ""),
    ("types/uint16", UINT16, "int_value", 65535, "65535", ""),
    ("types/uint32", UINT32, "int_value", 2**32 - 1, "4294967295", ""),
    ("types/uint32 long", UINT32, "long_value", 2**32 - 2, "4294967294", ""),
    ("types/uint64", UINT64, "long_value", 2**63, "9.223372036854776e+18", ""),
    ("types/float", FLOAT, "float_value", 0.5, "0.5", ""),
    ("types/double", DOUBLE, "double_value", -1.25e-7, "-1.25e-07", ""),
    ("types/boolean", BOOLEAN, "boolean_value", True, "1", ""),
    ("types/string", STRING, "string_value", "größer als ∞ 漢字", "", "größer als ∞ 漢字"),
    ("types/datetime", DATETIME, "long_value", 1700000000123, "1700000000123", ""),
    ("types/text", TEXT, "string_value", "line\none", "", "line\none"),
    ("types/uuid", UUID, "string_value", "7a52bb8e-cd9f-4ea0-9e4a-9d4c1d4ff9bf", "",
     "7a52bb8e-cd9f-4ea0-9e4a-9d4c1d4ff9bf"),
]


class EdgeNode:
    """An edge node of somebody else's, with as many devices as wanted, with aliases or without."""

    def __init__(self, port, group, name, version, uses_aliases):
        self.group, self.name, self.uses_aliases = group, name, uses_aliases
        self.port, self.version = port, version
        self.bdseq = -1
        self.seq = 0
        self.aliases = {}
        self.commands = []
        self.client = None

    def topic(self, kind, device=None):
        return f"spBv1.0/{self.group}/{kind}/{self.name}" + (f"/{device}" if device else "")

    def connect(self):
        self.bdseq = (self.bdseq + 1) % 256
        client_id = f"node-{self.group}-{self.name}-{self.bdseq}"
        if self.version == 5:
            self.client = mqtt.Client(client_id, protocol=mqtt.MQTTv5)
        else:
            self.client = mqtt.Client(client_id, clean_session=True, protocol=mqtt.MQTTv311)
        self.client.will_set(self.topic("NDEATH"), self.death(), qos=1, retain=False)
        self.client.on_message = lambda client, data, message: self.commands.append(message)
        self.client.connect("127.0.0.1", self.port)
        self.client.subscribe(self.topic("NCMD"), qos=1)
        self.client.loop_start()
        until("the node's connection", self.client.is_connected)

    def death(self, bdseq=None):
        payload = spb.Payload()
        metric = payload.metrics.add()
        metric.name = "bdSeq"
        metric.long_value = self.bdseq if bdseq is None else bdseq
        return payload.SerializeToString()

    def next_seq(self):
        self.seq = (self.seq + 1) % 256
        return self.seq

    def fill(self, payload, metrics, is_birth, at_ms):
        for name, kind, field, value, *_ in metrics:
            metric = payload.metrics.add()
            if is_birth:
                metric.name = name
                metric.datatype = kind
                if self.uses_aliases and not name.startswith(("Node Control/", "Device Control/")) and name != "bdSeq":
                    metric.alias = self.aliases.setdefault(name, len(self.aliases) + 1)
            elif self.uses_aliases:
                metric.alias = self.aliases[name]
            else:
                metric.name = name
            metric.timestamp = at_ms
            if field is None:
                metric.is_null = True
            elif field in ("dataset_value", "template_value"):
                getattr(metric, field).CopyFrom(value)
            else:
                setattr(metric, field, value)

    def publish(self, topic, payload):
        self.client.publish(topic, payload.SerializeToString())

    def node_birth(self, metrics=(), at_ms=None):
        payload = spb.Payload()
        payload.timestamp = now_ms()
        payload.seq = self.seq = 0
        own = [("bdSeq", INT64, "long_value", self.bdseq), ("Node Control/Rebirth", BOOLEAN, "boolean_value", False)]
        self.fill(payload, own + list(metrics), True, at_ms or now_ms())
        self.publish(self.topic("NBIRTH"), payload)

    def device_birth(self, device, metrics, at_ms=None, extra=None):
        payload = spb.Payload()
        payload.timestamp = now_ms()
        payload.seq = self.next_seq()
        self.fill(payload, metrics, True, at_ms or now_ms())
        if extra:
            extra(payload)
        self.publish(self.topic("DBIRTH", device), payload)

    def data(self, device, metrics, at_ms=None, seq=None, change=None):
        payload = spb.Payload()
        payload.timestamp = now_ms()
        payload.seq = self.next_seq() if seq is None else seq
        self.fill(payload, metrics, False, at_ms or now_ms())
        if change:
            change(payload)
        self.publish(self.topic("DDATA" if device else "NDATA", device), payload)
        return payload

    def device_death(self, device, at_ms):
        payload = spb.Payload()
        payload.timestamp = at_ms
        payload.seq = self.next_seq()
        self.publish(self.topic("DDEATH", device), payload)

    def drop(self):
        """Ends without goodbye: the broker publishes the will."""
        self.client.loop_stop()
        self.client.socket().close()


def double(name, value):
    return (name, DOUBLE, "double_value", value)


class Scenario:
    def __init__(self, given):
        self.given = given
        self.judge = Judge()
        self.notes = []
        self.port = int(given["broker"])
        self.tap = Tap(self.port)
        folder = given["folder"]
        config = f"{folder}/collector.yaml"
        write(config, "\n".join([
            f"host_id: {HOST}", f"sites: [{GROUP}, \"{SECOND_GROUP}\"]", f"database: {{url: \"{given['database']}\"}}",
            "reorder_timeout_ms: 1500", "web: {listen: 127.0.0.1, port: 0}",
            f"mqtt: {{host: 127.0.0.1, port: {self.tap.port}}}", "",
        ]))
        self.collector = Program([given["collector"], "run", "--config", config], f"{folder}/collector.log")
        # Topic of device commands, and the metrics that such a command may have.
        self.commandable = {}
        self.states = []
        # The newest time stamp that somebody else has put on our STATE.
        self.forged = 0
        self.watcher = mqtt.Client("watcher", protocol=mqtt.MQTTv311)
        self.watcher.on_message = lambda client, data, message: self.states.append(message)
        self.watcher.connect("127.0.0.1", self.port)
        self.watcher.subscribe("spBv1.0/STATE/+", qos=1)
        self.watcher.loop_start()

    def sql(self, query):
        return subprocess.run(
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", self.given["database"], "-c", query],
            check=True, capture_output=True, text=True).stdout.rstrip("\n")

    def eventually(self, rule, query, expected, timeout=30):
        """The database comes to hold this."""
        deadline = time.monotonic() + timeout
        while True:
            found = self.sql(query)
            if found == expected or time.monotonic() > deadline:
                return self.judge.check(rule, found == expected, f"{found!r}, not {expected!r}: {query}")
            time.sleep(0.1)

    def rebirths(self, node, mark):
        return [
            p for p in self.tap.since(mark, "PUBLISH", True)
            if p.topic == node.topic("NCMD") and any(
                m.name == "Node Control/Rebirth" for m in self.decode(p.payload).metrics)
        ]

    @staticmethod
    def decode(payload):
        message = spb.Payload()
        message.ParseFromString(payload)
        return message

    def asked_for_birth(self, ids, node, mark, why):
        try:
            until(why, lambda: self.rebirths(node, mark), 20)
            self.judge.check(ids, True)
        except TimeoutError:
            self.judge.check(ids, False, why)

    # The course of events

    def run(self):
        self.goes_online()
        self.takes_a_node_with_aliases()
        self.takes_a_node_without_aliases()
        self.commands_a_device()
        self.keeps_the_order()
        self.asks_for_births()
        self.bears_nonsense()
        self.takes_deaths()
        self.answers_for_its_state()
        self.loses_the_broker()
        self.goes_offline()

    def goes_online(self):
        self.collector.start()
        self.tap.wait("STATE", lambda p: p.from_client and p.kind == "PUBLISH")

    def takes_a_node_with_aliases(self):
        """MQTT 5, names beyond ASCII, two devices, every type, several instants, history, null, what is not stored."""
        node = self.node = EdgeNode(self.port, GROUP, "läufer-1", 5, True)
        node.connect()
        born_ms = now_ms()
        node.node_birth([double("Netz/Frequenz", 50.0)], born_ms)
        table = spb.Payload.DataSet()
        table.num_of_columns = 1
        table.columns.append("x")
        table.types.append(DOUBLE)
        table.rows.add().elements.add().double_value = 1
        shape = spb.Payload.Template()
        shape.template_ref = "shape"
        shape.is_definition = False
        unstored = [("types/set", DATASET, "dataset_value", table), ("types/template", TEMPLATE, "template_value", shape),
                    ("types/bytes", BYTES, "bytes_value", b"\x00\x01"), ("types/file", FILE, "bytes_value", b"\xff")]
        nulls = [("nothing", DOUBLE, None, None)]

        def properties(payload):
            """Nested sets, and the quality of one metric."""
            metric = payload.metrics[0]
            metric.properties.keys.append("engUnit")
            value = metric.properties.values.add()
            value.type, value.string_value = STRING, "Cel"
            metric.properties.keys.append("nested")
            value = metric.properties.values.add()
            value.type = 20
            value.propertyset_value.keys.append("inner")
            inner = value.propertyset_value.values.add()
            inner.type, inner.int_value = INT32, 5

        node.device_birth("Pumpe 7 ä", EVERY_TYPE + nulls + unstored, born_ms, properties)
        node.device_birth("motor", [double("speed", 1.0), double("load", 2.0)], born_ms)
        self.eventually("fact-node-metrics", "select value from generic_readings where asset = 'läufer-1'", "50")
        expected = "\n".join(
            f"{name}|{number}|{text}|good" for name, _, _, _, number, text in sorted(EVERY_TYPE) if "\n" not in text)
        self.eventually(
            "fact-every-type",
            "select signal, value, text, quality from generic_readings where asset = 'Pumpe 7 ä' and signal like 'types/%' "
            "and text is distinct from E'line\\none' order by signal collate \"C\"", expected)
        self.eventually(
            "fact-every-type", "select count(*) from generic_readings where text = E'line\\none'", "1")
        self.eventually(
            "fact-null", "select value is null, quality from generic_readings where signal = 'nothing'", "t|bad")
        self.eventually("fact-unit", "select unit from signals where name = 'types/int8'", "Cel")
        self.eventually(
            "fact-unstored-types-are-told", "select message like '4 metrics of Pumpe 7 ä%' from events where kind = 'not_stored'",
            "t")
        # Data by alias: times in milliseconds, two instants in one message, history apart.
        base = born_ms + 1000
        node.data("motor", [double("speed", 10.5)], base + 1)

        def second_instant(payload):
            metric = payload.metrics.add()
            metric.CopyFrom(payload.metrics[0])
            metric.timestamp = base + 3
            metric.double_value = 12.5

        node.data("motor", [double("speed", 11.5)], base + 2, change=second_instant)

        def historical(payload):
            payload.metrics[0].is_historical = True

        node.data("motor", [double("speed", 9.5)], born_ms - 5000, change=historical)
        node.data(None, [double("Netz/Frequenz", 49.9)], base)
        speed = f"""select string_agg((extract(epoch from t.ts) * 1000)::int8 - {base} || '=' || t.values[1] || t.historical,
            ' ' order by t.ts) from telemetry t join assets a using (asset) where a.id = 'motor' and t.quality <> '\\x0101'
            and t.values[2] = 'NaN'"""
        self.eventually("payloads-metric-timestamp-in-UTC fact-times-in-ms fact-history", speed,
                        "-6000=9.5true 1=10.5false 2=11.5false 3=12.5false")
        self.eventually("fact-node-data", "select max(value) from generic_readings where value between 49.8 and 49.95", "49.9")
        # What is not mentioned in a message has not changed.
        self.eventually("fact-report-by-exception", f"""select encode(quality, 'hex') from telemetry t join assets a
            using (asset) where a.id = 'motor' and t.ts = to_timestamp({base + 1} / 1000.0)""", "0001")
        # The same message twice is stored once.
        sent = node.data("motor", [double("load", 77.0)], base + 10)
        node.client.publish(node.topic("DDATA", "motor"), sent.SerializeToString())
        node.data("motor", [double("load", 78.0)], base + 11)
        self.eventually("fact-twice-is-once", """select count(*) filter (where value = 77), count(*) filter (where value = 78)
            from generic_readings where signal = 'load'""", "1|1")

    def takes_a_node_without_aliases(self):
        """MQTT 3.1.1, names in every message, another group, a device of the same name as another node's."""
        node = self.plain = EdgeNode(self.port, SECOND_GROUP, "node 2", 311, False)
        node.connect()
        node.node_birth()
        at_ms = now_ms()
        node.device_birth("motor", [double("Drehzahl/Soll", 1.0), ("mode", STRING, "string_value", "aus")], at_ms)
        node.data("motor", [double("Drehzahl/Soll", 2.0)], at_ms + 1)
        node.data("motor", [("mode", STRING, "string_value", "än")], at_ms + 2)
        query = """select a.id, g.signal, coalesce(g.value::text, g.text) from generic_readings g join assets a on a.id = g.asset
            where a.site = 'Werk Süd' and g.quality = 'good' order by g.ts, 2 limit 4"""
        name = f"{SECOND_GROUP}:node 2:motor"
        self.eventually(
            "fact-names-without-aliases topic-structure-namespace-duplicate-device-id-across-edge-node", query,
            f"{name}|Drehzahl/Soll|1\n{name}|mode|aus\n{name}|Drehzahl/Soll|2\n{name}|mode|än")

    def commands_a_device(self):
        """Somebody wants a device to be put through a scenario: its node hears of it until it answers."""
        node = self.node
        names = ["Device Control/Scenario Start", "Device Control/Scenario Stop"]
        node.device_birth("simulator", [(name, STRING, "string_value", "") for name in names] + [double("x", 1.0)])
        self.eventually("fact-device-is-commanded", "select count(*) from assets where device = 'simulator'", "1")
        self.commandable = {node.topic("DCMD", "simulator"): names}
        mark = self.tap.mark()
        self.sql("""insert into scenario_runs (asset, run, scenario, title, severity, source, started_by, parts, request,
            requested_at) select asset, 'run-1', 'x', 'X', 1, 'command', 'anna', '[]', '{"run":"run-1"}', now()
            from assets where device = 'simulator'""")
        self.heard(mark, names[0], '{"run":"run-1"}')
        self.sql("update scenario_runs set stop_requested_at = clock_timestamp(), stop_requested_by = 'bert'")
        self.heard(mark, names[1], '{"run":"run-1","by":"bert"}')
        self.sql("update scenario_runs set ended_at = now()")

    def heard(self, mark, name, text):
        def found():
            messages = [self.decode(p.payload) for p in self.tap.since(mark, "PUBLISH", True) if p.topic in self.commandable]
            return any(m.name == name and m.string_value == text for message in messages for m in message.metrics)

        try:
            until(name, found, 20)
            self.judge.check("fact-device-is-commanded", True)
        except TimeoutError:
            self.judge.check("fact-device-is-commanded", False, f"{name} was never sent")

    def keeps_the_order(self):
        node = self.node
        mark = self.tap.mark()
        base = now_ms()
        # The later one first; the gap closes in time.
        first, second = node.next_seq(), node.next_seq()
        node.data("motor", [double("speed", 102.0)], base + 2, seq=second)
        time.sleep(0.3)
        node.data("motor", [double("speed", 101.0)], base + 1, seq=first)
        self.eventually(
            "operational-behavior-host-reordering-success",
            "select string_agg(value::text, ' ' order by ts) from generic_readings where value in (101, 102)", "101 102")
        time.sleep(2)
        self.judge.check(
            "operational-behavior-host-reordering-success", not self.rebirths(node, mark), "a rebirth without need")
        # A gap that does not close: nothing for the time of the time-out, then a request; what came is kept.
        node.next_seq()
        mark = self.tap.mark()
        sent_ms = now_ms()
        node.data("motor", [double("speed", 104.0)], base + 4)
        request = until("a rebirth request", lambda: self.rebirths(node, mark))[0]
        ids = "operational-behavior-host-reordering-param operational-behavior-host-reordering-start operational-behavior-host-reordering-rebirth"
        self.judge.check(ids, request.wall_ms - sent_ms >= 1400, f"asked after {request.wall_ms - sent_ms} ms")
        self.eventually(
            "operational-behavior-host-reordering-rebirth", "select count(*) from generic_readings where value = 104", "1")
        # Over the wrap of seq, in order.
        node.node_birth([double("Netz/Frequenz", 50.0)])
        node.device_birth("motor", [double("speed", 0.0), double("load", 0.0)])
        mark = self.tap.mark()
        for count in range(300):
            node.data("motor", [double("load", 1000.0 + count)], base + 100 + count)
        self.eventually(
            "fact-seq-wraps", "select count(distinct value) from generic_readings where value between 1000 and 1299", "300")
        self.judge.check("fact-seq-wraps", not self.rebirths(node, mark), "a rebirth at the wrap")

    def asks_for_births(self):
        # A node that nobody knows.
        stranger = EdgeNode(self.port, GROUP, "stranger", 5, False)
        stranger.connect()
        mark = self.tap.mark()
        stranger.data("box", [double("m", 1.0)], seq=17)
        self.asked_for_birth("operational-behavior-data-commands-ncmd-rebirth-verb", stranger, mark, "of an unknown node")
        until("the request at the node", lambda: stranger.commands)
        stranger.drop()
        # A metric that nobody declared.
        mark = self.tap.mark()
        time.sleep(5)  # at most one request in five seconds
        self.node.data("motor", [], change=lambda payload: setattr(payload.metrics.add(), "alias", 9999))
        self.asked_for_birth("fact-unknown-metric", self.node, mark, "of an unknown metric")
        # A device whose birth is not known.
        other = EdgeNode(self.port, GROUP, "other", 5, False)
        other.connect()
        other.node_birth()
        mark = self.tap.mark()
        other.data("box", [double("m", 1.0)])
        self.asked_for_birth("fact-unknown-device", other, mark, "of an unknown device")
        other.client.publish(other.topic("NDEATH"), other.death(), qos=1)

    def bears_nonsense(self):
        node = self.node
        before = self.sql("select count(*) from quarantine")
        for payload in (b"\xff\xff\xff", b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\x00" * 1000):
            node.client.publish(node.topic("NBIRTH") + "-x", payload)
            node.client.publish(node.topic("DDATA", "motor"), payload)
        node.client.publish("spBv1.0/plant/NDATA", b"x")
        node.client.publish("spBv1.0/plant/XDATA/node", b"x")
        node.client.publish("spBv1.0/plant/DDATA/node/a/b", b"x")
        self.eventually("fact-nonsense-is-set-aside", f"select count(*) - {before} >= 3 from quarantine", "t")
        node.data("motor", [double("load", 4242.0)])
        self.eventually("fact-nonsense-hurts-nobody", "select count(*) from generic_readings where value = 4242", "1")

    def takes_deaths(self):
        node, check = self.node, self.judge.check
        online = "select online from streams where agent = 'läufer-1'"
        offline_device = """select count(*) from health h join assets a using (asset) where a.agent = 'läufer-1'
            and a.device = '{}' and h.status = 'offline'"""
        # A device ends at the time that its message says.
        died_ms = now_ms() - 1500
        node.device_death("Pumpe 7 ä", died_ms)
        self.eventually(
            "operational-behavior-edge-node-termination-host-action-ddeath-devices-offline "
            "operational-behavior-edge-node-termination-host-action-ddeath-devices-tags-stale",
            """select h.status, (extract(epoch from h.ts) * 1000)::int8 from health h join assets a using (asset)
            where a.device = 'Pumpe 7 ä' order by h.ts desc limit 1""", f"offline|{died_ms}")
        # A will of an earlier session changes nothing.
        node.client.publish(node.topic("NDEATH"), node.death(bdseq=(node.bdseq + 7) % 256), qos=1)
        node.data("motor", [double("load", 4243.0)])
        self.eventually("fact-death-of-another-session", "select count(*) from generic_readings where value = 4243", "1")
        self.eventually("fact-death-of-another-session", online, "t", 5)
        # The broker publishes the right one.
        before_ms = now_ms()
        node.drop()
        self.eventually("operational-behavior-edge-node-termination-host-action-ndeath-node-offline", online, "f")
        ids = ("operational-behavior-edge-node-termination-host-action-ndeath-devices-offline "
               "operational-behavior-edge-node-termination-host-action-ndeath-devices-tags-stale "
               "operational-behavior-edge-node-termination-host-action-ndeath-node-tags-stale")
        for device in ("motor", ""):
            self.eventually(ids, offline_device.format(device), "1")
        stamped = self.sql("""select max((extract(epoch from h.ts) * 1000)::int8) from health h join assets a using (asset)
            where a.device = 'motor' and h.status = 'offline'""")
        check(ids, before_ms <= int(stamped) <= now_ms(), "not stamped with the host's clock")
        # It comes again with the next bdSeq.
        node.connect()
        node.node_birth([double("Netz/Frequenz", 50.0)])
        node.device_birth("motor", [double("speed", 0.0), double("load", 0.0)])
        self.eventually("fact-node-comes-again", online, "t")

    def answers_for_its_state(self):
        """Somebody says that we are offline."""
        mine = self.mine()
        mark = self.tap.mark()
        body = json.dumps({"online": False, "timestamp": mine["timestamp"]})
        self.watcher.publish(f"spBv1.0/STATE/{HOST}", body, qos=1, retain=True)
        again = self.tap.wait("STATE again", lambda p: p.from_client and p.kind == "PUBLISH" and "/STATE/" in p.topic, mark)
        self.judge.check(
            "message-flow-hid-sparkplug-state-message-delivered",
            json.loads(again.payload) == {"online": True, "timestamp": mine["timestamp"]}, again.payload)
        # Agents that come later would find nothing, or nonsense.
        for body in (b"", b"nonsense", b'{"online":"yes"}'):
            mark = self.tap.mark()
            self.watcher.publish(f"spBv1.0/STATE/{HOST}", body, qos=1, retain=True)
            again = self.tap.wait(
                "STATE again", lambda p: p.from_client and p.kind == "PUBLISH" and "/STATE/" in p.topic, mark)
            self.judge.check(
                "fact-state-is-restored", json.loads(again.payload) == {"online": True, "timestamp": mine["timestamp"]},
                again.payload)
        # With a newer time stamp only a new connection is believed.
        mark = self.tap.mark()
        self.forged = forged = mine["timestamp"] + 3_600_000
        body = json.dumps({"online": False, "timestamp": forged})
        self.watcher.publish(f"spBv1.0/STATE/{HOST}", body, qos=1, retain=True)
        again = self.tap.wait("STATE again", lambda p: p.from_client and p.kind == "PUBLISH" and "/STATE/" in p.topic, mark)
        said = json.loads(again.payload)
        self.judge.check("fact-forged-state", said["online"] and said["timestamp"] > forged, said)

    def mine(self):
        """The retained STATE, as the broker has it."""
        said = [s.payload for s in self.states if s.topic.endswith(HOST) and s.payload.startswith(b'{"online":')]
        return json.loads([s for s in said if b'"timestamp"' in s][-1])

    def loses_the_broker(self):
        # After the new connection the collector does not know who is there until they are born again.
        node = self.node
        self.asked_after(node)
        node.node_birth([double("Netz/Frequenz", 50.0)])
        node.device_birth("motor", [double("speed", 0.0), double("load", 0.0)])
        online = "select online from streams where agent = 'läufer-1'"
        self.eventually("fact-node-comes-again", online, "t")
        stale = """select h.status from health h join assets a using (asset) where a.device = 'motor'
            and a.agent = 'läufer-1' order by h.ts desc limit 1"""
        self.eventually("fact-stale-without-broker", stale, "healthy")
        mark = self.tap.mark()
        self.tap.cut()
        self.eventually("fact-stale-without-broker", stale, "offline")
        self.tap.wait("STATE again", lambda p: p.from_client and p.kind == "PUBLISH" and "/STATE/" in p.topic, mark)
        self.asked_after(node)

    def asked_after(self, node):
        time.sleep(5)
        mark = self.tap.mark()
        node.data("motor", [double("load", 5.0)])
        self.asked_for_birth("fact-births-after-reconnecting", node, mark, "after a new connection")

    def goes_offline(self):
        mark = self.tap.mark()
        before_ms = now_ms()
        birth = self.mine()
        code = self.collector.stop()
        sent = [p for p in self.tap.since(mark, from_client=True) if p.kind in ("PUBLISH", "DISCONNECT")]
        ids = ("operational-behavior-host-application-termination operational-behavior-host-application-disconnect-intentional "
               "host-topic-phid-death-payload-timestamp-disconnect-clean conformance-primary-host components-ph-state "
               "host-topic-phid-death-payload-timestamp-disconnect-with-no-disconnect-packet")
        said = json.loads(sent[-2].payload) if len(sent) > 1 and sent[-2].kind == "PUBLISH" else {}
        # Ours never go back, not even behind a forged time stamp.
        floor = max(before_ms - 1000, birth["timestamp"])
        self.judge.check(
            ids, code == 0 and sent[-1].kind == "DISCONNECT" and said.get("online") is False
            and said["timestamp"] >= floor, f"exit {code}, {said}")
        self.judge.check(
            "operational-behavior-host-application-death-qos operational-behavior-host-application-death-retained "
            "operational-behavior-host-application-death-topic operational-behavior-host-application-death-payload",
            sent[-2].qos == 1 and sent[-2].retain and sent[-2].topic == f"spBv1.0/STATE/{HOST}" and set(said) == {"online", "timestamp"})

    # Every packet

    def judge_packets(self):
        check = self.judge.check
        check("topic-structure", not self.tap.problems, self.tap.problems)
        sessions = {}
        for packet in self.tap.since(0, from_client=True):
            sessions.setdefault(packet.connection, []).append(packet)
        last = 0
        for packets in sessions.values():
            last = self.judge_session(packets, last)
        for packet in self.tap.since(0, "PUBLISH", True):
            if "/STATE/" not in packet.topic:
                self.judge_command(packet)

    def judge_session(self, packets, last):
        check = self.judge.check
        connect = packets[0]
        check(
            "message-flow-phid-sparkplug-clean-session-50 message-flow-phid-sparkplug-clean-session-311",
            connect.clean and connect.properties.get(SESSION_EXPIRY, 0) == 0)
        will = connect.will
        ids = ("host-topic-phid-death-required operational-behavior-host-application-connect-will "
               "payloads-state-will-message")
        if not check(ids, will is not None):
            return last
        topic = f"spBv1.0/STATE/{HOST}"
        check(
            "host-topic-phid-death-topic operational-behavior-host-application-connect-will-topic "
            "operational-behavior-host-application-host-id", will["topic"] == topic, will["topic"])
        check(
            "host-topic-phid-death-qos operational-behavior-host-application-connect-will-qos payloads-state-will-message-qos",
            will["qos"] == 1)
        check(
            "host-topic-phid-death-retain operational-behavior-host-application-connect-will-retained "
            "payloads-state-will-message-retain", will["retain"])
        said = json.loads(will["payload"])
        ids = ("host-topic-phid-death-payload operational-behavior-host-application-connect-will-payload "
               "payloads-state-will-message-payload operational-behavior-host-application-multi-server-timestamp")
        ok = set(said) == {"online", "timestamp"} and said["online"] is False and isinstance(said["timestamp"], int)
        check(ids, ok and said["timestamp"] > last, said)
        # The time of this connection, unless a forged one had to be outbid.
        recent = abs(said["timestamp"] - connect.wall_ms) < 60_000 or 0 < said["timestamp"] - self.forged < 100
        check("host-topic-phid-death-payload-timestamp-connect", recent, f"{said} at {connect.wall_ms}")
        subscribed = [p for p in packets if p.kind == "SUBSCRIBE"]
        published = [p for p in packets if p.kind == "PUBLISH"]
        if not published:
            return max(last, said["timestamp"])
        topics = {topic: qos for p in subscribed if p.index < published[0].index for topic, qos in p.topics}
        covers = all(
            f"spBv1.0/{group}/{kind}" in {t.rsplit("/+", t.count("/+"))[0] for t in topics}
            for group in (GROUP, SECOND_GROUP) for kind in ("NBIRTH", "NDATA", "NDEATH", "DBIRTH", "DDATA", "DDEATH"))
        check(
            "host-topic-phid-birth-sub-required message-flow-phid-sparkplug-subscription payloads-state-subscribe "
            "operational-behavior-primary-application-state-with-multiple-servers-state-subs",
            topics.get(topic) == 1 and covers and set(topics.values()) == {1}, topics)
        birth = published[0]
        ids = ("host-topic-phid-birth-message host-topic-phid-birth-required host-topic-phid-birth-topic "
               "message-flow-phid-sparkplug-state-publish operational-behavior-host-application-connect-birth "
               "operational-behavior-host-application-connect-birth-topic principles-birth-certificates-order "
               "intro-sparkplug-host-state payloads-state-birth "
               "operational-behavior-primary-application-state-with-multiple-servers-state")
        check(ids, birth.topic == topic, birth.topic)
        check("host-topic-phid-birth-qos operational-behavior-host-application-connect-birth-qos", birth.qos == 1)
        check("host-topic-phid-birth-retain operational-behavior-host-application-connect-birth-retained", birth.retain)
        ids = ("host-topic-phid-birth-payload host-topic-phid-birth-payload-timestamp payloads-state-birth-payload "
               "message-flow-phid-sparkplug-state-publish-payload "
               "message-flow-phid-sparkplug-state-publish-payload-timestamp "
               "operational-behavior-host-application-connect-birth-payload")
        check(ids, json.loads(birth.payload) == {"online": True, "timestamp": said["timestamp"]}, birth.payload)
        return max(last, said["timestamp"])

    def judge_command(self, packet):
        check = self.judge.check
        levels = packet.topic.split("/")
        if levels[2] == "DCMD":
            return self.judge_device_command(packet, levels)
        ids = ("topics-ncmd-topic topic-structure topic-structure-namespace-a operational-behavior-data-commands-ncmd-verb "
               "topic-structure-namespace-device-id-non-associated-message-types "
               "operational-behavior-data-commands-ncmd-rebirth-verb")
        check(ids, len(levels) == 4 and levels[0] == "spBv1.0" and levels[2] == "NCMD", packet.topic)
        check("topics-ncmd-mqtt payloads-ncmd-qos", packet.qos == 0)
        check("payloads-ncmd-retain", not packet.retain)
        message = self.decode(packet.payload)
        is_recent = message.HasField("timestamp") and abs(message.timestamp - packet.wall_ms) < 60_000
        check("topics-ncmd-timestamp payloads-ncmd-timestamp payloads-timestamp-in-UTC", is_recent)
        check("payloads-ncmd-seq", not message.HasField("seq"))
        check("topics-ncmd-payload", len(message.metrics) > 0)
        for metric in message.metrics:
            # To foreign nodes: the one request that every node must announce, and nothing of ours.
            ids = ("operational-behavior-data-commands-ncmd-rebirth-name operational-behavior-data-commands-ncmd-metric-name "
                   "payloads-name-requirement payloads-alias-data-cmd-requirement")
            check(ids, metric.name == "Node Control/Rebirth" and not metric.HasField("alias"), metric)
            check(
                "operational-behavior-data-commands-ncmd-rebirth-value operational-behavior-data-commands-ncmd-metric-value "
                "payloads-metric-datatype-value payloads-metric-datatype-value-type",
                metric.datatype == BOOLEAN and metric.boolean_value is True, metric)
            check("payloads-name-cmd-requirement payloads-metric-timestamp-in-UTC", metric.HasField("timestamp"))


    def judge_device_command(self, packet, levels):
        check = self.judge.check
        ids = ("topics-dcmd-topic topic-structure topic-structure-namespace-a operational-behavior-data-commands-dcmd-verb "
               "topic-structure-namespace-device-id-associated-message-types")
        check(ids, len(levels) == 5 and levels[0] == "spBv1.0" and packet.topic in self.commandable, packet.topic)
        check("topics-dcmd-mqtt payloads-dcmd-qos", packet.qos == 0)
        check("payloads-dcmd-retain", not packet.retain)
        message = self.decode(packet.payload)
        is_recent = message.HasField("timestamp") and abs(message.timestamp - packet.wall_ms) < 60_000
        check("topics-dcmd-timestamp payloads-dcmd-timestamp payloads-timestamp-in-UTC", is_recent)
        check("payloads-dcmd-seq", not message.HasField("seq"))
        check("topics-dcmd-payload", len(message.metrics) > 0)
        for metric in message.metrics:
            check(
                "operational-behavior-data-commands-dcmd-metric-name payloads-name-requirement "
                "payloads-alias-data-cmd-requirement",
                metric.name in self.commandable.get(packet.topic, []) and not metric.HasField("alias"), metric)
            check(
                "operational-behavior-data-commands-dcmd-metric-value payloads-metric-datatype-value",
                metric.datatype == STRING and json.loads(metric.string_value)["run"] == "run-1", metric)
            check("payloads-name-cmd-requirement payloads-metric-timestamp-in-UTC", metric.HasField("timestamp"))


def main():
    given = arguments()
    scenario = Scenario(given)
    try:
        scenario.run()
        scenario.judge_packets()
    except Exception as error:
        scenario.notes.append(f"FAILED: {error!r}\n{scenario.collector.tail()}")
        raise
    finally:
        if scenario.collector.is_running():
            scenario.collector.stop(signal.SIGKILL)
        scenario.judge.write(given["result"], scenario.notes)


main()
