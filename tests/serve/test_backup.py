# SPDX-License-Identifier: Apache-2.0
"""test_backup.py: backup and restore beside a server: it serves on meanwhile, and takes up what was restored by itself."""

import fcntl
import json
import os
import struct
import subprocess
import threading
import time

import grpc

from harness import GRAMDEX, PATIENCE, ServerTest, document, documents, main, record, search_pb2

Count, Search, Scope = search_pb2.CountRequest, search_pb2.SearchRequest, search_pb2.Scope


class Backup(ServerTest):
    def setUp(self):
        super().setUp()
        self.make_index([record(i) for i in range(30)])
        self.index, self.to = os.path.join(self.folder, "index"), os.path.join(self.folder, "to")
        self.server = self.serve()
        self.stub = self.server.stub()

    def run_command(self, command, *arguments, status=0):
        done = subprocess.run([GRAMDEX, command, "--index", self.index, "--json", *arguments], capture_output=True, text=True)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def ingest(self, *ids):
        return self.stub.ingest(iter([documents(*[document(id=id, text="产业链") for id in ids])]))

    def count(self, **scope):
        return self.stub.count(Count(query="产业链", scope=Scope(**scope)))

    def wait_for_commit(self, commit):
        until = time.monotonic() + PATIENCE
        while self.count().answer.commit != commit:
            self.assertLess(time.monotonic(), until)
            time.sleep(0.05)

    def page(self, token=""):
        return self.stub.search(Search(query="产业链", limit=10, page_token=token))

    def test_a_server_takes_up_what_was_restored(self):
        self.run_command("backup", self.to)
        self.assertEqual(self.ingest("new/1", "new/2").commit, 2)
        token = self.page().next_page_token
        restored = self.run_command("restore", self.to)
        self.assertEqual((restored["commit"], restored["documents"], restored["commit_before"]), (3, 30, 2))
        self.wait_for_commit(3)
        self.assertEqual(self.count().documents, 30)
        with self.assertRaises(grpc.RpcError):
            self.stub.get(search_pb2.GetRequest(id="new/1"))

    def test_tokens_of_before_go_on_and_numbers_do_not_come_back(self):
        self.run_command("backup", self.to)
        self.ingest("new/1", "new/2")
        first = self.page()
        self.run_command("restore", self.to)
        self.wait_for_commit(3)
        second = self.page(first.next_page_token)  # of the commit that was replaced
        self.assertEqual((first.documents, second.documents, second.answer.commit), (32, 32, 2))
        self.assertEqual(self.count(min_commit=3).documents, 30)
        self.fails(grpc.StatusCode.FAILED_PRECONDITION, lambda: self.count(min_commit=4))
        self.assertEqual(self.ingest("new/3").commit, 4)
        self.assertEqual(self.count(min_commit=4).documents, 31)

    def test_a_restore_waits_for_no_writer(self):
        self.run_command("backup", self.to)
        self.ingest("new/1")
        with open(os.path.join(self.index, "lock"), "r+b") as lock:
            fcntl.fcntl(lock, fcntl.F_OFD_SETLK, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0))
            refused = self.run_command("restore", self.to, status=1)
            self.assertEqual(refused["error"]["reason"], "INDEX_LOCKED")
            self.run_command("backup", os.path.join(self.folder, "meanwhile"))  # takes no lock
        self.assertEqual(self.count().answer.commit, 2)

    def test_backups_while_documents_come_in(self):
        """Each is one commit, whole: what it holds is what Ingest had acknowledged by then, or more."""
        committed, done, problems = [0], threading.Event(), []

        def write():
            number = 0
            try:
                while not done.is_set():
                    self.ingest("new/%d" % number)
                    number += 1
                    committed[0] = number
            except grpc.RpcError as error:
                problems.append(error)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for number in range(12):
                least = committed[0]
                made = self.run_command("backup", *(["--link"] if number % 2 else []), "%s-%d" % (self.to, number))
                if not 30 + least <= made["documents"] <= 31 + committed[0]:
                    problems.append((least, made, committed[0]))
        finally:
            done.set()
            writer.join()
        self.assertEqual(problems, [])
        for number in range(12):
            checked = subprocess.run([GRAMDEX, "verify", "--index", "%s-%d" % (self.to, number)], capture_output=True)
            self.assertEqual(checked.returncode, 0, checked)
        self.assertGreater(committed[0], 0)


if __name__ == "__main__":
    main()
