#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Debian packages of the last commit: they build without Node.js and a network, lintian is content, two builds are the same bytes (one run
of three makes the second; GRAMDEX_TEST_ALL=1 does), and what is installed into a fresh Debian 12 works as its service user and leaves only the
data when it is purged. The steps of packaging/docker/Dockerfile are taken in such a root, too.
usage: test_package.py ROOT ASSETS     ASSETS: assets.json of the page that this build made; page_dist sees that an archive builds it
These are also ./check's builds without a sanitizer: optimised as packages are (-O3), warnings are errors, and the first runs the tests
that a sanitizer would spoil and those of what is installed (GRAMDEX_TESTS=FEW). They know lines alone (-g1), and gzip packs them in place
of xz, which changes neither what is packed nor what could differ between two builds; the second is of an unpacked archive. What is left
out is named: without root, mmdebstrap or a network there is no fresh root, without a page no archive."""
import fcntl
import hashlib
import json
import os
import pathlib
import random
import re
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import unittest

root, assets = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
work = pathlib.Path(tempfile.mkdtemp())
work.chmod(0o711)  # root's tests start converters as another user
SKIPPED = 77
builds_twice = os.environ.get("GRAMDEX_TEST_ALL") == "1" or random.randrange(3) == 0
IN_NAMESPACE = "GRAMDEX_TEST_NAMESPACE"
# Of the root's packages, as in Debian's slim images: a file less to write and, of pages, to index. Of gramdex all is there.
LEFT_OUT = [f"--dpkgopt=path-{what}" for what in ("exclude=/usr/share/locale/*", "exclude=/usr/share/man/*", "exclude=/usr/share/doc/*",
                                                  "include=/usr/share/man/*gramdex*", "include=/usr/share/doc/*gramdex*")]
FETCH_FAILED = r"Failed to fetch|Unable to fetch|Temporary failure|Could not resolve|Could not connect|Failed getting release file"


def run(*words, check=True, **options):
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", **options)
    if check and done.returncode != 0:
        raise AssertionError(f"{words}: {done.returncode}\n{done.stdout[-6000:]}")
    return done


def leave_out(reason):
    print(f"package: skipped, {reason}", flush=True)
    sys.exit(SKIPPED)


def timed(what, started):
    print(f"{what}: {time.monotonic() - started:.1f} s by the clock, {sum(os.times()[2:4]):.0f} s of processors since the start", flush=True)


def make_archive():
    if run("git", "-C", root, "rev-parse", "HEAD", check=False).returncode != 0:
        leave_out("this is not a git clone, of which an archive could be made")
    for program in ("dpkg-buildpackage", "dh", "lowdown"):
        if not shutil.which(program):
            leave_out(f"{program} is not here")
    if "absent" in json.loads(assets.read_text()):
        leave_out("this build has no page")
    return run(root / "packaging/make-dist", work / "dist", assets.parent).stdout.splitlines()[-1]


def without_node(folder):
    """A PATH on which every program is but Node.js and npm."""
    folder.mkdir()
    for place in ("/usr/bin", "/usr/sbin", "/bin", "/sbin"):
        for program in pathlib.Path(place).iterdir():
            link = folder / program.name
            if program.name not in ("node", "nodejs", "npm", "npx", "corepack") and not link.is_symlink():
                link.symlink_to(program)
    return str(folder)


def build(name, umask, *words, **environment):
    folder, temporary = work / name / "packages", work / name / ("below" * len(name))
    temporary.mkdir(parents=True)
    has_network = run("unshare", "--net", "true", check=False).returncode != 0
    if has_network:
        print("package: this build has the network, for it may not be taken away here")

    def begin():
        os.umask(umask)
        if not has_network:
            alone_on_loopback()  # some of its tests start a server

    run(*words, folder, preexec_fn=begin,
        env={"PATH": path, "HOME": "/nonexistent", "TMPDIR": str(temporary), "DEB_CFLAGS_MAINT_APPEND": "-O3 -g1 -Werror",
             "DPKG_DEB_COMPRESSOR_TYPE": "gzip", "DPKG_DEB_COMPRESSOR_LEVEL": "1"} | environment)
    return folder


def unpacked(name):
    """The program that makes packages of the unpacked archive that it is in, as packaging/docker/Dockerfile calls it."""
    (work / name / "unpacked").mkdir(parents=True)
    run("tar", "-xzf", archive, "-C", work / name / "unpacked")
    return next((work / name / "unpacked").glob("*/packaging/make-deb"))


def sums(folder):
    return {deb.name: hashlib.sha256(deb.read_bytes()).hexdigest() for deb in sorted(folder.glob("*.deb"))}


class Packages(unittest.TestCase):
    def test_lintian_finds_nothing(self):
        if not shutil.which("lintian"):
            self.skipTest("lintian is not here")
        changes = next(first.glob("*.changes"))
        started = time.monotonic()
        # Half of what the program's package takes is groff, page by page: tests/install asks it about all pages at once.
        said = run("lintian", "--fail-on", "error,warning", "--display-info", "--dont-check-part", "documentation/manual", changes, check=False)
        timed("lintian", started)
        faults = [line for line in said.stdout.splitlines() if line.startswith(("E:", "W:"))]
        self.assertEqual(faults, [])
        self.assertEqual(said.returncode, 0, said.stdout)
        overridden = (root / "packaging/debian/source/lintian-overrides").read_text()
        self.assertEqual(len([line for line in overridden.splitlines() if not line.startswith("#")]), 1)

    def test_all_packages_are_there(self):
        names = {name.split("_")[0] for name in sums(first)}
        self.assertTrue({"gramdex", "libgramdex0", "libgramdex-dev"} <= names, names)

    @unittest.skipUnless(builds_twice, "one run of three builds twice; GRAMDEX_TEST_ALL=1 does")
    def test_two_builds_are_the_same_bytes(self):
        self.assertEqual(sums(first), sums(second))

    def test_the_version_is_that_of_the_program(self):
        version = re.search(r"project\(gramdex VERSION ([\d.]+)", (root / "CMakeLists.txt").read_text())[1]
        self.assertTrue(next(first.glob("gramdex_*.deb")).name.startswith(f"gramdex_{version}-"))

    def test_every_bundled_file_has_a_holder(self):
        text = (root / "packaging/debian/copyright").read_text()
        listed = [line for block in re.findall(r"^Files: (.*(?:\n .*)*)", text, re.M) for line in block.split()]
        for path in root.glob("proto/**/*.proto"):
            if re.search(r"^// Copyright", path.read_text(), re.M):
                name = str(path.relative_to(root))
                self.assertTrue(any(name.startswith(pattern.rstrip("*")) for pattern in listed if pattern != "*"), name)
        licences = run("tar", "-xzOf", archive, "--wildcards", "*/web/built/licences-*.json").stdout
        for holder in set(re.findall(r"Copyright (?:\(c\) )?[\d-]+(?:present)? ([A-Z][A-Za-z. ]+?)\.?\\n", licences)):
            self.assertIn(holder, text)


class Installed(unittest.TestCase):
    """In a Debian 12 of mmdebstrap, on a file system in memory, in name spaces of its own."""

    @classmethod
    def setUpClass(cls):
        if os.environ.get(IN_NAMESPACE) != "yes":
            raise unittest.SkipTest(no_root)
        cls.base = work / "base"
        cls.base.mkdir(exist_ok=True)
        run("mount", "-t", "tmpfs", "-o", "mode=755", "none", cls.base)
        cls.addClassCleanup(run, "umount", "--lazy", "--recursive", cls.base)
        started = time.monotonic()
        sources = pathlib.Path("/etc/apt/sources.list.d/debian.sources")
        made = run("mmdebstrap", "--mode=root", "--variant=apt", "--skip=cleanup/apt/lists", *LEFT_OUT, "bookworm", cls.base / "root",
                   sources if sources.exists() else "http://deb.debian.org/debian", check=False)
        if made.returncode != 0:
            raise unittest.SkipTest("mmdebstrap makes no root here: " + made.stdout[-300:])
        timed("a fresh root", started)

    def fresh(self, name):
        place = self.base / name
        run("cp", "-a", self.base / "root", place)
        run("mount", "-t", "proc", "none", place / "proc")
        return place

    def inside(self, place, script, *words, user=None, check=True, network=True):
        command = ["chroot", *(["--userspec", user] if user else []), place, "env", "-i", "LANG=C.UTF-8", "HOME=/tmp",
                   "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND=noninteractive", "sh", "-euc", script, "sh", *words]
        return run(*command, check=check, preexec_fn=None if network else alone_on_loopback)

    def install(self, place, *packages):
        """The network may fail while packages are fetched; they may not fail to install."""
        self.fetching(place, 'apt-get install -y -qq --no-install-recommends "$@"', *packages)

    def fetching(self, place, script, *words):
        said = self.inside(place, script, *words, check=False)
        if said.returncode != 0 and re.search(FETCH_FAILED, said.stdout):
            self.skipTest("packages could not be fetched: is there a network?")
        self.assertEqual(said.returncode, 0, said.stdout[-3000:])

    def test_packages_work_and_leave_only_the_data(self):
        started = time.monotonic()
        place = self.fresh("installed")
        timed("a copy", started)
        debs = [deb for deb in sorted(first.glob("*.deb")) if "dbgsym" not in deb.name]
        for deb in debs:
            shutil.copy(deb, place / "tmp")
        before = self.names(place)
        self.install(place, *(f"/tmp/{deb.name}" for deb in debs), "man-db", "bash-completion", "curl", "gcc", "libc6-dev", "pkg-config")
        timed("installed", started)

        self.assertEqual(self.inside(place, "stat -c '%U %G %a' /var/lib/gramdex; getent group gramdex-socket | cut -d: -f1").stdout,
                         "gramdex gramdex 750\ngramdex-socket\n")
        for wanted in ("sockets.target.wants/gramdex.socket", "multi-user.target.wants/gramdex.service", "timers.target.wants/gramdex-index.timer"):
            self.assertTrue((place / "etc/systemd/system" / wanted).is_symlink(), wanted)
        self.assertIn("59 documents", self.inside(place, "cd /usr/share/doc/gramdex/examples\n"
                                                  "gramdex index --index /var/lib/gramdex/index article.txt commentary.jsonl press.jsonl",
                                                  user="gramdex:gramdex").stdout)
        self.assertIn('"documents":3,"occurrences":3', self.served(place, ["gramdex", "serve", "--index", "/var/lib/gramdex/index"],
                                                                   "gramdex count --json --server 127.0.0.1:50051 区域全面经济伙伴关系协定"))

        self.assertIn("gramdex index", self.inside(place, "man -P cat gramdex-index").stdout)
        self.assertIn("NEAR", self.inside(place, "man -P cat 7 gramdex-query").stdout)
        completed = self.inside(place, "bash -c '. /usr/share/bash-completion/bash_completion; _completion_loader gramdex; complete -p gramdex'").stdout
        self.assertIn("_gramdex", completed)

        tests = place / "tmp/tests"
        shutil.copytree(root / "packaging/debian/tests", tests)
        for name in re.findall(r"^Tests: (.*)$", (tests / "control").read_text(), re.M):
            self.inside(place, f"cd /tmp; /tmp/tests/{name}", network=False)
        shutil.rmtree(tests)
        timed("its tests", started)

        self.inside(place, "apt-get purge -y -qq gramdex libgramdex0 libgramdex-dev; rm /tmp/*.deb")
        left = {name for name in self.names(place) - before if "gramdex" in name}
        self.assertEqual({name for name in left if not name.startswith(("var/lib/gramdex", "var/cache/man"))}, set())  # man keeps what it has shown
        self.assertIn("var/lib/gramdex/index", left)
        timed("its purge", started)

        with self.subTest("a package without data leaves nothing"):
            self.inside(place, "rm -r /var/lib/gramdex")
            before = self.names(place)
            deb = next(first.glob("gramdex_*.deb"))
            shutil.copy(deb, place / "tmp")
            self.install(place, f"/tmp/{deb.name}")
            self.assertTrue((place / "var/lib/gramdex").is_dir())
            self.inside(place, "apt-get purge -y -qq gramdex; rm /tmp/*.deb")
            self.assertEqual({name for name in self.names(place) - before if "gramdex" in name}, set())
        timed("its second purge", started)

    def test_the_steps_of_the_dockerfile(self):
        """Those of the last stage; the first one runs packaging/make-deb, which built these packages."""
        started = time.monotonic()
        place, settings, last = self.fresh("image"), {}, False
        for step, words in steps_of(root / "packaging/docker/Dockerfile"):
            if step == "FROM":
                self.assertRegex(words, r"^debian:12(-slim| AS build)$")
                last = not words.endswith("AS build")
            elif last and step == "RUN":
                self.fetching(place, words)
            elif last and step == "COPY":
                origin, source, target = words.split()
                self.assertEqual((origin, pathlib.Path(source).parent), ("--from=build", pathlib.Path("/packages")))
                for found in [*first.glob(pathlib.Path(source).name)] or self.fail(f"{source}: there is no such package"):
                    shutil.copy(found, place / target.lstrip("/"))
            elif last:
                settings[step] = words
        listed = {step: shlex.split(re.sub(r'[\[\],]', " ", settings[step].split("CMD ")[-1])) for step in ("ENTRYPOINT", "CMD", "HEALTHCHECK")}
        self.assertEqual((settings["USER"], settings["VOLUME"], settings["EXPOSE"]), ("gramdex", "/var/lib/gramdex", "50051"))
        self.assertIn('"documents":0', self.served(place, listed["ENTRYPOINT"] + listed["CMD"],
                                                   shlex.join(listed["HEALTHCHECK"]) + "\ngramdex count --json --server 127.0.0.1:50051 产业链"))
        self.assertNotEqual(self.inside(place, shlex.join(listed["HEALTHCHECK"]), check=False, network=False).returncode, 0)
        timed("the image's steps", started)

    def served(self, place, command, ask):
        """What `ask` prints while `command` serves as the service user, in a network of its own, where the usual port is free."""
        script = shlex.join(command) + """ >/tmp/serve 2>&1 &
server=$!
for _ in $(seq 600); do grep -q '^listening on' /tmp/serve && break; sleep 0.1; done
grep '^listening on' /tmp/serve || { cat /tmp/serve; exit 1; }
""" + ask + """
kill -TERM $server
wait $server
rm /tmp/serve
"""
        return self.inside(place, script, user="gramdex:gramdex", network=False).stdout

    @staticmethod
    def names(place):
        found = set()
        for folder, folders, files in os.walk(place):
            if pathlib.Path(folder) == place:
                folders[:] = [name for name in folders if name not in ("proc", "dev", "sys")]
            found.update(os.path.relpath(os.path.join(folder, name), place) for name in folders + files)
        return found


def alone_on_loopback():
    """Puts this process into a network with the loopback alone."""
    import ctypes
    if ctypes.CDLL(None, use_errno=True).unshare(0x40000000) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14x", b"lo", 1 | 64))  # SIOCSIFFLAGS: IFF_UP | IFF_RUNNING


def steps_of(path):
    """The instructions of a Dockerfile, each with its words, lines joined."""
    text = "".join(line for line in path.read_text().splitlines(keepends=True) if not line.startswith("#"))
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        if line.strip():
            step, _, words = line.partition(" ")
            yield step, words.strip()


def why_no_root():
    if os.geteuid() != 0:
        return "no fresh root is made without being root"
    if not shutil.which("mmdebstrap"):
        return "no fresh root is made without mmdebstrap"
    if run("unshare", "--mount", "--net", "true", check=False).returncode != 0:
        return "this system lets root make no name spaces"
    return ""


if __name__ == "__main__":
    no_root = why_no_root()
    if not no_root and IN_NAMESPACE not in os.environ:
        shutil.rmtree(work)
        os.execvpe("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, *sys.argv], os.environ | {IN_NAMESPACE: "yes"})
    try:
        path = without_node(work / "path")
        started = time.monotonic()
        archive = make_archive()
        timed("the archive", started)
        first = build("first", 0o022, root / "packaging/make-deb", archive, GRAMDEX_TESTS="FEW", TZ="UTC", LC_ALL="C.UTF-8",
                  HOME=os.environ.get("HOME", "/root"))
        timed("the first build", started)
        if builds_twice:
            second = build("second", 0o077, unpacked("second"), "--here", DEB_BUILD_OPTIONS="nocheck", TZ="Pacific/Kiritimati", LC_ALL="C")
            timed("the second build", started)
        result = unittest.main(argv=sys.argv[:1], verbosity=2, exit=False).result
    finally:
        shutil.rmtree(work, ignore_errors=True)
    sys.exit(0 if result.wasSuccessful() else 1)
