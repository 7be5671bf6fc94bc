# SPDX-License-Identifier: Apache-2.0
"""test_slurm.py: an array of a real Slurm builds three parts on three nodes, which are network and host name spaces of this
machine. While they build, all processes of one node are killed, and the cable of another is pulled: the lost job finishes unseen.
Slurm requeues both; the index is published once, with the bytes of a single run. Then a night is added.

All of it lives in name spaces of its own, which end with it. Exit status 77: there is no Slurm here, or we are not root."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import build

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SLURM = os.path.join(SOURCE, "packaging", "slurm")
NODES = 3
PATIENCE = 140 * int(os.environ.get("GRAMDEX_TEST_TIME_FACTOR", 1))  # seconds; only a broken cluster needs them

CONF = """ClusterName=test
SlurmctldHost=control({net}.1)
AuthType=auth/none
CredType=cred/none
SlurmUser=root
SlurmdUser=root
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%h
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%h.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%h.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdTimeout=6
MessageTimeout=5
KillWait=2
MinJobAge=300
AuthInfo=cred_expire=5
SchedulerParameters=sched_interval=2,batch_sched_delay=1,bf_interval=2
{nodes}
PartitionName=all Nodes=ALL Default=YES State=UP MaxTime=10
"""

# The first run of parts 0 and 1 stops as soon as it builds, and says so.
WRAPPER = """#!/bin/sh
if [ "$1" != index ] || [ "${SLURM_ARRAY_TASK_ID:-2}" -gt 1 ] || [ -e "$HELD/done-$SLURM_ARRAY_TASK_ID" ]; then
    exec "$PROGRAM" "$@"
fi
: > "$HELD/done-$SLURM_ARRAY_TASK_ID"
part="$HELD/../parts/$SLURM_ARRAY_TASK_ID"
building() { ls -d "$part".building-* 2> /dev/null; }
hold() { # fails when it has ended before it was seen
    "$PROGRAM" "$@" &
    child=$!
    until building; do kill -0 $child && sleep 0.01 || return 1; done
    kill -STOP $child
    building || { kill -CONT $child; return 1; }
}
until hold "$@"; do wait $child; rm -rf "$part"; done
hostname > "$HELD/at-$SLURM_ARRAY_TASK_ID.new"
mv "$HELD/at-$SLURM_ARRAY_TASK_ID.new" "$HELD/at-$SLURM_ARRAY_TASK_ID"
until [ -e "$HELD/go-$SLURM_ARRAY_TASK_ID" ]; do sleep 0.05; done
kill -CONT $child
wait $child
status=$?
echo $status > "$HELD/ended-$SLURM_ARRAY_TASK_ID.new"
mv "$HELD/ended-$SLURM_ARRAY_TASK_ID.new" "$HELD/ended-$SLURM_ARRAY_TASK_ID"
exit $status
"""

# A first process of the name space, so that all of a node dies with it.
NODE = "hostname {name}; ip link set lo up; until ip addr add {net}.{last}/24 dev eth0 2> /dev/null; do sleep 0.05; done; " \
       "ip link set eth0 up; exec slurmd -D -f {folder}/slurm.conf"


def wait_until(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.1)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read().strip()


class Cluster:
    def __init__(self, folder):
        self.folder, self.net, self.nodes = folder, "10.77.77", []
        names = [f"node{i}" for i in range(NODES)]
        lines = [f"NodeName={name} NodeAddr={self.net}.{i + 10} CPUs=1 State=UNKNOWN" for i, name in enumerate(names)]
        with open(f"{folder}/slurm.conf", "w", encoding="utf-8") as conf:
            conf.write(CONF.format(folder=folder, net=self.net, nodes="\n".join(lines)))
        os.environ["SLURM_CONF"] = f"{folder}/slurm.conf"
        self.ip("link add name hub type bridge")
        self.ip(f"addr add {self.net}.1/24 dev hub")
        self.ip("link set hub up")
        self.ip("link set lo up")
        os.mkdir(f"{folder}/state")
        subprocess.run(["hostname", "control"], check=True)
        self.control = subprocess.Popen(["slurmctld", "-D", "-f", f"{folder}/slurm.conf"], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for i, name in enumerate(names):
            self.nodes.append(self.start_node(i, name))

    def ip(self, words):
        subprocess.run(["ip", *words.split()], check=True)

    def start_node(self, i, name):
        os.mkdir(f"{self.folder}/spool-{name}")
        line = NODE.format(name=name, net=self.net, last=i + 10, folder=self.folder)
        node = subprocess.Popen(["unshare", "--net", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", line],
                                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.ip(f"link add name cable{i} type veth peer name inside{i}")
        self.ip(f"link set cable{i} master hub")
        self.ip(f"link set cable{i} up")
        child = f"/proc/{node.pid}/task/{node.pid}/children"
        wait_until("a node's name space", lambda: os.path.exists(child) and read(child))
        first = read(child).split()[0]
        wait_until("a node's network",
                   lambda: os.readlink(f"/proc/{first}/ns/net") != os.readlink("/proc/self/ns/net"))
        self.ip(f"link set inside{i} netns {first} name eth0")
        return node

    def states(self):
        said = subprocess.run(["sinfo", "-h", "-N", "-o", "%t"], capture_output=True, text=True)
        return said.stdout.split()

    def kill_node(self, i):
        self.nodes[i].send_signal(signal.SIGKILL)  # and with it all of its processes

    def pull_cable(self, i):
        self.ip(f"link set cable{i} down")


def job_state(job):
    said = subprocess.run(["scontrol", "-o", "show", "job", job], capture_output=True, text=True).stdout
    return [word.split("=")[1] for word in said.split() if word.startswith("JobState=")]


def tell(folder):
    """What there is to see when it failed."""
    for name in sorted(os.listdir(folder)):
        if name.endswith(".log") or name.startswith("slurm-"):
            print(f"---- {name}\n" + "\n".join(read(f"{folder}/{name}").splitlines()[-25:]))


def submit(folder, *words):
    done = subprocess.run([f"{SLURM}/submit", *words], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout.strip()


def wait_for_job(job):
    ends = ("COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL")
    wait_until(f"job {job}", lambda: job_state(job) and all(state in ends for state in job_state(job)))
    assert job_state(job) == ["COMPLETED"], job_state(job)


def build_through_failures(cluster, folder):
    held = f"{folder}/held"
    job = submit(folder, str(NODES), "parts", "corpus", "in")
    wait_until("both runs in the middle", lambda: all(os.path.exists(f"{held}/at-{i}") for i in (0, 1)))
    cluster.kill_node(int(read(f"{held}/at-0")[-1]))
    cluster.pull_cable(int(read(f"{held}/at-1")[-1]))
    open(f"{held}/go-1", "w").close()  # the lost job goes on, unseen
    wait_until("the lost job's end", lambda: os.path.exists(f"{held}/ended-1"))
    assert read(f"{held}/ended-1") == "0"
    assert os.path.exists(f"{folder}/parts/1/part")
    lost = build.content(f"{folder}/parts/1")
    wait_for_job(job)
    assert build.content(f"{folder}/parts/1") == lost
    said = "".join(read(f"{folder}/{name}") for name in os.listdir(folder) if name.startswith("slurm-"))
    assert "part 1 of 3 is there already" in said, said
    assert sorted(os.listdir(f"{folder}/parts")) == ["0", "1", "2"], os.listdir(f"{folder}/parts")
    build.assert_same(f"{folder}/corpus", f"{folder}/single")


def add_night(folder):
    with open(f"{folder}/in/c.jsonl", "w", encoding="utf-8") as lines:
        lines.write('{"id":"new","text":"碳边境调节机制"}\n{"id":"d1","text":"关税"}\n')
    build.make_single(folder, "single", "in")
    wait_for_job(submit(folder, "--add", "2", "night", "corpus", "in"))
    build.assert_same(f"{folder}/corpus", f"{folder}/single")


def inside():
    folder = os.path.realpath(tempfile.mkdtemp())
    os.mkdir(f"{folder}/held")
    with open(f"{folder}/wrapper", "w", encoding="utf-8") as wrapper:
        wrapper.write(WRAPPER)
    os.chmod(f"{folder}/wrapper", 0o755)
    build.make_inputs(f"{folder}/in")
    build.make_single(folder, "single", "in")
    os.environ.update(PROGRAM=os.environ["GRAMDEX"], HELD=f"{folder}/held", GRAMDEX=f"{folder}/wrapper")
    try:
        cluster = Cluster(folder)
        wait_until("three nodes", lambda: cluster.states() == ["idle"] * NODES)
        build_through_failures(cluster, folder)
        print("three nodes, one killed, one lost: published once, the bytes of one run")
        add_night(folder)
        print("a night was added: the bytes of one run")
    except BaseException:
        tell(folder)
        raise
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def main():
    needed = ["slurmctld", "slurmd", "sbatch", "ip", "unshare"]
    missing = [name for name in needed if not shutil.which(name)]
    if missing or os.geteuid() != 0:
        print("skipped: " + (f"no {', '.join(missing)} (packages slurm-wlm, iproute2)" if missing else "only root makes networks"))
        return 77
    name_spaces = ["unshare", "--net", "--uts", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    if subprocess.run([*name_spaces, "true"], capture_output=True).returncode != 0:
        print("skipped: no name spaces can be made here")
        return 77
    return subprocess.run([*name_spaces, sys.executable, os.path.abspath(__file__), "inside"]).returncode


sys.exit(inside() if sys.argv[1:] == ["inside"] else main())
