# SPDX-License-Identifier: Apache-2.0
"""store.py: a small object store for the tests beside it: GET with ranges, HEAD, PUT with If-None-Match, DELETE, in memory.

It checks signatures by AWS's rules (Signature Version 4) with code of its own, so that it proves what a client signs, and it misbehaves
on demand: statuses, bodies that end early, silence, ranges that are not obeyed, answers that get lost after the work is done.
"""

import hashlib
import hmac
import http.server
import re
import threading
import time
import urllib.parse

KEY_ID, SECRET, REGION = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "eu-test-1"


def sign(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def signature_fault(method, target, headers, body_hash, token=None):
    """What is wrong with a request's signature, or None."""
    match = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, ?SignedHeaders=([a-z0-9;-]+), ?"
                         r"Signature=([0-9a-f]{64})", headers.get("Authorization", ""))
    if not match:
        return "no signature: %r" % headers.get("Authorization")
    key_id, day, region, names, given = match.groups()
    stamp = headers.get("x-amz-date", "")
    if (key_id, region) != (KEY_ID, REGION) or not re.fullmatch(day + r"T\d{6}Z", stamp):
        return "credential %r, date %r" % (match.group(0), stamp)
    signed = names.split(";")
    must = {"host", "x-amz-date", "x-amz-content-sha256"} | {name.lower() for name in headers if name.lower() in
                                                             ("if-none-match", "x-amz-security-token")}
    if signed != sorted(signed) or not must <= set(signed):
        return "signed headers %r" % names
    if headers.get("x-amz-security-token") != token:
        return "token %r" % headers.get("x-amz-security-token")
    if headers["x-amz-content-sha256"] != body_hash:
        return "the body's hash is another one"
    path, _, query = target.partition("?")
    canonical = [method, urllib.parse.quote(urllib.parse.unquote(path), safe="/-_.~"), query]
    canonical += ["%s:%s" % (name, " ".join(headers.get(name, "").split())) for name in signed]
    canonical += ["", names, body_hash]
    scope = "%s/%s/s3/aws4_request" % (day, region)
    text = "AWS4-HMAC-SHA256\n%s\n%s\n%s" % (stamp, scope, hashlib.sha256("\n".join(canonical).encode()).hexdigest())
    key = ("AWS4" + SECRET).encode()
    for part in (day, region, "s3", "aws4_request"):
        key = sign(key, part)
    return None if hmac.compare_digest(sign(key, text).hex(), given) else "another signature is right for\n" + "\n".join(canonical)


class Store:
    """One bucket, "bucket". `objects` are its bytes by name; `requests` what was asked: (method, name, status). `before` is called with
    method and name of each request before it is looked at."""

    def __init__(self, signed=True, token=None):
        self.objects, self.requests, self.faults, self.forgeries = {}, [], [], []
        self.signed, self.token, self.before = signed, token, None
        self.lock = threading.Lock()
        store = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                store.answer(self)

            do_HEAD = do_PUT = do_DELETE = do_GET

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):  # a client that went away
                pass

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()
        self.host = "127.0.0.1:%d" % self.server.server_port

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def fail(self, kind, method="GET", name="", times=1, **how):
        """The next `times` requests of this method whose name has this in it fail so."""
        self.faults.append({"kind": kind, "method": method, "name": name, "times": times, **how})

    def fault_of(self, method, name):
        for fault in self.faults:
            if fault["method"] == method and fault["name"] in name and fault["times"] > 0:
                fault["times"] -= 1
                return fault
        return {"kind": None}

    def names(self, prefix=""):
        return sorted(name for name in self.objects if name.startswith(prefix))

    def count(self, method, name="", status=None):
        return sum(one[0] == method and name in one[1] and status in (None, one[2]) for one in self.requests)

    def answer(self, request):
        length = int(request.headers.get("Content-Length", 0))
        path = request.path.partition("?")[0]
        name = path[len("/bucket/"):] if path.startswith("/bucket/") else None
        if self.before:
            self.before(request.command, name)
        with self.lock:
            fault = self.fault_of(request.command, name or "")
        if fault["kind"] == "drop body":
            request.rfile.read(length // 2)
            request.close_connection = True
            return
        body = request.rfile.read(length)
        with self.lock:
            wrong = self.signed and signature_fault(request.command, request.path, request.headers,
                                                    hashlib.sha256(body).hexdigest(), self.token)
            if wrong:
                self.forgeries.append(wrong)
            if wrong or name is None:
                status, reply, headers = 403, b"<Error><Code>SignatureDoesNotMatch</Code></Error>", {}
            elif fault["kind"] == "status":
                code = fault.get("code", "SlowDown")
                status, reply, headers = fault["status"], ("<Error><Code>%s</Code></Error>" % code).encode(), {}
            else:
                status, reply, headers = self.work(request.command, name, body, request.headers, fault)
            self.requests.append((request.command, name, status))
        self.send(request, status, reply, headers, fault)

    def work(self, method, name, body, headers, fault):
        if method == "PUT":
            if headers.get("If-None-Match") == "*" and name in self.objects and fault["kind"] != "ignore condition":
                return 412, b"<Error><Code>PreconditionFailed</Code></Error>", {}
            self.objects[name] = body
            return 200, b"", {}
        if method == "DELETE":
            self.objects.pop(name, None)
            return 204, b"", {}
        if name not in self.objects:
            return 404, b"<Error><Code>NoSuchKey</Code></Error>", {}
        whole = self.objects[name]
        match = re.fullmatch(r"bytes=(\d+)-", headers.get("Range", ""))
        if not match or fault["kind"] == "no ranges":
            return 200, whole, {}
        start = int(match.group(1))
        if start >= len(whole):
            return 416, b"", {}
        told = start + (1 if fault["kind"] == "another range" else 0)
        return 206, whole[start:], {"Content-Range": "bytes %d-%d/%d" % (told, len(whole) - 1, len(whole))}

    def send(self, request, status, reply, headers, fault):
        if fault["kind"] == "lose answer":  # the work is done
            request.close_connection = True
            return
        if fault["kind"] == "silence before":
            self.wait(fault)
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        if status != 204:
            request.send_header("Content-Length", str(len(reply)))
        request.end_headers()
        if request.command == "HEAD":
            return
        if fault["kind"] in ("cut", "silence within"):
            reply = reply[:fault.get("at", len(reply) // 2)]
        request.wfile.write(reply)
        request.wfile.flush()
        if fault["kind"] == "silence within":
            self.wait(fault)
        if fault["kind"] in ("cut", "silence within"):
            request.close_connection = True

    def wait(self, fault):
        until = time.monotonic() + fault["seconds"]
        while time.monotonic() < until and not fault.get("end", threading.Event()).is_set():
            time.sleep(0.02)
