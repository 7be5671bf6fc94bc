#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The API reference has all that it is the reference of: each function of the library, each method, message, field and value of the
protos, with what their comments say.
usage: test_reference.py ROOT BUILD CMAKE
Exit status 77: the build has no reference, for doxygen is missing."""
import html
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

root, build, cmake = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve(), sys.argv[3]
if not (build / "reference/index.html").exists():
    print("this build has no API reference")
    sys.exit(77)


def words(text):
    """Letters and digits alone: how a page breaks and marks text is its own matter."""
    return "".join(re.findall(r"\w", text))


class Page:
    def __init__(self, text):
        self.anchors = set(re.findall(r'\bid="(\w+)"', text))
        self.functions = set(re.findall(r'<h2 class="memtitle">.*</span>(\w+)\(\)', text))
        self.words = words(html.unescape(re.sub(r"<[^>]*>", "", text)))


def declared(proto):
    """By the text of the file alone, without protoc: (anchor, comment) of each thing that it declares."""
    comment, inside = [], []
    for line in proto.read_text().splitlines():
        said = re.match(r"\s*// ?(.*)", line)
        opened = re.match(r"(service|message|enum) (\w+) \{", line)
        member = re.match(r"\s+(?:rpc (\w+)\(|(?:repeated |optional )?[\w.]+ (\w+) = \d+;|([A-Z0-9_]+) = \d+;)", line)
        if said:
            comment.append(said[1])
            continue
        if opened:
            inside = [opened[2]]
            yield f"{'service' if opened[1] == 'service' else 'message'}_{opened[2]}", " ".join(comment)
        elif member:
            yield f"{inside[0]}_{member[1] or member[2] or member[3]}", " ".join(comment)
        comment = []


class Reference(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        subprocess.run([cmake, "--install", build, "--prefix", cls.folder.name], check=True, capture_output=True)
        cls.pages = {}
        for file in next(pathlib.Path(cls.folder.name).rglob("reference")).glob("*.html"):
            cls.pages[file.stem] = Page(file.read_text())

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_every_method_message_field_and_value_of_the_protos_is_there_with_its_comment(self):
        for proto in sorted((root / "proto/gramdex/v1").glob("*.proto")):
            page, count = self.pages[f"proto_{proto.stem}"], 0
            for anchor, comment in declared(proto):
                self.assertIn(anchor, page.anchors, proto.name)
                self.assertIn(words(comment), page.words, f"{proto.name}: {anchor}")
                count += 1
            self.assertGreater(count, 20, proto.name)

    def test_every_function_of_the_library_is_there(self):
        library = next(pathlib.Path(self.folder.name).rglob("libgramdex.so"))
        names = subprocess.run(["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True).stdout
        functions = re.findall(r"\bT (gdx_\w+)", names)
        self.assertGreater(len(functions), 30)
        self.assertEqual(set(functions) - set.union(*(page.functions for page in self.pages.values())), set())

    def test_what_a_header_says_before_a_function_is_there(self):
        for header in next(pathlib.Path(self.folder.name).rglob("gdx")).glob("*.h"):
            page = self.pages[f"{header.stem}_8h"]
            for comment in re.findall(r"((?:^// .*\n)+)^[a-z][^\n]*\(", header.read_text(), re.M):
                self.assertIn(words(re.sub(r"(?m)^//", "", comment)), page.words, header.name)

    def test_it_names_no_folder_of_the_build_and_asks_no_other_host(self):
        for file in next(pathlib.Path(self.folder.name).rglob("reference")).glob("*.html"):
            text = file.read_text()
            self.assertNotIn(str(root), text)
            self.assertFalse(re.findall(r'(?:src|<link [^>]*href)="(?:https?:)?//[^"]*"', text), file.name)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
