# SPDX-License-Identifier: Apache-2.0
"""test_guard.py: whom the web side of `gramdex serve` answers, over real sockets, by curl: hosts, sites, content types, CORS.

test_guard.c has every spelling of a host; here is what a browser, a form or a proxy would send.
"""

import json
import os
import subprocess
import unittest
import urllib.parse

import harness

VERSIONS = ["--http2-prior-knowledge", "--http1.1"]
COUNT = "/gramdex.v1.Search/Count"
JSON = "content-type: application/json"
BODY = '{"query":"产业链"}'


class Reply:
    def __init__(self, output):
        head, self.body = output.split("\r\n\r\n", 1)
        lines = head.split("\r\n")
        self.status = int(lines[0].split()[1])
        self.headers = {}
        for line in lines[1:]:
            name, value = line.split(": ", 1)
            assert name.lower() not in self.headers, line
            self.headers[name.lower()] = value


def ask(address, path, *headers, data=None, method=None, version=VERSIONS[0], host=None, more=()):
    """One request by curl, to the address whatever the host is."""
    command = ["curl", "-sS", "-i", version, "--max-time", str(harness.PATIENCE), "--noproxy", "*", *more]
    if data is not None:
        command += ["--data-binary", "@-", "-H", "content-type:"]
    if method == "HEAD":
        command += ["-I"]
    elif method:
        command += ["-X", method]
    for header in ([] if host is None else ["Host: " + host]) + list(headers):
        command += ["-H", header]
    found = subprocess.run(command + ["http://%s%s" % (address, path)], input=(data or "").encode(), capture_output=True,
                           check=True)
    return Reply(found.stdout.decode())


class GuardTest(harness.ServerTest):
    def start(self, *options, **how):
        """Without options it is one server for all tests: nothing is written."""
        records = [harness.record(n) for n in range(20)]

        def start_common(folder):
            harness.add_records(folder, records)
            common = harness.Server(folder)
            unittest.addModuleCleanup(common.stop)
            return common

        server = self.served(records, *options, **how) if options or how else harness.keep("common", start_common)
        self.address = server.addresses[0]
        self.port = self.address.rsplit(":", 1)[-1]
        return server

    def answers(self, *headers, **how):
        path = how.pop("path", COUNT)
        for version in VERSIONS:
            reply = ask(self.address, path, JSON, *headers, data=BODY, version=version, **how)
            self.assertEqual(reply.status, 200, (version, headers, how, reply.body))
            self.assertEqual(json.loads(reply.body)["documents"], "20")
            self.assertEqual(reply.headers["x-content-type-options"], "nosniff")
        return reply

    def refuses(self, *headers, status=403, says="", **how):
        for version in harness.some_of(1, VERSIONS):  # there are many of these, and a curl for each
            reply = ask(self.address, how.get("path", COUNT), *headers, version=version,
                        **{name: value for name, value in how.items() if name != "path"})
            self.assertEqual(reply.status, status, (version, headers, how, reply.body))
            self.assertIn(says, reply.body)
            self.assertNotIn("access-control-allow-origin", reply.headers)
            self.assertNotIn("documents", reply.body)
        return reply

    def test_a_name_that_leads_here_is_no_host_of_ours(self):
        self.start()
        self.answers()
        self.answers(host="localhost:" + self.port)
        self.answers(host="LOCALHOST.:" + self.port)
        self.answers(host="[::1]:" + self.port)
        for host in ("evil.com", "evil.com:" + self.port, "127.0.0.1.evil.com", "192.168.1.5", "127.0.0.2", "localhost.evil.com"):
            self.refuses(JSON, data=BODY, host=host, says=host.split(":")[0])
            self.refuses(host=host, path="/")
            self.refuses(host=host, path=COUNT + "?connect=v1&encoding=json&message=%7B%7D")
            self.refuses("Origin: http://" + host, "Sec-Fetch-Site: same-origin", JSON, data=BODY, host=host)

    def test_what_a_proxy_adds_is_not_believed(self):
        self.start()
        self.refuses(JSON, "X-Forwarded-Host: localhost", "Forwarded: host=localhost", data=BODY, host="evil.com")
        self.answers("X-Forwarded-Host: evil.com")

    def test_other_hosts_by_option(self):
        self.start("--allow-host", "search.example.org", "--allow-host", "[2001:db8::1]")
        self.answers(host="search.example.org")
        self.answers("Origin: https://search.example.org", "Sec-Fetch-Site: same-origin", host="Search.Example.org")
        self.answers(host="[2001:DB8:0::1]:443")
        self.refuses(JSON, data=BODY, host="example.org")

    def test_a_unix_socket_wants_a_known_host_too(self):
        path = os.path.join(self.folder, "socket")
        self.start("--listen", "unix:" + path)
        for version in VERSIONS:
            for host, status in (("localhost", 200), ("evil.com", 403)):
                reply = ask("localhost", COUNT, JSON, data=BODY, version=version, host=host, more=["--unix-socket", path])
                self.assertEqual(reply.status, status, reply.body)

    def test_another_site_is_refused(self):
        self.start()
        own = "http://" + self.address
        self.answers("Origin: " + own, "Sec-Fetch-Site: same-origin")
        self.answers("Sec-Fetch-Site: none")
        get = COUNT + "?connect=v1&encoding=json&message=%7B%22query%22%3A%22a%22%7D"
        for site in ("cross-site", "same-site"):
            self.refuses("Sec-Fetch-Site: " + site, JSON, data=BODY, says="another site")
            self.refuses("Sec-Fetch-Site: " + site, path=get)
            self.refuses("Sec-Fetch-Site: " + site, "Sec-Fetch-Mode: navigate", path=get)
            self.refuses("Sec-Fetch-Site: " + site, "Sec-Fetch-Mode: no-cors", path="/")
        for origin in ("http://evil.com", "null", "http://localhost:3000", "http://127.0.0.1.evil.com", "https://127.0.0.1"):
            self.refuses("Origin: " + origin, JSON, data=BODY, says=origin)  # a browser without Sec-Fetch-Site
            self.refuses("Origin: " + origin, path=get)
            self.refuses("Origin: " + origin, "content-type: application/grpc-web+proto", data="\0\0\0\0\0")

    def test_json_is_taken_for_nothing_else(self):
        """Answers and failures, of POST and of GET, say their type and that no browser should guess another."""
        self.start()
        for message, status in ((BODY, 200), ('{"query":"("}', 400), ("{", 400)):
            get = "%s?connect=v1&encoding=json&message=%s" % (COUNT, urllib.parse.quote(message))
            for version in VERSIONS:
                for reply in (ask(self.address, COUNT, JSON, data=message, version=version), ask(self.address, get, version=version)):
                    self.assertEqual((reply.status, reply.headers["content-type"]), (status, "application/json"))
                    self.assertEqual(reply.headers["x-content-type-options"], "nosniff")

    def test_a_link_from_another_site_leads_to_the_page(self):
        self.start()
        for version in VERSIONS:
            reply = ask(self.address, "/concordance?q=a", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate",
                        version=version)
            self.assertIn(reply.status, (200, 404))

    def test_a_form_of_another_site_cannot_ask(self):
        """What goes without a preflight: three content types, or none."""
        self.start()
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                     "text/plain;application/json", "application/jsonp", "application/json5"):
            for path in (COUNT, "/gramdex.v1.Index/Delete"):
                self.refuses("content-type: " + kind, data=BODY, path=path, status=415, says="content-type")
        self.refuses(data=BODY, status=415)
        self.answers("content-type: application/json; charset=utf-8")

    def test_cors_is_off(self):
        self.start()
        ask_for = ["Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type"]
        self.refuses("Origin: http://evil.com", *ask_for, method="OPTIONS", status=403)
        self.refuses("Origin: http://localhost:3000", "Sec-Fetch-Site: same-site", *ask_for, method="OPTIONS", status=403)
        self.refuses(*ask_for, method="OPTIONS", status=405)
        self.assertNotIn("vary", self.answers("Origin: http://" + self.address).headers)

    def test_cors_for_the_sites_that_are_named(self):
        site, other = "https://app.example.org", "http://localhost:5173"
        self.start("--allow-origin", site, "--allow-origin", other)
        for origin in (site, other):
            for version in VERSIONS:
                reply = ask(self.address, COUNT, "Origin: " + origin, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: cors",
                            "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: content-type,authorization",
                            method="OPTIONS", version=version)
                self.assertEqual((reply.status, reply.body), (204, ""))
                self.assertEqual(reply.headers["access-control-allow-origin"], origin)
                self.assertEqual(reply.headers["access-control-allow-methods"], "GET, POST")
                self.assertIn("authorization", reply.headers["access-control-allow-headers"].split(", "))
                self.assertIn("content-type", reply.headers["access-control-allow-headers"].split(", "))
                self.assertEqual(reply.headers["vary"], "origin")
                self.assertNotIn("access-control-allow-credentials", reply.headers)
            reply = self.answers("Origin: " + origin, "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: cors")
            self.assertEqual(reply.headers["access-control-allow-origin"], origin)
            self.assertIn("grpc-status", reply.headers["access-control-expose-headers"])
        self.assertEqual(self.answers().headers["vary"], "origin")  # another answer for another origin
        for origin in ("https://app.example.org.evil.com", "https://app.example.org:444", "http://app.example.org", "null"):
            self.refuses("Origin: " + origin, "Access-Control-Request-Method: POST", method="OPTIONS")
            self.refuses("Origin: " + origin, JSON, data=BODY)
        self.refuses("Origin: " + site, JSON, data=BODY, host="evil.com")

    def test_grpc_over_http2_needs_none_of_this(self):
        """A browser cannot send it: it is no content type that goes without a preflight, and a name leads by HTTP/1.1 alone."""
        server = self.start()
        channel = harness.grpc.insecure_channel(self.address, [("grpc.default_authority", "anything.example.org")])
        self.addCleanup(channel.close)
        request = harness.search_pb2.CountRequest(query="产业链")
        metadata = [("origin", "http://evil.com"), ("sec-fetch-site", "cross-site")]
        self.assertEqual(harness.Stub(channel).count(request, metadata=metadata).documents, 20)
        del server

    def test_options_that_cannot_be_meant(self):
        for option, value in (("--allow-host", "a:80"), ("--allow-host", "http://a"), ("--allow-origin", "*"),
                              ("--allow-origin", "https://a/"), ("--allow-origin", "null")):
            found = subprocess.run([harness.GRAMDEX, "serve", "--index", self.folder, option, value], capture_output=True)
            self.assertEqual(found.returncode, 2)
            self.assertIn(option, found.stderr.decode())


if __name__ == "__main__":
    unittest.main()
