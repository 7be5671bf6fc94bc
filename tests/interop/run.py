# SPDX-License-Identifier: Apache-2.0
"""run.py: starts interop_server, runs one client against it, and checks that both end well.

usage: run.py SERVER [--tls | --mutual | --unix] [--queue JOBS] [--message-limit BYTES] [--log] -- COMMAND...
In COMMAND, {port}, {address}, {certificates} and, with --log, {log} are filled in: a file that gets a line for each call that has ended.
Exit status 77, a skipped test, when the command is not there or says so.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile


def make_certificates(folder):
    """An authority, and a server's and a client's certificate signed by it, good for a day."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.pem", "-days", "1", "-subj", "/CN=test authority")
    with open(os.path.join(folder, "names"), "w", encoding="ascii") as names:
        names.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    for who in ("server", "client"):
        openssl("req", *curve, "-keyout", who + ".key", "-out", who + ".csr", "-subj", "/CN=localhost")
        openssl("x509", "-req", "-in", who + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
                who + ".pem", "-days", "1", "-extfile", "names")


def main():
    split = sys.argv.index("--")
    server, options, command = sys.argv[1], sys.argv[2:split], sys.argv[split + 1:]
    if not shutil.which(command[0]):
        print(command[0], "is not installed: skipped")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        arguments = [server]
        if "--tls" in options or "--mutual" in options:
            make_certificates(folder)
            arguments += ["--tls", folder + "/server.pem", folder + "/server.key"]
            if "--mutual" in options:
                arguments.append(folder + "/ca.pem")
        for option in ("--queue", "--message-limit"):
            if option in options:
                arguments += [option, options[options.index(option) + 1]]
        if "--unix" in options:
            arguments += ["--listen", "unix:" + folder + "/socket"]
        log = open(os.path.join(folder, "log"), "w+", encoding="utf-8") if "--log" in options else None
        if log:
            arguments.append("--log")
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=log)
        port = process.stdout.readline().decode().strip()
        address = "unix:" + folder + "/socket" if "--unix" in options else "localhost:" + port
        command = [part.replace("{port}", port).replace("{address}", address).replace("{certificates}", folder)
                   .replace("{log}", os.path.join(folder, "log")) for part in command]
        client = subprocess.run(command).returncode
        process.send_signal(signal.SIGTERM)
        served = process.wait()
        print("client", client, "server", served)
        if served:
            if log: # what a sanitizer said is there, too
                log.seek(0)
                print(log.read()[-20000:])
            return 1
        return client if client in (0, 77) else 1


sys.exit(main())
