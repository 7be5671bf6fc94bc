// SPDX-License-Identifier: Apache-2.0
// groonga.c: Groonga with bigrams with positions; GROONGA_TOKENIZER names the tokenizer, and each gives a program.
// Settings: documents first, their index afterwards (offline construction, its documented fast way), text stored by
// zstd, NFKC folding of the newest kind this release has. A phrase is searched in the index directly, without an
// expression or a query cache.

#include "peer.h"

#include <groonga.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 5 };
static const char *const column_names[COLUMNS] = {"id", "title", "date", "source", "text"};

struct groonga {
    grn_ctx *context;
    grn_obj *database;
    grn_obj *documents;
    grn_obj *columns[COLUMNS];
    grn_obj *index;
    grn_obj value;
};

static bool fail(struct groonga *groonga, struct peer_message *message, const char *what) {
    snprintf(message->text, sizeof message->text, "%.200s: %.300s", what, groonga->context->errbuf);
    return false;
}

static bool is_fine(struct groonga *groonga) {
    return groonga->context->rc == GRN_SUCCESS;
}

static void close_all(void *opened) {
    struct groonga *groonga = opened;
    if (groonga->context) {
        GRN_OBJ_FIN(groonga->context, &groonga->value);
        if (groonga->database)
            grn_obj_close(groonga->context, groonga->database);
        grn_ctx_close(groonga->context);
    }
    grn_fin();
    free(groonga);
}

static struct groonga *start(void) {
    struct groonga *groonga = calloc(1, sizeof *groonga);
    if (!groonga || grn_init() != GRN_SUCCESS) {
        free(groonga);
        return NULL;
    }
    groonga->context = grn_ctx_open(0);
    if (!groonga->context) {
        close_all(groonga);
        return NULL;
    }
    GRN_TEXT_INIT(&groonga->value, GRN_OBJ_DO_SHALLOW_COPY);
    return groonga;
}

static void database_path(char to[4096], const char *directory) {
    snprintf(to, 4096, "%s/groonga", directory);
}

// ---- build

// Runs a command of Groonga's own language, which is how its documentation sets up tables.
static bool command(struct groonga *groonga, const char *line, struct peer_message *message) {
    char *answer = NULL;
    unsigned bytes = 0;
    int flags = 0;
    grn_ctx_send(groonga->context, line, (unsigned)strlen(line), 0);
    if (is_fine(groonga))
        grn_ctx_recv(groonga->context, &answer, &bytes, &flags);
    return is_fine(groonga) ? true : fail(groonga, message, line);
}

static grn_obj *find(struct groonga *groonga, const char *name) {
    return grn_ctx_get(groonga->context, name, (int)strlen(name));
}

static bool make_tables(struct groonga *groonga, struct peer_message *message) {
    static const char *const lines[] = {
        "table_create Documents TABLE_NO_KEY",
        "column_create Documents id COLUMN_SCALAR ShortText",
        "column_create Documents title COLUMN_SCALAR Text",
        "column_create Documents date COLUMN_SCALAR ShortText",
        "column_create Documents source COLUMN_SCALAR ShortText",
        "column_create Documents text COLUMN_SCALAR|COMPRESS_ZSTD Text",
    };
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (!command(groonga, lines[i], message))
            return false;
    groonga->documents = find(groonga, "Documents");
    for (int i = 0; i < COLUMNS; i++)
        groonga->columns[i] =
            grn_obj_column(groonga->context, groonga->documents, column_names[i], (unsigned)strlen(column_names[i]));
    return true;
}

static void *begin(const char *directory, unsigned threads, struct peer_message *message) {
    (void)threads;
    char path[4096];
    struct groonga *groonga = start();
    if (!groonga)
        return NULL;
    database_path(path, directory);
    groonga->database = grn_db_create(groonga->context, path, NULL);
    if (!groonga->database)
        fail(groonga, message, path);
    else if (make_tables(groonga, message))
        return groonga;
    close_all(groonga);
    return NULL;
}

static bool add(void *build, const struct peer_document *document, struct peer_message *message) {
    struct groonga *groonga = build;
    const struct peer_text *texts[COLUMNS] = {&document->id, &document->title, &document->date, &document->source,
                                              &document->text};
    grn_id id = grn_table_add(groonga->context, groonga->documents, NULL, 0, NULL);
    for (int i = 0; i < COLUMNS && id != GRN_ID_NIL; i++) {
        GRN_TEXT_SET_REF(&groonga->value, texts[i]->data, texts[i]->bytes);
        grn_obj_set_value(groonga->context, groonga->columns[i], id, &groonga->value, GRN_OBJ_SET);
    }
    return id != GRN_ID_NIL && is_fine(groonga) ? true : fail(groonga, message, "a document cannot be added");
}

static bool finish(void *build, struct peer_message *message) {
    struct groonga *groonga = build;
    bool is_done =
        command(groonga,
                "table_create Terms TABLE_PAT_KEY ShortText --default_tokenizer " GROONGA_TOKENIZER
                " --normalizer NormalizerNFKC130",
                message) &&
        command(groonga, "column_create Terms documents COLUMN_INDEX|WITH_POSITION|WITH_SECTION Documents title,text",
                message);
    close_all(groonga);
    return is_done;
}

// ---- query

static void *open_index(const char *input, const char *directory, struct peer_message *message) {
    (void)input;
    char path[4096];
    struct groonga *groonga = start();
    if (!groonga)
        return NULL;
    database_path(path, directory);
    groonga->database = grn_db_open(groonga->context, path);
    if (groonga->database) {
        groonga->documents = find(groonga, "Documents");
        groonga->index = find(groonga, "Terms.documents");
    }
    if (groonga->documents && groonga->index)
        return groonga;
    fail(groonga, message, path);
    close_all(groonga);
    return NULL;
}

static int64_t count(void *opened, struct peer_text phrase, struct peer_message *message) {
    struct groonga *groonga = opened;
    grn_obj *hits = grn_table_create(groonga->context, NULL, 0, NULL, GRN_OBJ_TABLE_HASH_KEY | GRN_OBJ_WITH_SUBREC,
                                     groonga->documents, NULL);
    if (!hits) {
        fail(groonga, message, "no memory for hits");
        return PEER_FAILED;
    }
    GRN_TEXT_SET_REF(&groonga->value, phrase.data, phrase.bytes);
    grn_obj_search(groonga->context, groonga->index, &groonga->value, hits, GRN_OP_OR, NULL);
    int64_t found = grn_table_size(groonga->context, hits);
    if (!is_fine(groonga)) {
        fail(groonga, message, "search");
        found = PEER_FAILED;
    }
    grn_obj_close(groonga->context, hits);
    return found;
}

const struct peer peer = {.name = "Groonga " GROONGA_TOKENIZER,
                          .version = GRN_VERSION ", 2023",
                          .begin = begin,
                          .add = add,
                          .finish = finish,
                          .open = open_index,
                          .count = count,
                          .close = close_all};
