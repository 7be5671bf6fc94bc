# SPDX-License-Identifier: Apache-2.0
"""crash.py: the program is killed, or its disk loses power, at random instants of index, delete, merge, Ingest, backup, restore
and repair, over a collection that moves. After each the index must be sound, and be the last commit or the one under way, whole;
what was acknowledged must be there; and so must each backup.

    crash.py kills ROUNDS      kill -9, as many as hit
    crash.py cuts ROUNDS       the shutdown ioctl of ext4 and xfs on loop file systems: what is in memory alone is lost. Root only.

GRAMDEX names the program. GDX_SEED repeats a run's choices (not its instants). Exit status 77: it cannot be done here."""

import fcntl
import json
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

GRAMDEX = os.environ["GRAMDEX"]
IDS, INPUT_LONGEST, DELETED_MOST = 40, 16, 6
WORDS = ["全球产业链重构", "贸易治理体系", "友岸外包 CPTPP", "碳边境调节机制 WTO"]
SHUTDOWN, WITHOUT_LOG = 0x8004587D, 2  # EXT4_IOC_SHUTDOWN, XFS_IOC_GOINGDOWN; the log is not flushed either
PATIENCE = 60 * int(os.environ.get("GRAMDEX_TEST_TIME_FACTOR", 1))  # seconds; only a broken program needs them


def run(*arguments, **how):
    return subprocess.run([GRAMDEX, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, **how)


def make_durable(folder):
    descriptor = os.open(folder, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


class Broken(Exception):
    """What must never be."""


class Collection:
    """An index, the versions of the documents it must hold, and a backup whose content is known."""

    def __init__(self, folder, scratch, chance):
        self.folder, self.scratch, self.chance = folder, scratch, chance
        self.index = os.path.join(folder, "index")
        self.to = os.path.join(folder, "to")  # is made and updated under fire
        self.known = os.path.join(scratch, "known")  # a backup to restore
        self.input = os.path.join(scratch, "input.jsonl")
        self.socket = os.path.join(scratch, "socket")
        self.versions, self.next_version = {}, 0
        self.backed_up = None  # what `to` holds; None: nothing
        self.took = {}

    # ---- what is there

    def content(self, directory):
        """{id: version} of an index, which must be sound; None: there is none."""
        checked = run("verify", "--index", directory)
        if checked.returncode != 0:
            if "no index here" in checked.stderr and not os.path.exists(os.path.join(directory, "manifest")):
                return None
            raise Broken("%s: %s" % (directory, checked.stderr))
        said = run("search", "--index", directory, "--json", "--limit", "1000", "--order", "id", "--snippet", "0", "id:d*")
        answer = json.loads(said.stdout)
        found = {hit["id"]: int(hit["title"]) for hit in answer["hits"]}
        if len(found) != len(answer["hits"]) or not answer["answer"]["complete"]:
            raise Broken("%s: an id twice: %s" % (directory, said.stdout))
        return found

    def check_backup(self, allowed, what):
        if os.path.exists(self.to):
            found = self.content(self.to)
            if found is None or found not in allowed:
                raise Broken("%s: the backup holds %s, allowed are %s" % (what, found, allowed))
            self.backed_up = found
        elif None in allowed:
            self.backed_up = None
        else:
            raise Broken("%s: the backup is gone" % what)

    def check_leftovers(self, what):
        names = os.listdir(self.index)
        segments = json.loads(run("stat", "--index", self.index, "--json").stdout)["segments"]
        if any(name.endswith(".tmp") for name in names) or sum(name.startswith("segment-") for name in names) != segments:
            raise Broken("%s: leftovers: %s, %d segments" % (what, names, segments))

    # ---- what is done. Each gives arguments, and what the index holds when they are done.

    def write_input(self):
        wanted = dict(self.versions)
        with open(self.input, "w", encoding="utf-8") as file:
            for number in self.chance.sample(range(IDS), self.chance.randint(1, INPUT_LONGEST)):
                id = "d%02d" % number
                if id not in wanted or self.chance.random() < 0.7:
                    self.next_version += 1
                    wanted[id] = self.next_version
                version = wanted[id]
                text = "".join("%s%d，" % (WORDS[(version + i) % 4], version * i % 97) for i in range(version % 30 + 1))
                file.write(json.dumps({"id": id, "title": str(version), "text": text}) + "\n")
        return wanted

    def do_index(self):
        wanted = self.write_input()
        return ["index", "--index", self.index, "--memory", "16M", "--threads", "1", self.input], wanted

    def do_delete(self):
        ids = self.chance.sample(sorted(self.versions), min(len(self.versions), self.chance.randint(1, DELETED_MOST)))
        return ["delete", "--index", self.index, *ids], {id: at for id, at in self.versions.items() if id not in ids}

    def do_merge(self):
        return ["merge", "--index", self.index, "--threads", "1"], dict(self.versions)

    def do_backup(self):
        if self.backed_up is not None and self.chance.random() < 0.5:
            shutil.rmtree(self.to)
            make_durable(self.folder)
            self.backed_up = None
        links = ["--link"] if self.chance.random() < 0.3 else []
        return ["backup", "--index", self.index, "--update", *links, self.to], dict(self.versions)

    def do_restore(self):
        return ["restore", "--index", self.index, self.known], dict(self.known_versions)

    def do_repair(self):
        return ["verify", "--repair", "--index", self.index], dict(self.versions)

    def make_known(self):
        shutil.rmtree(self.known, ignore_errors=True)
        made = run("backup", "--index", self.index, self.known)
        if made.returncode != 0:
            raise Broken(made.stderr)
        self.known_versions = dict(self.versions)

    def draw(self):
        acts = [("index", 30), ("ingest", 20), ("delete", 15 if self.versions else 0), ("merge", 10), ("backup", 15),
                ("restore", 7), ("repair", 3)]
        return self.chance.choices([name for name, _ in acts], [weight for _, weight in acts])[0]

    # ---- under fire

    def delay(self, act):
        return self.chance.random() * 1.15 * self.took.get(act, 0.05)

    def note(self, act, seconds):
        self.took[act] = (3 * self.took.get(act, seconds) + seconds) / 4

    def ended(self, act, process, began):
        """After its own end. True: it did what it was to do."""
        error = process.stderr.read()
        if process.returncode != 0:
            raise Broken("%s ended with %d: %s" % (act, process.returncode, error))
        self.note(act, time.monotonic() - began)
        return True

    def start(self, arguments):
        return subprocess.Popen([GRAMDEX, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                                text=True)

    def under_fire(self, act, strike):
        """Does it, and strikes at a random instant: strike(processes). Returns (acknowledged, struck, wanted)."""
        if act == "ingest":
            return self.ingest_under_fire(strike)
        arguments, wanted = getattr(self, "do_" + act)()
        began = time.monotonic()
        process = self.start(arguments)
        with process.stderr:
            time.sleep(self.delay(act))
            struck = strike([process])
            process.wait(PATIENCE)
            if process.returncode == 0:
                return self.ended(act, process, began), struck, wanted
            if not struck:
                self.ended(act, process, began)
        return False, True, wanted

    def ingest_under_fire(self, strike):
        wanted = self.write_input()
        if not os.path.exists(os.path.join(self.index, "manifest")):
            return False, False, dict(self.versions)
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        server = subprocess.Popen([GRAMDEX, "serve", "--index", self.index, "--json", "--log-format", "none", "--listen",
                                   "unix:" + self.socket], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with server.stdout, server.stderr:
            if not server.stdout.readline():
                raise Broken("serve: %s" % server.stderr.read())
            began = time.monotonic()
            client = self.start(["index", "--server", "unix:" + self.socket, self.input])
            with client.stderr:
                time.sleep(self.delay("ingest"))
                struck = strike([server])
                client.wait(PATIENCE)
                acknowledged = client.returncode == 0
                if acknowledged:
                    self.note("ingest", time.monotonic() - began)
                elif not struck:
                    raise Broken("Ingest failed: %s" % client.stderr.read())
            if server.poll() is None:
                server.kill()
            server.wait(PATIENCE)
        return acknowledged, struck, wanted

    def check(self, act, acknowledged, wanted):
        before, what = dict(self.versions), "%s, %s" % (act, "acknowledged" if acknowledged else "struck")
        found = self.content(self.index)
        found = {} if found is None and not before else found
        allowed = [wanted] if acknowledged else [before, wanted]
        if act == "backup":
            self.check_backup(allowed=[wanted] if acknowledged else [self.backed_up, wanted], what=what)
            allowed = [before]
        if found not in allowed:
            raise Broken("%s: the index holds %s, allowed are %s" % (what, found, allowed))
        self.versions = found
        return found == wanted != before


def kill(processes):
    """True: it came before the end of one."""
    for process in processes:
        process.send_signal(signal.SIGKILL)
    return all(process.wait(PATIENCE) == -signal.SIGKILL for process in processes)


def settle(collection, number):
    """Now and then the next run meets what was left, now and then it is looked for."""
    if number % 5 == 0:
        arguments, wanted = collection.do_merge()
        done = run(*arguments)
        if done.returncode != 0:
            raise Broken("merge: %s" % done.stderr)
        collection.check("merge", True, wanted)
        collection.check_leftovers("merge")
    if number % 37 == 0:
        collection.make_known()


def first(collection):
    arguments, wanted = collection.do_index()
    done = run(*arguments)
    if done.returncode != 0:
        raise Broken("index: %s" % done.stderr)
    collection.check("index", True, wanted)
    collection.make_known()


def report(what, counts, began):
    print("%s: %s; %d rounds, %d of them hit, the new commit stood %d times; %d were acknowledged before; %.0f s" % (
        what, ", ".join("%s %d" % pair for pair in sorted(counts["acts"].items())), counts["rounds"], counts["hits"], counts["new"],
        counts["acknowledged"], time.monotonic() - began), flush=True)


def new_counts():
    return {"rounds": 0, "hits": 0, "new": 0, "acknowledged": 0, "acts": {}}


def count(counts, act, acknowledged, struck, is_new):
    counts["rounds"] += 1
    counts["acknowledged"] += acknowledged
    counts["hits"] += struck
    counts["new"] += struck and is_new
    if struck:
        counts["acts"][act] = counts["acts"].get(act, 0) + 1


def kills(rounds, chance):
    began, counts = time.monotonic(), new_counts()
    with tempfile.TemporaryDirectory(prefix="gramdex-crash-") as folder:
        for name in ("scratch", "live"):
            os.mkdir(os.path.join(folder, name))
        collection = Collection(os.path.join(folder, "live"), os.path.join(folder, "scratch"), chance)
        first(collection)
        try:
            while counts["hits"] < rounds:
                act = collection.draw()
                acknowledged, struck, wanted = collection.under_fire(act, kill)
                count(counts, act, acknowledged, struck, collection.check(act, acknowledged, wanted))
                settle(collection, counts["rounds"])
                if counts["rounds"] % 500 == 0:
                    report("so far", counts, began)
        finally:
            report("kill -9", counts, began)


# ---- power cuts


class Disk:
    """A file system of its own in a file."""

    def __init__(self, folder, kind):
        self.image, self.at = os.path.join(folder, kind + ".image"), os.path.join(folder, kind)
        os.mkdir(self.at)
        self.is_mounted = False
        subprocess.run(["truncate", "-s", "400M" if kind == "xfs" else "64M", self.image], check=True)
        subprocess.run(["mkfs." + kind, "-q", self.image], check=True, capture_output=True)

    def mount(self):
        subprocess.run(["mount", "-o", "loop", self.image, self.at], check=True, capture_output=True)
        self.is_mounted = True

    def cut(self):
        descriptor = os.open(self.at, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, SHUTDOWN, struct.pack("I", WITHOUT_LOG))
        finally:
            os.close(descriptor)

    def unmount(self):
        until = time.monotonic() + PATIENCE
        while self.is_mounted:
            if subprocess.run(["umount", self.at], capture_output=True).returncode == 0:
                self.is_mounted = False
            elif time.monotonic() > until:
                subprocess.run(["umount", "-l", self.at], capture_output=True)
                self.is_mounted = False
            else:
                time.sleep(0.01)


def usable(folder):
    """The kinds that can be made, mounted and cut here."""
    kinds = []
    for kind in ("ext4", "xfs"):
        try:
            disk = Disk(folder, kind)
            disk.mount()
            try:
                disk.cut()
                kinds.append(kind)
            finally:
                disk.unmount()
        except (OSError, subprocess.CalledProcessError) as error:
            print("%s: not tried: %s" % (kind, error))
        shutil.rmtree(os.path.join(folder, kind), ignore_errors=True)
    return kinds


def cuts_on(kind, rounds, folder, chance):
    began, counts = time.monotonic(), new_counts()
    disk, scratch = Disk(folder, kind), tempfile.mkdtemp(dir=folder)
    disk.mount()
    try:
        collection = Collection(disk.at, scratch, chance)
        first(collection)
        while counts["hits"] < rounds:
            act = collection.draw()

            def strike(processes):
                # Nothing runs after a power cut. Left running, a process may be told by XFS that a directory is durable which is not.
                for process in processes:
                    process.send_signal(signal.SIGSTOP)
                was_running = all(process.poll() is None for process in processes)
                disk.cut()
                kill(processes)
                return was_running

            acknowledged, struck, wanted = collection.under_fire(act, strike)
            disk.unmount()
            disk.mount()
            count(counts, act, acknowledged, struck, collection.check(act, acknowledged, wanted))
            settle(collection, counts["rounds"])
    finally:
        disk.unmount()
    report("power cuts on " + kind, counts, began)


def cuts(rounds, chance):
    if os.geteuid() != 0:
        print("power cuts: skipped: only root mounts")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="gramdex-crash-") as folder:
        kinds = usable(folder)
        if not kinds:
            print("power cuts: skipped: no loop file system can be mounted and shut down here")
            sys.exit(77)
        for kind in kinds:
            os.unlink(os.path.join(folder, kind + ".image"))
            cuts_on(kind, -(-rounds // len(kinds)), folder, chance)


def main():
    modes = {"kills": kills, "cuts": cuts}
    if len(sys.argv) != 3 or sys.argv[1] not in modes:
        sys.exit(__doc__)
    seed = int(os.environ.get("GDX_SEED", time.time_ns()))
    print("GDX_SEED=%d" % seed, flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # a run that is stopped says how far it came
    try:
        modes[sys.argv[1]](int(sys.argv[2]), random.Random(seed))
    except Broken as broken:
        sys.exit("broken: %s" % broken)


if __name__ == "__main__":
    main()
