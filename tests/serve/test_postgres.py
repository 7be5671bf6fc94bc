# SPDX-License-Identifier: Apache-2.0
"""test_postgres.py: examples/postgres within a real PostgreSQL, on a cluster of the test's own, as a user without privileges (skipped where
that is not installed).

Environment: EXAMPLE is the folder of gramdex.sql.
"""

import glob
import os
import pwd
import shutil
import subprocess
import tempfile
import unittest

from harness import PATIENCE, ServerTest, main, record

FOUND = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
BIN = os.path.dirname(FOUND[-1]) if FOUND else None
CONTROL = "/usr/share/postgresql/%s/extension/plpython3u.control" % (BIN or "").rsplit("/", 2)[-2] if BIN else ""


def user():
    """Whom the cluster belongs to: PostgreSQL refuses root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


@unittest.skipUnless(BIN and os.path.exists(CONTROL), "postgresql and postgresql-plpython3 are not installed")
class Postgres(ServerTest):
    def setUp(self):
        super().setUp()
        self.server = self.served([record(number) for number in range(30)])
        self.owner = user()
        self.place = tempfile.mkdtemp(prefix="gramdex-test-")  # its socket's path must be short
        self.addCleanup(shutil.rmtree, self.place)
        os.chown(self.place, self.owner.pw_uid, self.owner.pw_gid)
        messages = os.path.join(self.place, "messages")  # that the owner may read
        shutil.copytree(os.environ["GENERATED"], messages)
        subprocess.run(["chmod", "-R", "a+rX", messages], check=True)
        self.environment = {"PATH": os.environ["PATH"], "PYTHONPATH": messages, "LC_ALL": "C.UTF-8", "HOME": self.place}
        self.data = os.path.join(self.place, "data")
        self.run_as("initdb", "-D", self.data, "-U", "postgres", "-E", "UTF8", "--no-sync", "-A", "trust")
        self.run_as("pg_ctl", "-D", self.data, "-w", "-t", str(PATIENCE), "-l", os.path.join(self.place, "log"),
                    "-o", "-k %s -c listen_addresses='' -c fsync=off -c gramdex.server=%s" % (self.place, self.server.addresses[0]), "start")
        self.addCleanup(self.run_as, "pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")
        with open(os.path.join(os.environ["EXAMPLE"], "gramdex.sql"), encoding="utf-8") as file:
            self.query(file.read())

    def run_as(self, program, *arguments, check=True, input=None):
        how = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        # Not through pipes: the postmaster would keep them open.
        with tempfile.TemporaryFile("w+") as out:
            done = subprocess.run([os.path.join(BIN, program), *arguments], stdout=out, stderr=out, text=True, input=input, cwd=self.place,
                                  env=self.environment, timeout=PATIENCE, **how)
            out.seek(0)
            done.stdout = out.read()
        if check:
            self.assertEqual(done.returncode, 0, done.stdout)
        return done

    def query(self, text, check=True):
        done = self.run_as("psql", "-h", self.place, "-U", "postgres", "-d", "postgres", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
                           check=check, input=text)
        return done.stdout

    def test_hits_are_rows_that_join(self):
        rows = self.query("SELECT id, source, occurrences FROM gramdex('产业链')").splitlines()
        self.assertEqual(len(rows), 30)
        self.assertEqual(sorted(rows), sorted("d/%03d|%s|%d" % (n, "even" if n % 2 == 0 else "odd", 1 + n % 7) for n in range(30)))
        joined = self.query("CREATE TABLE reviews (id text, reviewer text); INSERT INTO reviews VALUES ('d/003', 'A'), ('none', 'B');\n"
                            "SELECT g.title, r.reviewer FROM gramdex('贸易规则') AS g JOIN reviews AS r USING (id)")
        self.assertEqual(joined, "第 3 篇|A\n")
        self.assertEqual(self.query("SELECT count(*) FROM gramdex('产业链', 7)"), "7\n")
        self.assertIn("重构", self.query("SELECT snippet FROM gramdex('重构', 1)"))

    def test_what_is_refused_is_said(self):
        self.assertIn("gramdex: INVALID_ARGUMENT: query, column", self.query("SELECT * FROM gramdex('(产业链')", check=False))


if __name__ == "__main__":
    main()
