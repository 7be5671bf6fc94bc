# SPDX-License-Identifier: Apache-2.0
"""test_mpi.py: mpirun starts a run for each rank; --shard auto takes rank and size from its variables. Then GNU parallel does it,
with its own. Exit status 77: neither is installed."""

import os
import shutil
import subprocess
import sys
import tempfile

import build

RANKS = 5
PATIENCE = 150 * int(os.environ.get("GRAMDEX_TEST_TIME_FACTOR", 1))  # seconds; only a broken run needs them


def by_mpirun(folder):
    root = ["--allow-run-as-root"] if os.geteuid() == 0 else []
    line = '"$GRAMDEX" index --index mpi/$OMPI_COMM_WORLD_RANK --shard auto in'
    return ["mpirun", *root, "--oversubscribe", "--mca", "btl", "self", "--mca", "plm", "isolated", "-np", str(RANKS), "sh", "-c", line]


def by_parallel(folder):
    return ["parallel", "--will-cite", "-j", "2", f'"$GRAMDEX" index --index parallel/{{#}} --shard auto/{RANKS} in',
            ":::", *map(str, range(RANKS))]


def main():
    tools = {"mpirun": ("mpi", by_mpirun), "parallel": ("parallel", by_parallel)}
    there = [name for name in tools if shutil.which(name)]
    if not there:
        print("skipped: no mpirun and no parallel (packages openmpi-bin, parallel)")
        return 77
    folder = tempfile.mkdtemp()
    build.make_inputs(f"{folder}/in")
    build.make_single(folder, "single", "in")
    for name in there:
        parts, command = tools[name]
        os.mkdir(f"{folder}/{parts}")
        done = subprocess.run(command(folder), cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0, (name, done.stdout, done.stderr)
        made = sorted(os.listdir(f"{folder}/{parts}"))
        assert len(made) == RANKS, made
        index = f"by-{parts}"
        build.run("publish", "--index", index, *[f"{parts}/{part}" for part in made], cwd=folder)
        build.run("merge", "--index", index, "--canonical", cwd=folder)
        build.assert_same(f"{folder}/{index}", f"{folder}/single")
        print(f"{name}: {RANKS} runs, the bytes of one")
    shutil.rmtree(folder)
    return 0


sys.exit(main())
