#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The table of manners in docs/cli.md: a test for each row, and a row for each test.
usage: test_manners.py ROOT GRAMDEX"""
import csv
import io
import json
import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile
import unittest

root, program = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
clean = {name: value for name, value in os.environ.items()
         if not name.startswith("GRAMDEX_") and name not in ("NO_COLOR", "TERM")} | {"GRAMDEX_CONFIG": "", "TERM": "xterm"}
records = "".join(json.dumps({"id": f"d{i}", "title": f"第{i}篇", "text": f"产业链与关税 {i}。 WTO 规则", "date": f"2024-01-{i:02}",
                              "source": "news"}, ensure_ascii=False) + "\n" for i in range(1, 8))


class Manners(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.index = str(self.path("corpus.gdx"))
        self.path("records.jsonl").write_text(records)
        self.assertEqual(self.run_program("index", "--index", self.index, self.path("records.jsonl")).returncode, 0)
        self.environment = clean | {"GRAMDEX_INDEX": self.index}

    def path(self, *names):
        return pathlib.Path(self.folder.name, *names)

    def run_program(self, *words, **options):
        environment = getattr(self, "environment", clean) | options.pop("environment", {})
        return subprocess.run([str(word) for word in (program, *words)], capture_output=True, text=True, env=environment,
                              cwd=self.folder.name, **options)

    def said(self, *words, exit_status=0, **options):
        done = self.run_program(*words, **options)
        self.assertEqual(done.returncode, exit_status, done.stdout + done.stderr)
        return done

    def on_terminal(self, *words, environment=None):
        """What a terminal shows: standard output and standard error together."""
        outer, inner = pty.openpty()
        with subprocess.Popen([program, *words], stdin=inner, stdout=inner, stderr=inner, cwd=self.folder.name,
                              env=self.environment | (environment or {})) as child:
            os.close(inner)
            shown = b""
            try:
                while part := os.read(outer, 65536):
                    shown += part
            except OSError:
                pass  # the end of a terminal
            child.wait()
        os.close(outer)
        return shown.decode()

    # ---- what is found

    def test_nothing_found_is_an_answer_unless_asked(self):
        self.assertIn("0 documents", self.said("count", "没有的词").stdout)
        for words in (["count"], ["search"], ["search", "--all"], ["trend"], ["facets"], ["neighbours"], ["suggest"]):
            word = "zzz" if words == ["suggest"] else "没有的词"
            self.said(*words, word, exit_status=0)
            self.said(*words, "--exit-code", word, exit_status=1)
            self.said(*words, "--exit-code", "wto" if words == ["suggest"] else "产业链")
        self.said("count", "--exit-code", "--queries", "-", input="没有的词\n产业链\n")
        self.said("count", "--exit-code", "--queries", "-", input="没有的词\n也没有\n", exit_status=1)

    def test_quiet_tells_by_the_exit_status_alone(self):
        for words, exit_status in ((["产业链"], 0), (["没有的词"], 1)):
            for command in ("search", "count"):
                said = self.said(command, "-q", *words, exit_status=exit_status)
                self.assertEqual(said.stdout + said.stderr, "")
        noted = self.said("count", "产业链 and 关税")
        self.assertIn("note: ", noted.stderr)
        self.assertEqual(self.said("--quiet", "count", "产业链 and 关税", exit_status=1).stderr, "")
        self.assertEqual(self.said("stat", "-q").stdout, "")

    def test_quiet_says_failures(self):
        for words in ([], ["--json"]):
            said = self.said("count", "-q", *words, "(", exit_status=2)
            self.assertEqual(said.stdout, "")
            self.assertIn("column 2", said.stderr)

    def test_quiet_index_names_what_is_refused(self):
        self.path("more.jsonl").write_text('{"id":"x","text":"好"}\nnot json\n{"id":"y","text":"好","date":"never"}\n')
        said = self.said("index", "-q", "more.jsonl", exit_status=3)
        self.assertEqual(said.stdout, "")
        self.assertIn("more.jsonl:2: ", said.stderr)
        self.assertNotIn("never", said.stderr)

    # ---- colour

    def test_color_is_never_always_or_auto(self):
        self.assertIn("\033[", self.said("search", "--color", "always", "产业链").stdout)
        self.assertIn("\033[1;31m", self.on_terminal("search", "--color", "auto", "产业链"))
        self.assertNotIn("\033[1", self.on_terminal("search", "--color", "never", "产业链"))
        self.assertIn("expected auto, always or never", self.said("search", "--color", "red", "产业链", exit_status=2).stderr)

    def test_no_color_is_heeded_by_auto(self):
        self.assertNotIn("\033[1", self.on_terminal("search", "产业链", environment={"NO_COLOR": "1"}))
        self.assertIn("\033[1", self.on_terminal("search", "--color", "always", "产业链", environment={"NO_COLOR": "1"}))
        self.assertIn("\033[1", self.on_terminal("search", "产业链", environment={"NO_COLOR": ""}))

    def test_a_pipe_gets_no_colour(self):
        shown = self.said("search", "产业链").stdout
        self.assertNotIn("\033", shown)
        self.assertIn("**产业链**", shown)

    def test_a_dumb_terminal_gets_no_colour(self):
        self.assertNotIn("\033[1", self.on_terminal("search", "产业链", environment={"TERM": "dumb"}))

    # ---- help

    def test_help_is_short_or_long(self):
        short, whole = self.said("search", "-h").stdout, self.said("search", "--help").stdout
        self.assertNotIn("examples:", short)
        self.assertIn("examples:", whole)
        self.assertLess(len(short), len(whole))

    def test_help_is_no_failure(self):
        for words in (["--help"], ["-h"], ["help"], ["help", "search"], ["search", "--help"]):
            said = self.said(*words)
            self.assertEqual(said.stderr, "")
            self.assertIn("usage: gramdex", said.stdout)

    def test_no_command_is_wrong_use(self):
        said = self.said(exit_status=2)
        self.assertEqual(said.stdout, "")
        self.assertIn("usage: gramdex", said.stderr)

    def test_version_is_one_line(self):
        for words in (["--version"], ["-V"], ["search", "--version"]):
            self.assertRegex(self.said(*words).stdout, r"^gramdex \d+\.\d+\.\d+\n$")

    def test_wrong_use_is_2_and_says_where_help_is(self):
        said = self.said("search", "--limit", "none", "产业链", exit_status=2)
        self.assertIn("--limit none", said.stderr)
        self.assertIn("`gramdex search --help`", said.stderr)

    def test_a_misspelt_option_is_recognised(self):
        self.assertIn("did you mean --limit?", self.said("search", "--limmit", "3", "产业链", exit_status=2).stderr)

    def test_a_misspelt_command_is_recognised(self):
        self.assertIn("did you mean search?", self.said("serach", "产业链", exit_status=2).stderr)

    def test_help_query_is_the_page(self):
        self.assertTrue(self.said("help", "query").stdout.startswith("# The query language\n"))

    def test_generate_prints_what_is_installed(self):
        self.assertTrue(self.said("generate", "man", "search").stdout.startswith(".TH GRAMDEX-SEARCH 1"))
        self.assertIn("complete -F _gramdex gramdex", self.said("generate", "complete-bash").stdout)

    # ---- options

    def test_an_option_is_written_in_four_ways(self):
        answers = {self.said("search", "--json", *words, "产业链").stdout.count('"id":')
                   for words in (["--limit=3"], ["--limit", "3"], ["-n3"], ["-n", "3"])}
        self.assertEqual(answers, {3})

    def test_letters_are_joined(self):
        self.path("more.jsonl").write_text('{"id":"x","text":"好"}\n')
        self.said("index", "-vt1", "more.jsonl")

    def test_a_long_option_may_be_cut_short(self):
        self.assertEqual(self.said("search", "--json", "--lim", "2", "产业链").stdout.count('"id":'), 2)
        self.assertIn("--s", self.said("search", "--s", "2", "产业链", exit_status=2).stderr)

    def test_the_last_of_two_counts(self):
        self.assertEqual(self.said("search", "--json", "-n5", "-n2", "产业链").stdout.count('"id":'), 2)

    def test_two_dashes_end_the_options(self):
        self.assertIn("0 documents", self.said("count", "--", "产业链 -关税").stdout)
        self.assertEqual(self.run_program("count", "-关税").returncode, 2)

    def test_a_dash_is_standard_input(self):
        self.said("index", "-", input='{"id":"x","text":"标准输入"}\n')
        self.assertIn("1 document,", self.said("count", "标准输入").stdout)
        self.assertEqual(len(self.said("count", "--queries", "-", input="产业链\n关税\n").stdout.splitlines()), 2)

    def test_the_config_file_is_read(self):
        self.path("config").write_text(f"# mine\nindex = {self.index}\njson = yes\n")
        said = self.said("count", "产业链", environment={"GRAMDEX_INDEX": "", "GRAMDEX_CONFIG": str(self.path("config"))})
        self.assertEqual(json.loads(said.stdout)["documents"], 7)

    # ---- output

    def test_a_reader_that_goes_away_is_no_failure(self):
        line = f"'{program}' search --all 产业链; echo $? >&2"
        said = subprocess.run(["bash", "-c", f"({line}) | true"], capture_output=True, text=True, env=self.environment)
        self.assertEqual(said.stderr, "0\n")

    @unittest.skipUnless(os.path.exists("/dev/full"), "no /dev/full")
    def test_a_full_disk_is_reported(self):
        with open("/dev/full", "w") as full:
            said = subprocess.run([program, "count", "产业链"], stdout=full, stderr=subprocess.PIPE, text=True, env=self.environment)
        self.assertEqual(said.returncode, 1)
        self.assertIn("standard output", said.stderr)

    def test_json_is_a_line_an_answer(self):
        lines = [json.loads(line) for line in self.said("search", "--all", "--json", "产业链").stdout.splitlines()]
        self.assertEqual([next(iter(line)) for line in lines], ["type"] * len(lines))
        self.assertEqual(lines[-1]["type"], "summary")
        self.assertEqual(len(lines), 8)

    def test_floats_have_15_digits_at_most(self):
        text = self.said("collocates", "--json", "关税").stdout + self.said("trend", "--json", "关税").stdout + \
            self.said("search", "--json", "关税").stdout
        floats = re.findall(r"-?\d+\.\d+(?:e[-+]?\d+)?", text)
        self.assertTrue(floats)
        for number in floats:
            self.assertLessEqual(len(re.sub(r"e.*|[-.]", "", number).lstrip("0")), 15, number)

    def test_a_column_has_one_unit(self):
        rows = list(csv.DictReader(io.StringIO(self.said("stat", "--format", "csv").stdout)))
        self.assertTrue(rows)
        for row in rows:
            self.assertRegex(row["bytes"], r"^\d+$")
        shown = self.said("stat").stdout
        self.assertNotRegex(shown, r"\d [KM]?B\b")

    def test_text_cannot_steer_a_terminal(self):
        self.path("evil.jsonl").write_text(json.dumps({"id": "evil", "title": "\033[2J恶意", "text": "坏词\033]0;x\007"}) + "\n")
        self.said("index", "evil.jsonl")
        shown = self.on_terminal("search", "坏词") + self.on_terminal("get", "evil")
        self.assertNotIn("\033[2J", shown)
        self.assertNotIn("\007", shown)
        self.assertIn("<U+001B>", shown)

    # ---- inputs

    def test_a_missing_path_stops_nothing(self):
        self.path("more.jsonl").write_text('{"id":"x","text":"还在"}\n')
        said = self.said("index", "nowhere.jsonl", "more.jsonl", exit_status=3)
        self.assertIn("nowhere.jsonl: ", said.stderr)
        self.assertIn("1 document,", self.said("count", "还在").stdout)

    def test_hidden_files_are_left_out_and_counted(self):
        self.path("folder").mkdir()
        self.path("folder", ".hidden.txt").write_text("隐藏")
        self.path("folder", "shown.txt").write_text("看见")
        said = self.said("index", "-v", "folder")
        self.assertIn(".hidden.txt", said.stderr)
        self.assertIn("(left out)", said.stderr)
        self.assertIn("0 documents", self.said("count", "隐藏").stdout)
        self.assertIn("1 document,", self.said("count", "看见").stdout)

    def test_an_index_is_not_indexed(self):
        said = self.said("index", "-v", ".")
        self.assertRegex(said.stderr, r"corpus\.gdx: .*\(left out\)")

    def test_globs_choose_files(self):
        self.path("folder").mkdir()
        for name in ("a.txt", "b.md", "c.txt"):
            self.path("folder", name).write_text(f"文件{name[0]}")
        self.said("index", "--glob", "*.txt", "--exclude", "c*", "folder")
        self.assertIn("1 document,", self.said("count", "文件").stdout)

    def test_a_list_of_files_is_read(self):
        for name in ("a b.txt", "c.txt"):
            self.path(name).write_text("列表")
        self.said("index", "--files-from", "-", input="a b.txt\n")
        self.said("index", "-0", "--files-from", "-", input="c.txt\0")
        self.assertIn("2 documents,", self.said("count", "列表").stdout)

    def test_binary_files_are_refused_by_name(self):
        self.path("noise.txt").write_bytes(bytes(range(256)) * 64)
        self.path("good.txt").write_text("好文")
        said = self.said("index", "noise.txt", "good.txt", exit_status=3)
        self.assertIn("noise.txt: ", said.stderr)
        self.assertIn("1 document,", self.said("count", "好文").stdout)


class Table(unittest.TestCase):
    def test_rows_and_tests_are_the_same(self):
        page = (root / "docs/cli.md").read_text()
        section = page.split("\n## Manners\n")[1].split("\n## ")[0]
        rows = re.findall(r"\| `(\w+)` \|$", section, re.M)
        tests = [name.removeprefix("test_") for name in dir(Manners) if name.startswith("test_")]
        self.assertEqual(sorted(rows), sorted(tests))
        self.assertGreaterEqual(len(rows), 30)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
