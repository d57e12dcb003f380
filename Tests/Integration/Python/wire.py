"""MQTT 3.1.1 and 5 on the wire, as far as Sparkplug needs it: a proxy that notes every packet it passes on.

Written from the MQTT specifications; shares no code with the product.
"""

import socket
import struct
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Packet:
    index: int
    connection: int
    from_client: bool
    kind: str
    wall_ms: int
    fields: dict = field(default_factory=dict)

    def __getattr__(self, name):
        try:
            return self.__dict__["fields"][name]
        except KeyError:
            raise AttributeError(name) from None


KINDS = {
    1: "CONNECT", 2: "CONNACK", 3: "PUBLISH", 4: "PUBACK", 5: "PUBREC", 6: "PUBREL", 7: "PUBCOMP", 8: "SUBSCRIBE",
    9: "SUBACK", 10: "UNSUBSCRIBE", 11: "UNSUBACK", 12: "PINGREQ", 13: "PINGRESP", 14: "DISCONNECT", 15: "AUTH",
}


class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise ValueError("a packet is too short")
        piece = self.data[self.at:self.at + count]
        self.at += count
        return piece

    def byte(self):
        return self.take(1)[0]

    def short(self):
        return struct.unpack(">H", self.take(2))[0]

    def binary(self):
        return bytes(self.take(self.short()))

    def text(self):
        return self.binary().decode("utf-8")

    def varint(self):
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte & 0x80 == 0:
                return value

    def properties(self):
        """Of MQTT 5: those that Sparkplug speaks of, by their identifiers."""
        end = self.varint()
        end += self.at
        found = {}
        while self.at < end:
            kind = self.varint()
            if kind in (1, 23, 25, 36, 37, 40, 41, 42):
                found[kind] = self.byte()
            elif kind in (19, 33, 34, 35):
                found[kind] = self.short()
            elif kind in (2, 17, 24, 39):
                found[kind] = struct.unpack(">I", self.take(4))[0]
            elif kind == 11:
                found[kind] = self.varint()
            elif kind in (3, 8, 18, 21, 26, 28, 31):
                found[kind] = self.text()
            elif kind in (9, 22):
                found[kind] = self.binary()
            elif kind == 38:
                found.setdefault(kind, []).append((self.text(), self.text()))
            else:
                raise ValueError(f"property {kind} is unknown")
        return found


SESSION_EXPIRY = 17
WILL_DELAY = 24


def parse(header, body, level, from_client):
    kind = KINDS.get(header >> 4, "?")
    reader = Reader(body)
    out = {}
    if kind == "CONNECT":
        out["protocol"] = reader.text()
        out["level"] = level = reader.byte()
        flags = reader.byte()
        out["clean"] = bool(flags & 2)
        out["keep_alive"] = reader.short()
        out["properties"] = reader.properties() if level == 5 else {}
        out["client_id"] = reader.text()
        out["will"] = None
        if flags & 4:
            will_properties = reader.properties() if level == 5 else {}
            out["will"] = {
                "topic": reader.text(), "payload": reader.binary(), "qos": flags >> 3 & 3,
                "retain": bool(flags & 32), "properties": will_properties,
            }
    elif kind == "PUBLISH":
        out["qos"] = header >> 1 & 3
        out["retain"] = bool(header & 1)
        out["topic"] = reader.text()
        if out["qos"]:
            out["id"] = reader.short()
        if level == 5:
            reader.properties()
        out["payload"] = bytes(body[reader.at:])
    elif kind == "SUBSCRIBE":
        out["id"] = reader.short()
        if level == 5:
            reader.properties()
        out["topics"] = []
        while reader.at < len(body):
            topic = reader.text()
            out["topics"].append((topic, reader.byte() & 3))
    elif kind == "CONNACK":
        out["session_present"] = bool(reader.byte() & 1)
        out["code"] = reader.byte()
    elif kind == "DISCONNECT":
        out["code"] = reader.byte() if body else 0
    return kind, out, level


class Tap:
    """Passes connections on to a broker and keeps the packets of both directions."""

    def __init__(self, server_port):
        self.server_port = server_port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.changed = threading.Condition()
        self.packets = []
        self.problems = []
        self.connections = 0
        self.open = {}
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            client, _ = self.listener.accept()
            try:
                server = socket.create_connection(("127.0.0.1", self.server_port))
            except OSError:
                client.close()
                continue
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.changed:
                number = self.connections
                self.connections += 1
                self.open[number] = (client, server)
            shared = {"level": 4}
            for source, target, from_client in ((client, server, True), (server, client, False)):
                threading.Thread(
                    target=self._pass, args=(number, source, target, from_client, shared), daemon=True).start()

    def _pass(self, number, source, target, from_client, shared):
        buffer = bytearray()
        try:
            while True:
                piece = source.recv(65536)
                if not piece:
                    break
                buffer += piece
                self._note(number, buffer, from_client, shared)
                target.sendall(piece)
        except OSError:
            pass
        for end in (source, target):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        with self.changed:
            if self.open.pop(number, None):
                self._add(number, from_client, "END", {})

    def _note(self, number, buffer, from_client, shared):
        while len(buffer) >= 2:
            length = shift = 0
            at = 1
            while at < len(buffer) and at < 5:
                length |= (buffer[at] & 0x7F) << shift
                shift += 7
                at += 1
                if buffer[at - 1] & 0x80 == 0:
                    break
            else:
                return
            if len(buffer) < at + length:
                return
            header, body = buffer[0], bytes(buffer[at:at + length])
            del buffer[:at + length]
            try:
                kind, fields, shared["level"] = parse(header, body, shared["level"], from_client)
            except (ValueError, UnicodeDecodeError) as error:
                self.problems.append(f"connection {number}: {error}")
                continue
            with self.changed:
                self._add(number, from_client, kind, fields)

    def _add(self, number, from_client, kind, fields):
        self.packets.append(
            Packet(len(self.packets), number, from_client, kind, time.time_ns() // 1_000_000, fields))
        self.changed.notify_all()

    def mark(self):
        with self.changed:
            return len(self.packets)

    def since(self, mark, kind=None, from_client=None):
        with self.changed:
            return [
                p for p in self.packets[mark:]
                if (kind is None or p.kind == kind) and (from_client is None or p.from_client == from_client)
            ]

    def wait(self, what, condition, mark=0, timeout=60):
        """The first packet from `mark` that meets the condition."""
        deadline = time.monotonic() + timeout
        at = mark
        with self.changed:
            while True:
                while at < len(self.packets):
                    if condition(self.packets[at]):
                        return self.packets[at]
                    at += 1
                left = deadline - time.monotonic()
                if left <= 0:
                    raise TimeoutError(f"{what}: not within {timeout} s")
                self.changed.wait(min(left, 1))

    def cut(self):
        """Resets every connection, without MQTT's goodbye."""
        with self.changed:
            ends = [end for pair in self.open.values() for end in pair]
        for end in ends:
            try:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
