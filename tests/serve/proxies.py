# SPDX-License-Identifier: Apache-2.0
"""proxies.py: HAProxy and nginx as processes, by the configurations of packaging/, in which addresses alone are replaced.

Environment: PACKAGING is the folder of the configurations.
"""

import os
import shutil
import subprocess

SEARCHED = "/usr/sbin:/usr/bin"
HAPROXY, NGINX = shutil.which("haproxy", path=SEARCHED), shutil.which("nginx", path=SEARCHED)
SERVERS = ("192.0.2.1", "192.0.2.2")


def replaced(name, replicas, port):
    """The shipped file with these addresses: [(server, metrics)], one or two, for its two servers."""
    with open(os.path.join(os.environ["PACKAGING"], name), encoding="utf-8") as file:
        lines = file.read().splitlines(keepends=True)
    found = []
    for line in lines:
        for one, (address, metrics) in zip(SERVERS, list(replicas) * 2):
            if one in line and not line.startswith("#"):
                assert ":50051" in line, line
                line = line.replace(one + ":50051", address).replace("addr %s port 9090" % one, "addr %s port %s" % tuple(metrics.split(":")))
        found.append(line if line.startswith("#") else line.replace("127.0.0.1:50050", "127.0.0.1:%d" % port))
    text = "".join(found)
    assert text.count("127.0.0.1:%d" % port) == 1, text
    assert not any(one in line for one in SERVERS for line in found if not line.startswith("#")), text
    return text


def write(folder, text):
    path = os.path.join(folder, "proxy")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def start_haproxy(folder, replicas, port):
    path = write(folder, replaced("haproxy.cfg", replicas, port))
    with open(os.path.join(folder, "proxy.log"), "wb") as log:
        return subprocess.Popen([HAPROXY, "-db", "-f", path], stdout=log, stderr=log)


def start_nginx(folder, replicas, port):
    kept = "".join("%s_temp_path %s/%s;\n" % (kind, folder, kind) for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    whole = "daemon off;\nmaster_process off;\npid %s/pid;\nerror_log %s/proxy.log;\nevents {}\nhttp {\naccess_log off;\n%s%s}\n"
    path = write(folder, whole % (folder, folder, kept, replaced("nginx.conf", replicas, port)))
    return subprocess.Popen([NGINX, "-p", folder, "-e", folder + "/proxy.log", "-c", path])
