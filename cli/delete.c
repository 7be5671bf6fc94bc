// SPDX-License-Identifier: Apache-2.0
// delete.c: `gramdex delete`: removes documents by id.
// An id that no document has is reported and makes the exit status 1; the others are deleted all the same.

#include "command.h"
#include "report.h"
#include "target.h"
#include "terminal.h"

#include <stdio.h>
#include <stdlib.h>

enum { IDS_A_REQUEST = 10000, BYTES_A_REQUEST = 1 << 20 }; // a message takes 4 MiB

struct delete_command {
    struct target target;
    struct command_arguments words;
    gdx_arena *arena; // of ids read from standard input
    ProtobufCBinaryData *ids;
    size_t id_count, id_capacity;
    uint64_t documents, missing, left, commit, took_us;
};

static gdx_status add_id(struct delete_command *self, gdx_slice id, gdx_error *err) {
    gdx_slice copy;
    if (gdx_grow(&self->ids, &self->id_capacity, self->id_count + 1, sizeof *self->ids) != GDX_OK ||
        gdx_arena_copy(self->arena, id, &copy) != GDX_OK)
        return gdx_fail_memory(err, "the ids");
    self->ids[self->id_count++] = to_wire(copy);
    return GDX_OK;
}

static gdx_status read_ids(struct delete_command *self, gdx_error *err) {
    gdx_status status = GDX_OK;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t bytes;
    while (status == GDX_OK && (bytes = getline(&line, &capacity, stdin)) >= 0) {
        while (bytes > 0 && (line[bytes - 1] == '\n' || line[bytes - 1] == '\r'))
            bytes--;
        if (bytes > 0)
            status = add_id(self, (gdx_slice){line, (size_t)bytes}, err);
    }
    if (status == GDX_OK && ferror(stdin))
        status = gdx_fail(err, GDX_IO, "standard input: the ids cannot be read to their end; nothing was deleted");
    free(line);
    return status;
}

static gdx_status gather_ids(struct delete_command *self, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && i < self->words.count; i++)
        status = strcmp(self->words.items[i], "-") == 0 ? read_ids(self, err)
                                                        : add_id(self, gdx_slice_of(self->words.items[i]), err);
    return status;
}

static gdx_status take(void *context, const ProtobufCMessage *message, gdx_error *err) {
    (void)err;
    struct delete_command *self = context;
    const Gramdex__V1__DeleteResponse *reply = (const Gramdex__V1__DeleteResponse *)message;
    self->documents += reply->documents;
    self->missing += reply->n_missing;
    self->left = reply->documents_left;
    self->commit = reply->commit;
    self->took_us += reply->took_us;
    for (size_t i = 0; i < reply->n_missing; i++) {
        fputs("gramdex delete: no document has the id \"", stderr);
        print_clean(stderr, from_wire(reply->missing[i]));
        fputs("\"\n", stderr);
    }
    return GDX_OK;
}

static gdx_status print_outcome(const struct delete_command *self, gdx_error *err) {
    if (self->target.json)
        return json_line(json_pack("{s:s,s:I,s:I,s:I,s:I,s:I}", "type", "delete", "documents",
                                   (json_int_t)self->documents, "missing", (json_int_t)self->missing, "documents_left",
                                   (json_int_t)self->left, "commit", (json_int_t)self->commit, "took_us",
                                   (json_int_t)self->took_us),
                         err);
    char deleted[NUMBER_TEXT_BYTES], left[NUMBER_TEXT_BYTES];
    printf("deleted %s, %s left, commit %llu\n", format_counted(self->documents, "document", "documents", deleted),
           format_count(self->left, left), (unsigned long long)self->commit);
    return GDX_OK;
}

// How many ids from `at` on one request takes.
static size_t request_count(const struct delete_command *self, size_t at) {
    size_t count = 0, bytes = 0;
    for (; at + count < self->id_count && count < IDS_A_REQUEST && bytes < BYTES_A_REQUEST; count++)
        bytes += self->ids[at + count].len;
    return count;
}

static gdx_status delete_all(struct delete_command *self, gdx_error *err) {
    struct opened opened = {0};
    size_t at = 0;
    gdx_status status = gather_ids(self, err);
    if (status == GDX_OK)
        status = target_open(&self->target, &opened, err);
    while (status == GDX_OK) {
        Gramdex__V1__DeleteRequest request = GRAMDEX__V1__DELETE_REQUEST__INIT;
        request.ids = self->ids + at;
        request.n_ids = request_count(self, at);
        at += request.n_ids;
        status = gdx_ask(opened.target, INDEX_OPERATION("Delete"), &request.base, take, self, err);
        if (at >= self->id_count)
            break;
    }
    target_close(&opened);
    if (status != GDX_OK && self->documents)
        fprintf(stderr, "gramdex delete: %llu documents were deleted before this failure, commit %llu\n",
                (unsigned long long)self->documents, (unsigned long long)self->commit);
    return status == GDX_OK ? print_outcome(self, err) : status;
}

static int run(const struct command *command, void *settings) {
    static char line[BUFSIZ];
    struct delete_command *self = settings;
    gdx_error err = {0};
    // Many ids may be missing: a write for each line, not for each letter.
    setvbuf(stderr, line, _IOLBF, sizeof line);
    self->arena = gdx_arena_new();
    gdx_status status = self->arena ? delete_all(self, &err) : gdx_fail_memory(&err, "the ids");
    free(self->ids);
    gdx_arena_free(self->arena);
    if (status != GDX_OK)
        return report_failure(command->title, &err, (gdx_slice){0}, self->target.json);
    return self->missing ? EXIT_FAILED : EXIT_DONE;
}

const struct command command_delete = {
    .title = "gramdex delete",
    .summary = "remove documents by id",
    .arguments = "ID...",
    .description = "Remove documents by id, 10,000 in one commit. - reads ids from standard input, one a line.",
    .examples = (const char *const[]){"gramdex delete --index corpus.gdx news/20220924/00",
                                      "gramdex delete --index corpus.gdx - < withdrawn.txt", NULL},
    .notes = "The bytes leave the disk when segments are merged.",
    .groups = {ANSWERER_GROUPS(struct delete_command, target), {0}},
    .arguments_least = 1,
    .arguments_most = SIZE_MAX,
    .arguments_field = OPTION_FIELD(struct delete_command, words),
    .settings_bytes = sizeof(struct delete_command),
    .run = run,
};
