# SPDX-License-Identifier: Apache-2.0
"""frames.py: HTTP/2 by hand over a raw socket, so that a test can send what no library would. Knows frames, not gRPC;
of what comes back it keeps the frames, and reads of them only what needs no HPACK."""

import os
import socket
import struct
import time

PATIENCE = 60 * int(os.environ.get("GRAMDEX_TEST_TIME_FACTOR", 1))  # seconds; only a broken server needs them
DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION = range(10)
END_STREAM, ACK, END_HEADERS, PADDED = 1, 1, 4, 8
NO_ERROR, PROTOCOL_ERROR, INTERNAL_ERROR, CANCEL, ENHANCE_YOUR_CALM = 0, 1, 2, 8, 11
INITIAL_WINDOW = 4
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind, flags=0, stream=0, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def settings(**values):
    return frame(SETTINGS, payload=b"".join(struct.pack(">HI", int(key[1:]), value) for key, value in values.items()))


def number(value, prefix_bits):
    most = (1 << prefix_bits) - 1
    if value < most:
        return bytes((value,))
    out = [most]
    value -= most
    while value >= 128:
        out.append(value % 128 + 128)
        value //= 128
    return bytes(out + [value])


def literal(name, value):
    """A header that no table keeps."""
    name, value = name.encode(), value if isinstance(value, bytes) else value.encode()
    return b"\0" + number(len(name), 7) + name + number(len(value), 7) + value


def request_head(path, *more):
    names = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", "abuse"), ("te", "trailers"),
             ("content-type", "application/grpc"), *more]
    return b"".join(literal(name, value) for name, value in names)


def message(packed=b""):
    return b"\0" + struct.pack(">I", len(packed)) + packed


def query(text):
    """What SearchRequest, ScanRequest and CountRequest have in common: query = 1."""
    packed = text.encode()
    return message(b"\x0a" + number(len(packed), 8) + packed)


class Connection:
    """A socket to the server that reads only when asked to."""

    def __init__(self, address, opens=True, receive_bytes=None):
        host, port = address.rsplit(":", 1)
        self.socket = socket.socket()
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(PATIENCE)
        self.socket.connect((host, int(port)))
        self.next_stream, self.frames, self.rest, self.is_closed = 1, [], b"", False
        if opens:
            self.send(PREFACE + settings())

    def send(self, data):
        """False once the server has closed."""
        try:
            self.socket.sendall(data)
        except OSError:
            self.is_closed = True
        return not self.is_closed

    def call(self, path, body=None, ends=True, more=(), send=True):
        """The stream's number, or with send=False its bytes."""
        stream, self.next_stream = self.next_stream, self.next_stream + 2
        head = frame(HEADERS, END_HEADERS | (END_STREAM if ends and body is None else 0), stream, request_head(path, *more))
        if body is not None:
            head += frame(DATA, END_STREAM if ends else 0, stream, body)
        if not send:
            return stream, head
        self.send(head)
        return stream

    def take(self):
        """What has come so far, as (kind, flags, stream, payload); gathered in self.frames. Does not wait."""
        self.socket.setblocking(False)
        try:
            while True:
                more = self.socket.recv(1 << 16)
                if not more:
                    self.is_closed = True
                    break
                self.rest += more
        except BlockingIOError:
            pass
        except OSError:
            self.is_closed = True
        self.socket.settimeout(PATIENCE)
        while len(self.rest) >= 9:
            size = int.from_bytes(self.rest[:3], "big")
            if len(self.rest) < 9 + size:
                break
            kind, flags = self.rest[3], self.rest[4]
            self.frames.append((kind, flags, int.from_bytes(self.rest[5:9], "big") & 0x7fffffff, self.rest[9:9 + size]))
            self.rest = self.rest[9 + size:]
        return self.frames

    def until(self, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, (self.is_closed, self.frames[-5:])
            self.take()
            time.sleep(0.005)

    def until_closed(self):
        self.until(lambda: self.is_closed)

    def goaway(self):
        """The error code of the GOAWAY that came; None: none."""
        for kind, _, _, payload in self.frames:
            if kind == GOAWAY and int.from_bytes(payload[4:8], "big") != NO_ERROR:
                return int.from_bytes(payload[4:8], "big")
        return None

    def ended(self, stream):
        return any(each[2] == stream and (each[0] == RST_STREAM or each[0] <= HEADERS and each[1] & END_STREAM)
                   for each in self.frames)

    def close(self):
        self.socket.close()

    def vanish(self):
        """A reset in place of a farewell."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
