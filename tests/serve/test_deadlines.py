# SPDX-License-Identifier: Apache-2.0
"""test_deadlines.py: calls with short deadlines, by raw HTTP/2, end with OK or DEADLINE_EXCEEDED.

usage: test_deadlines.py [--calls N] [--callers N] [--late MS]
Without options 300 calls, whose lateness is printed and not judged. `--calls 10000 --late 20` is the whole: none may end later than 20 ms
after its deadline, beside what a sleep of the same length was late. Environment: DEADLINES is the program that calls.
"""

import os
import subprocess
import sys

from harness import ServerTest, main, record

SETTINGS = {"--calls": "300", "--callers": "8", "--late": None}


class Deadlines(ServerTest):
    def test_every_call_is_answered_by_ok_or_deadline_exceeded(self):
        server = self.served([record(i, text="重构" * (i % 3 == 0) + "链产业规则" * 1000) for i in range(60)])
        port = server.addresses[0].rsplit(":", 1)[1]
        late = [SETTINGS["--late"]] if SETTINGS["--late"] else []
        done = subprocess.run([os.environ["DEADLINES"], port, SETTINGS["--calls"], SETTINGS["--callers"], *late], stdout=subprocess.PIPE,
                              text=True)
        print(done.stdout, flush=True)
        self.assertEqual(done.returncode, 0)
        self.assertIn("%s calls: " % SETTINGS["--calls"], done.stdout)
        server.wait_for_metric("gramdex_calls", 0)
        server.wait_for_metric("gramdex_exports", 0)


if __name__ == "__main__":
    while len(sys.argv) > 2 and sys.argv[1] in SETTINGS:
        SETTINGS[sys.argv[1]] = sys.argv[2]
        del sys.argv[1:3]
    main()
