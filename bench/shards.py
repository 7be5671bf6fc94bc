#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""shards.py: an index built in shards and published beside one built by a single run, and what a root costs over one server, in one run on
one machine. The shards are built one after another, each as a machine of its own would: "longest" is what N machines would take.

Both ways end in `merge --canonical`, and the files must be equal byte for byte. The root is asked by `gramdex bench wire`, one call at
a time, with leaves on the same machine: what it costs is the second hop and the adding up, none of the gain. Servers take turns, and the
median of the rounds is printed. Needs 6 times --bytes of disk.
"""
import argparse
import filecmp
import json
import os
import resource
import shutil
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
METHODS = ("count-rare", "count-frequent", "search", "scan")

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--gramdex", default=os.path.join(HERE, "../build/release/cli/gramdex"), metavar="PROGRAM")
parser.add_argument("--work", default="build/bench-shards", metavar="DIR", help="made, and removed at the end (%(default)s)")
parser.add_argument("--bytes", default="10G", help="of generated text (%(default)s)")
parser.add_argument("--shards", type=int, default=8, metavar="N")
parser.add_argument("--threads", type=int, default=2, metavar="N", help="of each run (%(default)s)")
parser.add_argument("--leaves", type=int, nargs="*", default=[1, 2, 4], metavar="N", help="roots over so many leaves (%(default)s)")
parser.add_argument("--rounds", type=int, default=5, metavar="N", help="of asking; 0: not asked (%(default)s)")
parser.add_argument("--seconds", type=int, default=2, metavar="N", help="for each method in a round (%(default)s)")
parser.add_argument("--seed", type=int, default=1)
given = parser.parse_args()
PROGRAM = os.path.abspath(given.gramdex)


def say(text):
    print(time.strftime("%H:%M:%S"), text, file=sys.stderr, flush=True)


def run(*arguments, to=None):
    """Wall and processor seconds of the program."""
    before, since = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([PROGRAM, *arguments], check=True, stdout=to or subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - since, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def size(folder):
    return sum(entry.stat().st_size for entry in os.scandir(folder) if entry.is_file())


def table(head, rows):
    for row in (head, ["---"] * len(head), *rows):
        print("| " + " | ".join(row) + " |")
    print(flush=True)


def median(values):
    return sorted(values)[len(values) // 2]


def figures(times):
    return ["%.1f" % times[0], "%.1f" % times[1]]


def build(text):
    say("one build")
    single = run("index", "--quiet", "--threads", str(given.threads), "--index", "single", text)
    rows = [["one build", *figures(single), "%.1f" % (size("single") / 1e6)]]
    parts, times = ["parts/%d" % i for i in range(given.shards)], []
    for i, part in enumerate(parts):
        say("part %d of %d" % (i, given.shards))
        times.append(run("index", "--quiet", "--threads", str(given.threads), "--index", part, "--shard", "%d/%d" % (i, given.shards), text))
    all_parts = "%.1f" % (sum(map(size, parts)) / 1e6)
    rows.append(["%d parts, longest" % given.shards, *figures(max(times)), ""])
    rows.append(["%d parts, together" % given.shards, "%.1f" % sum(t[0] for t in times), "%.1f" % sum(t[1] for t in times), all_parts])
    say("publish")
    rows.append(["publish", *figures(run("publish", "--index", "sharded", *parts)), "%.1f" % (size("sharded") / 1e6)])
    for index in ("single", "sharded"):
        say("merge --canonical, " + index)
        rows.append(["merge --canonical of %s" % ("one build" if index == "single" else "parts"),
                     *figures(run("merge", "--canonical", "--threads", str(given.threads), "--index", index)), "%.1f" % (size(index) / 1e6)])
    names = sorted(name for name in os.listdir("single") if name.startswith(("segment-", "deletions-")))
    others = sorted(name for name in os.listdir("sharded") if name.startswith(("segment-", "deletions-")))
    equal = filecmp.cmpfiles("single", "sharded", names, shallow=False)
    if names != others or equal[1] or equal[2]:
        sys.exit("shards.py: the two indexes differ: %s" % (equal[1] or equal[2] or (names, others)))
    table(["%s of text" % given.bytes, "wall s", "processor s", "MB on disk"], rows)
    print("The two indexes have the same bytes: %d files.\n" % len(names))


class Server:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([PROGRAM, "serve", "--json", "--log-format", "none", "--listen", "127.0.0.1:0", *arguments],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = json.loads(self.process.stdout.readline())["listening"][0]

    def stop(self):
        self.process.terminate()
        self.process.wait()


def wait_for(address):
    """Until it answers: a root has found its leaves."""
    until = time.monotonic() + 60
    while subprocess.run([PROGRAM, "stat", "--server", address], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        if time.monotonic() > until:
            sys.exit("shards.py: %s does not answer" % address)
        time.sleep(0.1)


def ask(index, phrases, servers):
    """`servers` gets what was started."""
    servers.append(Server("--index", index, "--read-only"))
    asked = [("one server", servers[0].address)]
    for count in given.leaves:
        first = len(servers)
        for i in range(count):
            servers.append(Server("--index", index, "--slice", "%d/%d" % (i, count)))
        with open("leaves-%d" % count, "w", encoding="utf-8") as file:
            file.writelines(leaf.address + "\n" for leaf in servers[first:])
        servers.append(Server("--root", "leaves-%d" % count))
        asked.append(("root, %d %s" % (count, "leaf" if count == 1 else "leaves"), servers[-1].address))
        wait_for(servers[-1].address)
    p50 = {}
    for number in range(given.rounds):
        say("ask, round %d of %d" % (number + 1, given.rounds))
        for name, address in asked:
            printed = subprocess.run([PROGRAM, "bench", "wire", "--server", address, "--phrases", phrases, "--methods", ",".join(METHODS),
                                      "-c", "1", "-m", "1", "--seconds", str(given.seconds), "--json"],
                                     check=True, stdout=subprocess.PIPE, text=True).stdout
            for line in map(json.loads, printed.splitlines()):
                if "p50_ms" in line:
                    p50.setdefault((name, line["method"]), []).append(line["p50_ms"])
    rows = []
    for name, _ in asked:
        row = [name]
        for method in METHODS:
            own, other = median(p50[asked[0][0], method]), median(p50[name, method])
            row.append("%.3f" % other if name == asked[0][0] else "%.3f (%+.3f)" % (other, other - own))
        rows.append(row)
    table(["p50 ms, one call at a time", *METHODS], rows)


def main():
    work = os.path.abspath(given.work)
    if os.path.lexists(work):
        parser.error("%s is there already; it would be removed" % given.work)
    os.makedirs(work)
    servers = []
    os.chdir(work)
    text = "text.jsonl"
    try:
        say("generate %s of text" % given.bytes)
        with open(text, "wb") as file:
            run("bench", "generate", "--sample", os.path.join(HERE, "../examples/article.txt"), "--seed", str(given.seed),
                "--bytes", given.bytes, to=file)
        build(text)
        if given.rounds == 0:
            return
        with open("some.jsonl", "wb") as file, open(text, "rb") as lines:
            for line in lines:
                file.write(line)
                if file.tell() > 20e6:
                    break
        say("index for asking")
        run("index", "--quiet", "--no-merge", "--memory", "16M", "--index", "asked", "some.jsonl")
        with open("phrases.jsonl", "wb") as file:
            run("bench", "phrases", "some.jsonl", "--count", "1000", to=file)
        ask("asked", "phrases.jsonl", servers)
    finally:
        for server in reversed(servers):
            server.stop()
        os.chdir("/")
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
