// SPDX-License-Identifier: Apache-2.0
// sqlite.c: SQLite FTS5 with its trigram tokenizer, documents stored in the same table.
// Settings: one transaction, no journal, no syncing, a cache that holds the whole index, `optimize` at the end; a
// phrase is one quoted FTS5 string, which trigrams answer from three characters up. Nothing shorter can be asked of the
// index.

#include "peer.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fts {
    sqlite3 *database;
    sqlite3_stmt *statement;
    char *query; // a quoted phrase
    size_t query_capacity;
};

static bool fail(const struct fts *fts, struct peer_message *message) {
    snprintf(message->text, sizeof message->text, "%s", fts->database ? sqlite3_errmsg(fts->database) : "no memory");
    return false;
}

static void fts_close(void *opened) {
    struct fts *fts = opened;
    sqlite3_finalize(fts->statement);
    sqlite3_close(fts->database);
    free(fts->query);
    free(fts);
}

static struct fts *fts_open(const char *directory, int flags, const char *setup, const char *statement,
                            struct peer_message *message) {
    char path[4096];
    struct fts *fts = calloc(1, sizeof *fts);
    if (!fts)
        return NULL;
    snprintf(path, sizeof path, "%s/fts5.sqlite", directory);
    if (sqlite3_open_v2(path, &fts->database, flags, NULL) == SQLITE_OK &&
        sqlite3_exec(fts->database, setup, NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_prepare_v3(fts->database, statement, -1, SQLITE_PREPARE_PERSISTENT, &fts->statement, NULL) == SQLITE_OK)
        return fts;
    fail(fts, message);
    fts_close(fts);
    return NULL;
}

static void *begin(const char *directory, unsigned threads, struct peer_message *message) {
    (void)threads;
    return fts_open(
        directory, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
        "PRAGMA page_size = 8192; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
        "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -4000000;"
        "CREATE VIRTUAL TABLE documents USING fts5(title, text, id UNINDEXED, date UNINDEXED, source UNINDEXED,"
        " tokenize = 'trigram'); BEGIN;",
        "INSERT INTO documents(title, text, id, date, source) VALUES(?, ?, ?, ?, ?)", message);
}

static bool add(void *build, const struct peer_document *document, struct peer_message *message) {
    struct fts *fts = build;
    const struct peer_text *columns[] = {&document->title, &document->text, &document->id, &document->date,
                                         &document->source};
    for (int i = 0; i < 5; i++)
        if (sqlite3_bind_text64(fts->statement, i + 1, columns[i]->data, columns[i]->bytes, SQLITE_STATIC,
                                SQLITE_UTF8) != SQLITE_OK)
            return fail(fts, message);
    bool is_done = sqlite3_step(fts->statement) == SQLITE_DONE;
    return sqlite3_reset(fts->statement) == SQLITE_OK && is_done ? true : fail(fts, message);
}

static bool finish(void *build, struct peer_message *message) {
    struct fts *fts = build;
    bool is_done = sqlite3_exec(fts->database, "COMMIT", NULL, NULL, NULL) == SQLITE_OK ? true : fail(fts, message);
    fts_close(fts);
    return is_done;
}

// Merges all its b-trees into one: five times faster queries for a quarter of the time of indexing.
static bool settle(const char *directory, struct peer_message *message) {
    struct fts *fts = fts_open(directory, SQLITE_OPEN_READWRITE,
                               "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4000000;"
                               "INSERT INTO documents(documents) VALUES('optimize'); VACUUM;",
                               "SELECT 1", message);
    if (fts)
        fts_close(fts);
    return fts != NULL;
}

static void *open_index(const char *input, const char *directory, struct peer_message *message) {
    (void)input;
    return fts_open(directory, SQLITE_OPEN_READONLY, "PRAGMA mmap_size = 17179869184; PRAGMA cache_size = -4000000;",
                    "SELECT count(*) FROM documents WHERE documents MATCH ?", message);
}

static bool quote(struct fts *fts, struct peer_text phrase, size_t *out_bytes) {
    if (fts->query_capacity < 2 * phrase.bytes + 2) {
        free(fts->query);
        fts->query_capacity = 2 * phrase.bytes + 2;
        fts->query = malloc(fts->query_capacity);
        if (!fts->query)
            return false;
    }
    char *at = fts->query;
    *at++ = '"';
    for (size_t i = 0; i < phrase.bytes; i++) {
        if (phrase.data[i] == '"')
            *at++ = '"';
        *at++ = phrase.data[i];
    }
    *at++ = '"';
    *out_bytes = (size_t)(at - fts->query);
    return true;
}

static size_t characters_in(struct peer_text text) {
    size_t count = 0;
    for (size_t i = 0; i < text.bytes; i++)
        count += (text.data[i] & 0xc0) != 0x80;
    return count;
}

static int64_t count(void *opened, struct peer_text phrase, struct peer_message *message) {
    struct fts *fts = opened;
    size_t bytes = 0;
    if (characters_in(phrase) < 3)
        return PEER_CANNOT;
    if (!quote(fts, phrase, &bytes) ||
        sqlite3_bind_text64(fts->statement, 1, fts->query, bytes, SQLITE_STATIC, SQLITE_UTF8) != SQLITE_OK ||
        sqlite3_step(fts->statement) != SQLITE_ROW) {
        fail(fts, message);
        sqlite3_reset(fts->statement); // or the next phrase fails with it
        return PEER_FAILED;
    }
    int64_t found = sqlite3_column_int64(fts->statement, 0);
    sqlite3_reset(fts->statement);
    return found;
}

const struct peer peer = {.name = "SQLite FTS5 trigram",
                          .version = SQLITE_VERSION ", 2022",
                          .begin = begin,
                          .add = add,
                          .finish = finish,
                          .settle = settle,
                          .open = open_index,
                          .count = count,
                          .close = fts_close};
