#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The golden indexes, made on another processor, have the bytes that tests/golden keeps.
usage: test_golden.py ROOT GOLDEN_MAKE...     (the program that makes them, with what emulates it in front)"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

golden, make = pathlib.Path(sys.argv[1], "tests/golden"), sys.argv[2:]


class Golden(unittest.TestCase):
    def test_every_file_has_the_bytes_that_are_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([*make, folder], check=True)
            made = sorted(path.relative_to(folder) for path in pathlib.Path(folder).rglob("*") if path.is_file())
            kept = sorted(path.relative_to(golden) for path in golden.rglob("*") if path.is_file() and path.parent != golden)
            self.assertEqual(made, kept)
            self.assertGreater(len(made), 5)
            for name in made:
                self.assertEqual(pathlib.Path(folder, name).read_bytes(), (golden / name).read_bytes(), name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
