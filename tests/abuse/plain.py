# SPDX-License-Identifier: Apache-2.0
"""plain.py: bytes of HTTP/1.1, of no library, so that a test can send what no honest client sends; and what has come."""

import json
import os
import re
import socket
import struct
import time

PATIENCE = 60 * int(os.environ.get("GRAMDEX_TEST_TIME_FACTOR", 1))  # seconds; only a broken server needs them


def request(path, body=None, *fields, method=None, host="localhost", kind="application/json"):
    """Fields as lines. A body that is no bytes is JSON."""
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body, ensure_ascii=False).encode()
    lines = ["%s %s HTTP/1.1" % (method or ("GET" if body is None else "POST"), path), "Host: " + host, *fields]
    if body is not None:
        lines += ["Content-Type: " + kind, "Content-Length: %d" % len(body)]
    return "\r\n".join(lines + ["", ""]).encode() + (body or b"")


def envelope(body):
    """A message of a stream."""
    body = json.dumps(body, ensure_ascii=False).encode()
    return struct.pack(">BI", 0, len(body)) + body


ANSWER = re.compile(rb"HTTP/1\.1 (\d+) [^\r]*\r\n((?:[^\r]+\r\n)*)\r\n")


class Plain:
    def __init__(self, address, receive_bytes=None):
        self.socket = socket.socket()
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(PATIENCE)
        host, port = address.rsplit(":", 1)
        self.socket.connect((host, int(port)))
        self.came, self.is_closed = bytearray(), False

    def send(self, data):
        """False once the server has closed."""
        try:
            self.socket.sendall(data)
        except OSError:
            self.is_closed = True
        return not self.is_closed

    def take(self):
        """What is there, without waiting."""
        self.socket.setblocking(False)
        try:
            while True:
                more = self.socket.recv(1 << 16)
                if not more:
                    self.is_closed = True
                    break
                self.came += more
        except BlockingIOError:
            pass
        except OSError:
            self.is_closed = True
        self.socket.settimeout(PATIENCE)

    def until(self, condition):
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, (self.is_closed, self.came[-500:])
            self.take()
            time.sleep(0.002)

    def until_closed(self):
        self.until(lambda: self.is_closed)

    def statuses(self):
        """Of the answers that are there: they have a length, and no chunks."""
        found, at = [], 0
        while head := ANSWER.match(self.came, at):
            length = re.search(rb"content-length: (\d+)\r\n", head[2])
            at = head.end() + (int(length[1]) if length else 0)
            if at > len(self.came):
                break
            found.append(int(head[1]))
        return found

    def close(self):
        self.socket.close()

    def vanish(self):
        """A reset in place of a farewell."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
