#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is installed works where it is installed: the program with its converters, a man page for every command with every option,
completions that shells take, units that systemd reads.
usage: test_install.py ROOT BUILD CMAKE
mandoc, fish and systemd-analyze are asked where they are there (packages: section [test-package]); what is left out is named."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

root, build = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
cmake = sys.argv[3]
environment = {name: value for name, value in os.environ.items() if not name.startswith("GRAMDEX_")} | {"GRAMDEX_CONFIG": ""}


def run(*words, check=True, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, env=environment, **options)
    if check and done.returncode != 0:
        raise AssertionError(f"{words}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def needs(program):
    return unittest.skipUnless(shutil.which(program), f"{program} is not here")


class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.prefix = pathlib.Path(cls.folder.name, "usr")
        run(cmake, "--install", build, "--prefix", cls.prefix)
        cls.program = cls.prefix / "bin/gramdex"
        cls.commands = run(cls.program, "generate", "commands").stdout.splitlines()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def page(self, name):
        return self.prefix / "share/man" / f"man{name[-1]}" / name

    def test_the_program_finds_its_converters_beside_it(self):
        index = pathlib.Path(self.folder.name, "mail.gdx")
        letter = pathlib.Path(self.folder.name, "letter.eml")
        letter.write_text("From: a@example.org\nSubject: tariffs\nDate: Fri, 3 Jan 2025 10:00:00 +0000\n\nA letter about tariffs.\n")
        said = run(self.program, "index", "--index", index, letter, check=False)
        if "sandbox" in said.stderr and said.returncode == 3:
            self.skipTest("this system lets no program make a sandbox")
        self.assertEqual(said.returncode, 0, said.stderr)
        self.assertIn("1 document, ", run(self.program, "count", "--index", index, "tariffs").stdout)

    def test_every_command_has_a_page_that_names_its_options(self):
        self.assertIn("search", self.commands)
        for command in self.commands:
            page = self.page(f"gramdex-{command.replace(' ', '-')}.1").read_text().replace("\\-", "-").replace("\\fR", "")
            options = re.findall(r"^ +(?:-., )?(--[\w-]+)", run(self.program, *command.split(), "-h").stdout, re.M)
            self.assertGreater(len(options), 1)
            for option in options:
                self.assertRegex(page, rf"\\fB{option}\b", command)
        overview = self.page("gramdex.1").read_text()
        for command in self.commands:
            self.assertIn(f".TP\n\\fB{command}\\fR\n", overview)

    def compiled(self, *words):
        found = next(self.prefix.rglob("gramdex.pc")).parent
        flags = subprocess.run(["pkg-config", "--cflags", "--libs", "gramdex"], env=environment | {"PKG_CONFIG_PATH": str(found)},
                               check=True, capture_output=True, text=True).stdout.split()
        run(*words, *flags, f"-Wl,-rpath,{found.parent}")

    @needs("pkg-config")
    def test_the_example_in_c_counts_by_the_library(self):
        index, program = (pathlib.Path(self.folder.name, name) for name in ("library.gdx", "count"))
        run(self.program, "index", "--index", index, root / "examples/article.txt")
        self.compiled("cc", "-Wall", "-Wextra", "-Werror", "-o", program, root / "examples/c/count.c")
        for query in ("产业链", "贸易 NEAR/10 规则"):
            said = json.loads(run(self.program, "count", "--json", "--index", index, query).stdout)
            self.assertEqual(run(program, index, query).stdout, "%(documents)d documents, %(occurrences)d occurrences\n" % said)
        failed = run(program, index, "a (", check=False)
        self.assertEqual((failed.returncode, failed.stdout), (2, ""))
        self.assertIn("column", failed.stderr)
        failed = run(program, index / "not", "产业链", check=False)
        self.assertEqual(failed.returncode, 1)
        self.assertIn(str(index / "not"), failed.stderr)

    @needs("pkg-config")
    @needs("c++")
    def test_the_headers_are_those_of_cplusplus_too(self):
        source, program = pathlib.Path(self.folder.name, "version.cc"), pathlib.Path(self.folder.name, "version")
        source.write_text("#include <gdx/api.h>\n#include <gramdex/v1/index.pb-c.h>\n#include <cstdio>\nint main() {\n"
                          "  gdx_flag flag{false};\n  gdx_stop stop{};\n  stop.cancelled = &flag;\n"
                          "  return gdx_stop_check(&stop, nullptr) != GDX_OK || std::puts(gdx_library_version()) < 0;\n}\n")
        self.compiled("c++", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-o", program, source)
        self.assertIn(run(program).stdout.strip(), run(self.program, "--version").stdout)

    def test_the_library_exports_what_its_headers_declare(self):
        library = next(self.prefix.rglob("libgramdex.so.0"))
        listed = run("nm", "--dynamic", "--defined-only", "--without-symbol-versions", library).stdout.split("\n")
        exported = {line.split()[2] for line in listed if line and line.split()[1] != "A"}
        headers = "".join(path.read_text() for path in (self.prefix / "include/gramdex/gdx").glob("*.h"))
        code = re.sub(r"//.*|/\*.*?\*/", "", headers)
        inline = set(re.findall(r"static inline [^(;{]*?(gdx_\w+)\(", code)) | {"gdx_AUTO"}
        declared = set(re.findall(r"^[^#\s(=][^(=;{]*?\b(gdx_\w+)\(", code, re.M)) - inline
        self.assertGreater(len(declared), 40)
        self.assertEqual(declared - exported, set())
        self.assertEqual({name for name in exported - declared if not name.startswith("gramdex__v1__")}, set())

    @needs("mandoc")
    def test_pages_are_sound(self):
        pages = sorted((self.prefix / "share/man").rglob("*.[17]"))
        self.assertGreater(len(pages), len(self.commands))
        for page in pages:
            # A page has no date, so that the same program gives the same bytes.
            faults = [line for line in run("mandoc", "-Tlint", "-W", "warning", page, check=False).stdout.splitlines()
                      if "missing date" not in line]
            self.assertEqual(faults, [])

    @needs("groff")
    @needs("lexgrog")
    def test_groff_takes_all_pages_and_man_finds_their_names(self):
        pages = sorted((self.prefix / "share/man").rglob("*.[17]"))
        self.assertEqual(run("groff", "-man", "-wmac", "-z", "-Kutf8", "-Tutf8", *pages).stderr, "")
        named = re.findall(r': "(\S+) - \S', run("lexgrog", *pages).stdout)
        self.assertEqual(named, [page.stem for page in pages])

    @needs("mandoc")
    def test_a_page_shows_what_help_says(self):
        shown = run("mandoc", "-Tutf8", "-O", "width=200", self.page("gramdex-search.1")).stdout
        shown = re.sub(".\b", "", shown) # a letter, a backspace and the letter again are bold
        self.assertIn("gramdex search --index corpus.gdx", shown)
        self.assertRegex(shown, r"-r, --order ORDER\s+order of the hits \(relevance\)\s+One of: relevance, newest, oldest, id\.")

    @needs("lowdown")
    def test_the_page_on_queries_is_the_page(self):
        shown = run("mandoc", "-Tutf8", "-O", "width=300", self.page("gramdex-query.7")).stdout if shutil.which("mandoc") else ""
        text = self.page("gramdex-query.7").read_text()
        self.assertRegex(text, r"gramdex(\\\\)?-query (\\\\)?- what a query may say")
        for word in ("NEAR/20", "exact:", "is:first", "友岸外包"):
            self.assertIn(word, text)
        self.assertNotIn("\\fC", text)
        self.assertNotIn("\\|", shown)

    def test_help_query_prints_the_page(self):
        said = run(self.program, "help", "query").stdout
        words = " ".join(re.sub(r"[`*\[]|\]\([^)]*\)", "", (root / "docs/query-language.md").read_text()).split())
        last = words.split(". ")[-1]
        self.assertIn(last, " ".join(said.split()))
        self.assertIn("\n美国 OR 欧盟, 美国 | 欧盟\n    either; binds less tightly than AND\n", said)

    def offered_by_bash(self, *words, folder=None):
        script = self.prefix / "share/bash-completion/completions/gramdex"
        return run("bash", root / "tests/install/complete.bash", script, *words, cwd=folder).stdout.split()

    def test_bash_completes(self):
        self.assertEqual(self.offered_by_bash("gramdex", "sea"), ["search"])
        self.assertEqual(set(self.offered_by_bash("gramdex", "")), {*(name for name in self.commands if " " not in name), "help"})
        self.assertEqual(self.offered_by_bash("gramdex", "search", "--ord"), ["--order"])
        self.assertEqual(self.offered_by_bash("gramdex", "search", "--order", ""), ["relevance", "newest", "oldest", "id"])
        self.assertEqual(self.offered_by_bash("gramdex", "search", "--order", "=", "n"), ["newest"])
        self.assertEqual(self.offered_by_bash("gramdex", "search", "-r", "o"), ["oldest"])
        self.assertEqual(self.offered_by_bash("gramdex", "--index", "count", "search", "--ord"), ["--order"])
        self.assertEqual(self.offered_by_bash("gramdex", "--index", "exam", folder=root), ["examples"])
        self.assertEqual(self.offered_by_bash("gramdex", "index", "examples/pre", folder=root), ["examples/press.jsonl"])
        self.assertEqual(self.offered_by_bash("gramdex", "count", "exam", folder=root), [])
        self.assertIn("query", self.offered_by_bash("gramdex", "help", "q"))

    def test_bash_offers_every_option(self):
        for command in self.commands:
            if " " in command:
                continue
            options = re.findall(r"^ +(?:-., )?(--[\w-]+)", run(self.program, command, "-h").stdout, re.M)
            self.assertEqual(self.offered_by_bash("gramdex", command, "--"), options, command)

    @needs("fish")
    def test_fish_completes(self):
        script = self.prefix / "share/fish/vendor_completions.d/gramdex.fish"

        def offered(line):
            said = run("fish", "--no-config", "-c", f"source {script}; complete -C '{line}'", cwd=root,
                       check=False)
            self.assertEqual(said.stderr, "")
            return [line.split("\t")[0] for line in said.stdout.splitlines()]
        self.assertEqual(offered("gramdex sea"), ["search"])
        self.assertEqual(sorted(offered("gramdex search --order ")), ["id", "newest", "oldest", "relevance"])
        self.assertEqual(offered("gramdex search --ord"), ["--order"])
        self.assertIn("examples/press.jsonl", offered("gramdex index examples/pr"))

    @needs("zsh")
    def test_zsh_completes(self):
        folder = self.prefix / "share/zsh/vendor-completions"

        def offered(line):
            with tempfile.TemporaryDirectory() as temporary:
                found = pathlib.Path(temporary, "found")
                run("zsh", "-f", root / "tests/install/complete.zsh", folder, line, found, check=False, cwd=root)
                return re.findall(r"^<(.*)>$", found.read_text(), re.M) if found.exists() else []
        self.assertIn("search", offered("gramdex sea"))
        self.assertTrue({"relevance", "newest", "oldest", "id"} <= set(offered("gramdex search --order ")))

    @needs("systemd-analyze")
    def test_units_are_sound(self):
        units = sorted((self.prefix / "lib/systemd/system").iterdir())
        self.assertEqual([unit.name for unit in units],
                         ["gramdex-index.service", "gramdex-index.timer", "gramdex.service", "gramdex.socket"])
        said = run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units, check=False)
        self.assertEqual([line for line in said.stderr.splitlines() if "gramdex" in line], [])
        for unit in units:
            self.assertNotIn("=/usr/bin/gramdex", unit.read_text())

    def test_users_and_folders_are_those_of_the_units(self):
        users = (self.prefix / "lib/sysusers.d/gramdex.conf").read_text()
        units = "".join(unit.read_text() for unit in (self.prefix / "lib/systemd/system").iterdir())
        names = set(re.findall(r"^(?:User|Group|SocketGroup)=(.*)$", units, re.M))
        self.assertEqual(names, set(re.findall(r"^[ug] (\S+)", users, re.M)))
        self.assertIn("d /var/lib/gramdex 0750 gramdex gramdex", (self.prefix / "lib/tmpfiles.d/gramdex.conf").read_text())

    def test_programs_are_hardened_and_name_no_folder_of_the_build(self):
        for program in (self.program, *(self.prefix / "libexec/gramdex").glob("gramdex-[sm]*")):
            head = run("readelf", "-W", "-h", "-l", "-d", "-s", program).stdout
            self.assertRegex(head, r"Type: +DYN \(Position-Independent Executable")
            for wanted in ("GNU_RELRO", "FLAGS_1", "NOW", "__stack_chk_fail", "_chk@"):
                self.assertIn(wanted, head, program)
            self.assertNotRegex(head, r"GNU_STACK.*RWE")
            for folder in (root, build):
                self.assertNotIn(str(folder).encode(), program.read_bytes())

    def test_protos_and_documents_are_there(self):
        self.assertEqual((self.prefix / "share/gramdex/proto/gramdex/v1/search.proto").read_bytes(),
                         (root / "proto/gramdex/v1/search.proto").read_bytes())
        self.assertTrue((self.prefix / "share/doc/gramdex/docs/tour.md").exists())
        self.assertTrue((self.prefix / "share/doc/gramdex/examples/press.jsonl").exists())

    def test_two_makings_of_the_pages_are_the_same_bytes(self):
        made = pathlib.Path(self.folder.name, "manual")
        run(root / "packaging/make-manual", self.program, made, *filter(None, [shutil.which("lowdown")]))
        for page in (self.prefix / "share/man/man1").iterdir():
            self.assertEqual(page.read_bytes(), (made / "man1" / page.name).read_bytes())

    def test_what_cannot_be_generated_is_named(self):
        for words, wanted in ((["pages"], '"pages": expected man, '), (["man", "serach"], 'there is no command "serach"'),
                              (["complete-fish", "search"], "nothing comes after complete-fish"), ([], "missing")):
            said = run(self.program, "generate", *words, check=False)
            self.assertEqual(said.returncode, 2)
            self.assertIn(wanted, said.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
