"""Our agent as a Sparkplug edge node, judged by an independent host (paho, MQTT 3.1.1) and by its packets."""

import json
import os
import signal
import time

import paho.mqtt.client as mqtt
import sparkplug_b_pb2 as spb

from judge import Judge
from programs import Program, arguments, now_ms, until, write
from wire import SESSION_EXPIRY, WILL_DELAY, Tap

GROUP, NODE, DEVICE, HOST = "plant", "agent-1", "agent-1", "primary"
BASIC_TYPES = range(1, 15)
N_VERBS, D_VERBS = ("NBIRTH", "NDEATH", "NDATA", "NCMD"), ("DBIRTH", "DDEATH", "DDATA", "DCMD")


def decode(payload):
    message = spb.Payload()
    message.ParseFromString(payload)
    return message


# Rules of data sets and templates: our agents have neither.
UNUSED = " ".join(
    [f"payloads-dataset-{rule}" for rule in (
        "column-size column-num-headers types-def types-num types-type types-value parameter-type-req").split()]
    + [f"payloads-template-{rule}" for rule in (
        "definition-nbirth-only definition-is-definition definition-ref definition-members definition-nbirth "
        "definition-parameters definition-parameters-default instance-is-definition instance-ref instance-members "
        "instance-members-birth instance-members-data instance-parameters version ref-definition ref-instance "
        "is-definition is-definition-definition is-definition-instance parameter-name-required parameter-name-type "
        "parameter-value-type parameter-type-value parameter-type-req parameter-value dataset-value").split()])


class Host:
    """A Sparkplug host of somebody else's: MQTT 3.1.1, STATE, rebirth requests; it knows nothing of receipts."""

    def __init__(self, port):
        self.messages = []
        self.client = mqtt.Client("foreign-host", clean_session=True, protocol=mqtt.MQTTv311)
        self.client.on_message = lambda client, data, message: self.messages.append(message)
        self.client.connect("127.0.0.1", port)
        self.client.subscribe("spBv1.0/#", qos=1)
        self.client.loop_start()

    def state(self, host, is_online, timestamp):
        body = json.dumps({"online": is_online, "timestamp": timestamp})
        self.client.publish(f"spBv1.0/STATE/{host}", body, qos=1, retain=True).wait_for_publish(30)

    def command(self, fill, device=None):
        payload = spb.Payload()
        payload.timestamp = now_ms()
        fill(payload)
        verb, tail = ("DCMD", f"/{device}") if device else ("NCMD", "")
        self.client.publish(f"spBv1.0/{GROUP}/{verb}/{NODE}{tail}", payload.SerializeToString())

    def raw_command(self, bytes_):
        self.client.publish(f"spBv1.0/{GROUP}/NCMD/{NODE}", bytes_)

    def rebirth(self, value=True):
        def fill(payload):
            metric = payload.metrics.add()
            metric.name = "Node Control/Rebirth"
            metric.datatype = 11
            metric.boolean_value = value

        self.command(fill)


def verb(packet):
    return packet.topic.split("/")[2] if packet.kind == "PUBLISH" and packet.topic.count("/") >= 3 else None


def is_birth(packet):
    return packet.from_client and verb(packet) == "NBIRTH"


class Scenario:
    def __init__(self, given):
        self.given = given
        self.judge = Judge()
        self.notes = []
        self.tap = Tap(int(given["broker"]))
        self.host = Host(int(given["broker"]))
        folder = given["folder"]
        config = f"{folder}/agent.yaml"
        write(config, "\n".join([
            f"site: {GROUP}", f"agent: {NODE}", f"asset: {{id: {DEVICE}, kind: caster, seed: 7, rate_hz: 50}}",
            f"state_dir: {folder}/agent", f"primary_host: {HOST}",
            f"mqtt: {{host: 127.0.0.1, port: {self.tap.port}}}", "",
        ]))
        self.agent = Program([given["agent"], "run", "--config", config], f"{folder}/agent.log")
        self.stamp = now_ms()

    def next_stamp(self):
        self.stamp = max(self.stamp + 1, now_ms())
        return self.stamp

    def published(self, mark):
        return [p for p in self.tap.since(mark, "PUBLISH", True)]

    def quiet(self, ids, mark, seconds, why):
        time.sleep(seconds)
        sent = self.published(mark)
        self.judge.check(ids, not sent, f"{why}: {[p.topic for p in sent[:3]]}")

    # The course of events

    def run(self):
        self.waits_for_its_host()
        self.publishes()
        self.is_reborn_on_request()
        self.bears_nonsense()
        self.ignores_old_states()
        self.goes_with_its_host()
        self.survives_a_cut()
        self.tells_of_itself()
        self.ends_and_comes_again()

    def waits_for_its_host(self):
        self.agent.start()
        subscribe = self.tap.wait("SUBSCRIBE", lambda p: p.kind == "SUBSCRIBE")
        topics = dict(subscribe.topics)
        self.judge.check(
            "message-flow-edge-node-ncmd-subscribe", topics.get(f"spBv1.0/{GROUP}/NCMD/{NODE}") == 1, topics)
        self.judge.check(
            "message-flow-device-dcmd-subscribe", topics.get(f"spBv1.0/{GROUP}/DCMD/{NODE}/{DEVICE}") == 1, topics)
        self.judge.check(
            "operational-behavior-primary-application-state-with-multiple-servers-state-subs",
            f"spBv1.0/STATE/{HOST}" in topics, topics)
        wait = "message-flow-edge-node-birth-publish-phid-wait operational-behavior-edge-node-birth-sequence-wait"
        self.quiet(wait, 0, 1.5, "published without a STATE")
        self.host.state("somebody-else", True, self.next_stamp())
        self.quiet("message-flow-edge-node-birth-publish-phid-wait-id", 0, 1, "published on another host's STATE")
        offline = self.next_stamp()
        self.host.state(HOST, False, offline)
        self.quiet("message-flow-edge-node-birth-publish-phid-wait-online", 0, 1, "published on STATE offline")
        self.host.state(HOST, True, offline - 10_000)
        self.quiet("message-flow-edge-node-birth-publish-phid-wait-timestamp", 0, 1, "published on an older STATE")
        self.host.state(HOST, True, self.next_stamp())
        self.tap.wait("births", is_birth)

    def publishes(self):
        """More messages than seq can count."""
        until("300 messages", lambda: len(self.published(0)) > 300)

    def is_reborn_on_request(self):
        clean = []
        for _ in range(5):
            time.sleep(1.2)  # a rebirth that is asked for too soon is put off
            mark = self.tap.mark()
            self.host.rebirth()
            asked = self.tap.wait("NCMD", lambda p: not p.from_client and verb(p) == "NCMD", mark)
            birth = self.tap.wait("NBIRTH", is_birth, asked.index)
            # What was on its way when the request came is no answer to it.
            clean.append(not any(verb(p) in ("NDATA", "DDATA") for p in self.published(asked.index) if p.index < birth.index))
            self.tap.wait("DBIRTH", lambda p: p.from_client and verb(p) == "DBIRTH", birth.index)
        self.judge.check(
            "operational-behavior-data-commands-rebirth-action-1", any(clean),
            "data between each of five requests and its births")
        self.judge.check("operational-behavior-data-commands-rebirth-action-2", True)
        # Two requests at once are answered, and nothing is sent before the put-off births.
        mark = self.tap.mark()
        self.host.rebirth()
        first = self.tap.wait("NBIRTH", is_birth, mark)
        self.host.rebirth()
        again = self.tap.wait(
            "NCMD", lambda p: not p.from_client and verb(p) == "NCMD" and p.index > first.index, first.index)
        late = self.tap.wait("NBIRTH", is_birth, again.index)
        between = [p for p in self.published(again.index) if p.index < late.index]
        self.judge.check(
            "operational-behavior-data-commands-rebirth-action-1",
            len([p for p in between if p.wall_ms > again.wall_ms + 500]) == 0, "data goes on until the births")
        time.sleep(1.2)
        mark = self.tap.mark()
        self.host.rebirth(False)
        time.sleep(1.5)
        self.judge.check(
            "operational-behavior-data-commands-rebirth-value", not any(map(is_birth, self.published(mark))),
            "a request that is false was answered")

    def bears_nonsense(self):
        """Commands that nobody announced; the agent goes on in the same session."""
        def unknown(payload):
            metric = payload.metrics.add()
            metric.name = "Node Control/Open The Valve"
            metric.datatype = 11
            metric.boolean_value = True

        def aliased(payload):
            payload.metrics.add().alias = 3

        def receipt(payload):
            metric = payload.metrics.add()
            metric.name = "Node Control/Receipt"
            metric.datatype = 12
            metric.string_value = "0000000000000001:9223372036854775807"

        connections = self.tap.connections
        mark = self.tap.mark()
        for fill in (unknown, aliased, receipt, lambda payload: None):
            self.host.command(fill)
            self.host.command(fill, device=DEVICE)
        self.host.raw_command(b"\xff\xff\xff\xff")
        self.host.raw_command(b"")
        until("data after nonsense", lambda: len(self.published(mark)) > 60)
        self.judge.check("operational-behavior-data-commands-rebirth-name", self.tap.connections == connections)

    def ignores_old_states(self):
        connections, mark = self.tap.connections, self.tap.mark()
        self.host.state(HOST, False, self.stamp - 60_000)
        until("data after an old STATE", lambda: len(self.published(mark)) > 60)
        self.judge.check(
            "operational-behavior-edge-node-termination-host-offline-timestamp",
            self.tap.connections == connections and not any(verb(p) == "NDEATH" for p in self.published(mark)),
            "an old STATE offline ended the session")

    def goes_with_its_host(self):
        mark = self.tap.mark()
        self.host.state(HOST, False, self.next_stamp())
        death = self.tap.wait("NDEATH", lambda p: p.from_client and verb(p) == "NDEATH", mark)
        end = self.tap.wait("DISCONNECT", lambda p: p.from_client and p.kind == "DISCONNECT", death.index)
        connect = self.tap.wait("CONNECT", lambda p: p.kind == "CONNECT", mark)
        ids = ("message-flow-edge-node-birth-publish-phid-offline operational-behavior-edge-node-termination-host-offline "
               "operational-behavior-edge-node-termination-host-offline-reconnect")
        self.judge.check(ids, death.index < end.index < connect.index)
        mark = self.tap.mark()
        self.quiet("operational-behavior-edge-node-birth-sequence-wait", connect.index, 1.5, "published while offline")
        self.host.state(HOST, True, self.next_stamp())
        self.tap.wait("births after the host's return", is_birth, mark)

    def survives_a_cut(self):
        until("data", lambda: len(self.published(self.tap.mark() - 30)) > 5)
        before = [p for p in self.tap.since(0, "CONNECT")][-1]
        heard = len(self.host.messages)
        mark = self.tap.mark()
        self.tap.cut()
        topic = f"spBv1.0/{GROUP}/NDEATH/{NODE}"
        will = until("the will", lambda: next((m for m in self.host.messages[heard:] if m.topic == topic), None))
        self.judge.check(
            "payloads-ndeath-will-message message-flow-edge-node-birth-publish-will-message",
            will.payload == before.will["payload"] and not will.retain, "the broker published another will")
        self.tap.wait("births after the cut", is_birth, mark)
        # What was under way is sent again, as history.
        def is_history(packet):
            return packet.from_client and verb(packet) == "DDATA" and decode(packet.payload).metrics[0].is_historical
        self.tap.wait("history", is_history, mark)

    def tells_of_itself(self):
        """After a pause the agent reports the ticks that it has missed: a message of the node itself."""
        mark = self.tap.mark()
        self.agent.process.send_signal(signal.SIGSTOP)
        time.sleep(2)
        self.agent.process.send_signal(signal.SIGCONT)
        self.tap.wait("NDATA", lambda p: p.from_client and verb(p) == "NDATA", mark)

    def ends_and_comes_again(self):
        mark = self.tap.mark()
        code = self.agent.stop()
        sent = self.tap.since(mark, from_client=True)
        kinds = [verb(p) or p.kind for p in sent if p.kind in ("PUBLISH", "DISCONNECT")]
        ids = ("operational-behavior-edge-node-intentional-disconnect-ndeath payloads-ndeath-will-message-publisher "
               "operational-behavior-edge-node-intentional-disconnect-packet "
               "payloads-ndeath-will-message-publisher-disconnect-mqtt311")
        self.judge.check(ids, code == 0 and kinds[-2:] == ["NDEATH", "DISCONNECT"], f"exit {code}, {kinds[-3:]}")
        mark = self.tap.mark()
        self.agent.start()
        self.tap.wait("births after a restart", is_birth, mark)
        until("data after a restart", lambda: len(self.published(mark)) > 30)
        self.agent.stop()

    # Every packet

    def judge_packets(self):
        check = self.judge.check
        check("topic-structure", not self.tap.problems, self.tap.problems)
        sessions = {}
        for packet in self.tap.since(0):
            sessions.setdefault(packet.connection, []).append(packet)
        last_bdseq = None
        open_at = {}
        for number, packets in sorted(sessions.items()):
            open_at[number] = (packets[0].index, packets[-1].index)
            connects = [p for p in packets if p.kind == "CONNECT"]
            check("principles-birth-certificates-order", len(connects) == 1, connects)
            for connect in connects:
                last_bdseq = self.judge_connect(connect, last_bdseq)
                self.judge_session(connect, [p for p in packets if p.from_client and p.kind == "PUBLISH"], packets)
        spans = sorted(open_at.values())
        check(
            "operational-behavior-primary-application-state-with-multiple-servers-single-server",
            all(one[1] < two[0] for one, two in zip(spans, spans[1:])), "two connections at a time")

    def judge_connect(self, connect, last_bdseq):
        check = self.judge.check
        check(
            "principles-persistence-clean-session-311 principles-persistence-clean-session-50",
            connect.clean and connect.properties.get(SESSION_EXPIRY, 0) == 0)
        will = connect.will
        ids = ("message-flow-edge-node-birth-publish-will-message payloads-ndeath-will-message "
               "message-flow-edge-node-birth-publish-connect")
        if not check(ids, will is not None, "no will"):
            return last_bdseq
        prefix = "message-flow-edge-node-birth-publish-will-message"
        check(f"{prefix}-topic topics-ndeath-topic", will["topic"] == f"spBv1.0/{GROUP}/NDEATH/{NODE}", will["topic"])
        check(f"{prefix}-qos payloads-ndeath-will-message-qos", will["qos"] == 1)
        check(f"{prefix}-will-retained payloads-ndeath-will-message-retain", not will["retain"])
        check(f"{prefix}", will["properties"].get(WILL_DELAY, 0) == 0, "the will is delayed")
        message = decode(will["payload"])
        check(f"{prefix}-payload topics-ndeath-payload", len(message.metrics) == 1, message)
        check("topics-ndeath-seq payloads-ndeath-seq", not message.HasField("seq"))
        metric = message.metrics[0]
        bdseq = metric.long_value
        expected = 0 if last_bdseq is None else (last_bdseq + 1) % 256
        ids = f"{prefix}-payload-bdSeq topics-nbirth-bdseq-increment"
        # Attempts that fail may use numbers up; here none does.
        check(ids, metric.name == "bdSeq" and metric.datatype == 4 and bdseq == expected, f"{bdseq}, not {expected}")
        return bdseq

    def judge_session(self, connect, published, packets):
        check = self.judge.check
        bdseq = decode(connect.will["payload"]).metrics[0].long_value
        code = [p for p in packets if p.kind == "DISCONNECT" and p.from_client]
        if code and connect.level == 5:
            check("payloads-ndeath-will-message-publisher-disconnect-mqtt50", code[0].code == 4, code[0].code)
        seq = None
        aliases = {}
        born = set()
        is_in_births = False
        if published:
            check("principles-birth-certificates-order", verb(published[0]) == "NBIRTH", published[0].topic)
        for packet in published:
            message = self.judge_message(packet)
            kind = verb(packet)
            if kind == "NDEATH":
                check("payloads-ndeath-bdseq", message.metrics[0].long_value == bdseq)
                check("topics-ndeath-payload", len(message.metrics) == 1 and message.metrics[0].name == "bdSeq")
                check("topics-ndeath-seq payloads-ndeath-seq", not message.HasField("seq"))
                continue
            check("payloads-sequence-num-always-included", message.HasField("seq"))
            if kind == "NBIRTH":
                aliases, born, is_in_births, seq = {}, set(), True, 0
                self.judge_node_birth(packet, message, bdseq, aliases)
                continue
            seq = None if seq is None else (seq + 1) % 256
            name = kind.lower()
            by_kind = {
                "dbirth": "topics-dbirth-seq payloads-dbirth-seq payloads-dbirth-seq-inc "
                          "message-flow-device-birth-publish-dbirth-payload-seq",
                "ndata": "topics-ndata-seq-num payloads-ndata-seq payloads-ndata-seq-inc",
                "ddata": "topics-ddata-seq-num payloads-ddata-seq payloads-ddata-seq-inc",
            }
            check(by_kind[name] + " payloads-sequence-num-incrementing", message.seq == seq, f"{message.seq}, not {seq}")
            if kind == "DBIRTH":
                device = packet.topic.split("/")[4]
                check(
                    "payloads-dbirth-order message-flow-device-birth-publish-nbirth-wait", is_in_births,
                    "not directly after NBIRTH")
                check("topic-structure-namespace-unique-device-id", device not in born)
                born.add(device)
                self.judge_device_birth(packet, message, aliases)
                continue
            is_in_births = False
            check(f"payloads-{name}-order", bool(born), "data before the births are complete")
            self.judge_data(packet, message, kind, aliases)

    def judge_message(self, packet):
        """What holds for every message of an edge node."""
        check = self.judge.check
        levels = packet.topic.split("/")
        kind = levels[2] if len(levels) > 2 else ""
        check("topic-structure topic-structure-namespace-a", levels[0] == "spBv1.0" and len(levels) in (4, 5), packet.topic)
        ids = ("topic-structure-namespace-valid-group-id intro-group-id-string intro-group-id-chars "
               "topic-structure-namespace-valid-edge-node-id intro-edge-node-id-string intro-edge-node-id-chars "
               "intro-edge-node-id-uniqueness topic-structure-namespace-unique-edge-node-descriptor "
               "payloads-nbirth-edge-node-descriptor")
        check(ids, levels[1] == GROUP and levels[3] == NODE, packet.topic)
        if kind in D_VERBS:
            check("topic-structure-namespace-device-id-associated-message-types", len(levels) == 5, packet.topic)
            ids = ("topic-structure-namespace-valid-device-id intro-device-id-string intro-device-id-chars "
                   "message-flow-device-birth-publish-dbirth-match-edge-node-topic")
            check(ids, len(levels) == 5 and levels[4] and not set(levels[4]) & set("+#"), packet.topic)
        else:
            check("topic-structure-namespace-device-id-non-associated-message-types", len(levels) == 4, packet.topic)
        if kind == "NDEATH":
            check("payloads-ndeath-will-message-retain", not packet.retain)
        else:
            name = kind.lower()
            own = {
                "nbirth": "message-flow-edge-node-birth-publish-nbirth",
                "dbirth": "message-flow-device-birth-publish-dbirth",
            }.get(name)
            check(f"topics-{name}-mqtt payloads-{name}-qos" + (f" {own}-qos" if own else ""), packet.qos == 0)
            check(f"payloads-{name}-retain" + (f" {own}-retained" if own else ""), not packet.retain)
        message = decode(packet.payload)
        if kind == "NDEATH":
            return message
        name = kind.lower()
        is_recent = message.HasField("timestamp") and abs(packet.wall_ms - message.timestamp) < 60_000
        check(f"topics-{name}-timestamp payloads-{name}-timestamp payloads-timestamp-in-UTC", is_recent, message.timestamp)
        if kind in ("NBIRTH", "DBIRTH"):
            check(f"payloads-{name}-timestamp", message.timestamp <= packet.wall_ms, "stamped in the future")
        stamps = []
        for metric in message.metrics:
            self.judge_metric(metric)
            if not metric.is_historical:
                stamps.append(metric.timestamp)
        order = "nbirth" if kind[0] == "N" else "dbirth"
        check(f"operational-behavior-data-publish-{order}-order", stamps == sorted(stamps), "not in the order of time")
        history = [m.is_historical for m in message.metrics]
        check("payloads-name-birth-data-requirement", all(history) or not any(history), "history among the present")
        return message

    def judge_metric(self, metric):
        check = self.judge.check
        check("payloads-name-birth-data-requirement payloads-metric-timestamp-in-UTC", metric.HasField("timestamp"), metric)
        value = metric.WhichOneof("value")
        check(UNUSED, value not in ("dataset_value", "template_value", "extension_value"), "of a type we do not use")
        check(
            "operational-behavior-data-publish-nbirth-values operational-behavior-data-publish-dbirth-values",
            (value is None) == metric.is_null, metric)
        if metric.HasField("datatype"):
            check("payloads-metric-datatype-value payloads-metric-datatype-value-type", 1 <= metric.datatype <= 34)
            fields = {4: "long_value", 10: "double_value", 11: "boolean_value", 12: "string_value"}
            check("payloads-metric-datatype-value", value in (None, fields.get(metric.datatype)), metric)
        if metric.HasField("properties"):
            keys, values = metric.properties.keys, metric.properties.values
            ids = "payloads-propertyset-keys-array-size payloads-propertyset-values-array-size"
            check(ids, len(keys) == len(values), metric)
            for key, item in zip(keys, values):
                check(
                    "payloads-metric-propertyvalue-type-type payloads-metric-propertyvalue-type-value "
                    "payloads-metric-propertyvalue-type-req",
                    item.type in BASIC_TYPES or item.type in (20, 21), metric)
                if key == "Quality":
                    check("payloads-propertyset-quality-value-type", item.type == 3, metric)
                    check("payloads-propertyset-quality-value-value", item.int_value in (0, 192, 500), metric)

    def judge_birth_metrics(self, message, aliases, device, kind):
        check = self.judge.check
        names = [m.name for m in message.metrics]
        ids = "payloads-name-requirement case-sensitivity-metric-names"
        check(ids, all(names) and len({n.lower() for n in names}) == len(names), names)
        for metric in message.metrics:
            check(f"topics-{kind}-metrics payloads-metric-datatype-req", metric.HasField("datatype"), metric)
            if metric.HasField("alias"):
                check("payloads-alias-uniqueness", metric.alias not in aliases, metric)
                check("payloads-alias-birth-requirement", bool(metric.name), metric)
                aliases[metric.alias] = (device, metric.name, metric.datatype)
        check(f"topics-{kind}-metric-reqs operational-behavior-data-publish-{kind}", True)

    def judge_node_birth(self, packet, message, bdseq, aliases):
        check = self.judge.check
        prefix = "message-flow-edge-node-birth-publish-nbirth"
        check(f"topics-nbirth-topic {prefix}-topic {prefix}-payload", packet.topic == f"spBv1.0/{GROUP}/NBIRTH/{NODE}")
        ids = f"topics-nbirth-seq-num payloads-nbirth-seq payloads-sequence-num-req-nbirth {prefix}-payload-seq"
        check(ids, message.seq == 0, message.seq)
        self.judge_birth_metrics(message, aliases, None, "nbirth")
        found = [m for m in message.metrics if m.name == "bdSeq"]
        ids = ("topics-nbirth-bdseq-included payloads-nbirth-bdseq topics-nbirth-bdseq-matching "
               f"payloads-nbirth-bdseq-repeat {prefix}-payload-bdSeq operational-behavior-data-commands-rebirth-action-3")
        check(ids, len(found) == 1 and found[0].datatype == 4 and found[0].long_value == bdseq, found)
        found = [m for m in message.metrics if m.name == "Node Control/Rebirth"]
        ids = ("topics-nbirth-rebirth-metric payloads-nbirth-rebirth-req operational-behavior-data-commands-rebirth-name "
               "operational-behavior-data-commands-rebirth-value")
        check(ids, len(found) == 1 and found[0].boolean_value is False, found)
        check("operational-behavior-data-commands-rebirth-datatype", found[0].datatype == 11)
        check("operational-behavior-data-commands-rebirth-name-aliases", not found[0].HasField("alias"))
        check("topics-nbirth-templates", all(m.datatype != 19 for m in message.metrics))

    def judge_device_birth(self, packet, message, aliases):
        topic = f"spBv1.0/{GROUP}/DBIRTH/{NODE}/{DEVICE}"
        prefix = "message-flow-device-birth-publish-dbirth"
        self.judge.check(f"topics-dbirth-topic {prefix}-topic {prefix}-payload", packet.topic == topic)
        self.judge_birth_metrics(message, aliases, DEVICE, "dbirth")

    def judge_data(self, packet, message, kind, aliases):
        check = self.judge.check
        device = DEVICE if kind == "DDATA" else None
        tail = f"/{DEVICE}" if device else ""
        name = kind.lower()
        check(f"topics-{name}-topic", packet.topic == f"spBv1.0/{GROUP}/{kind}/{NODE}{tail}", packet.topic)
        check(f"topics-{name}-payload", len(message.metrics) > 0)
        for metric in message.metrics:
            known = aliases.get(metric.alias) if metric.HasField("alias") else None
            birth = "nbirth" if kind == "NDATA" else "dbirth"
            ids = f"topics-{birth}-metric-reqs operational-behavior-data-publish-{birth}"
            check(ids, known is not None and known[0] == device, metric)
            check("payloads-alias-data-cmd-requirement", not metric.HasField("name"), metric)
            check("payloads-metric-datatype-not-req", not metric.HasField("datatype"), metric)


def main():
    given = arguments()
    scenario = Scenario(given)
    try:
        scenario.run()
        scenario.judge_packets()
        packets = scenario.tap.since(0, "PUBLISH", True)
        scenario.notes.append(f"{len(packets)} messages in {scenario.tap.connections} connections")
    except Exception as error:
        scenario.notes.append(f"FAILED: {error!r}\n{scenario.agent.tail()}")
        raise
    finally:
        if scenario.agent.is_running():
            scenario.agent.stop(signal.SIGKILL)
        scenario.judge.write(given["result"], scenario.notes)


main()
