// SPDX-License-Identifier: Apache-2.0
// delete.c: `gramdex delete`: removes documents by id, all in one commit.
// An id that is not there is told and makes the exit status 1, but does not keep the others from being deleted.

#include "command.h"
#include "options.h"
#include "report.h"
#include "terminal.h"
#include "writer.h"

#include <stdio.h>
#include <stdlib.h>

struct delete_command {
    struct target target;
    struct command_arguments ids;
    uint64_t missing;
};

static gdx_status delete_one(struct delete_command *self, gdx_index_writer *writer, gdx_slice id, gdx_error *err) {
    size_t segment = 0;
    uint32_t document = 0;
    bool has = false;
    gdx_status status = gdx_snapshot_find_id(gdx_index_writer_snapshot(writer), id, &segment, &document, &has, err);
    if (status == GDX_OK && has) {
        status = gdx_index_writer_delete(writer, segment, document, err);
    } else if (status == GDX_OK) {
        self->missing++;
        fputs("gramdex delete: no document has the id \"", stderr);
        print_clean(stderr, id);
        fputs("\"\n", stderr);
    }
    return status;
}

static gdx_status delete_from_stdin(struct delete_command *self, gdx_index_writer *writer, gdx_error *err) {
    gdx_status status = GDX_OK;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t bytes;
    while (status == GDX_OK && (bytes = getline(&line, &capacity, stdin)) >= 0) {
        while (bytes > 0 && (line[bytes - 1] == '\n' || line[bytes - 1] == '\r'))
            bytes--;
        if (bytes > 0)
            status = delete_one(self, writer, (gdx_slice){line, (size_t)bytes}, err);
    }
    if (status == GDX_OK && ferror(stdin))
        status = gdx_fail(err, GDX_IO, "standard input: the ids cannot be read to their end; nothing was deleted");
    free(line);
    return status;
}

static gdx_status delete_all(struct delete_command *self, gdx_error *err) {
    GDX_AUTO(gdx_index_writer) writer = NULL;
    gdx_status status = open_existing(self->target.index, &writer, err);
    uint64_t before = status == GDX_OK ? gdx_snapshot_documents(gdx_index_writer_snapshot(writer)) : 0;
    for (size_t i = 0; status == GDX_OK && i < self->ids.count; i++) {
        if (strcmp(self->ids.items[i], "-") == 0)
            status = delete_from_stdin(self, writer, err);
        else
            status = delete_one(self, writer, gdx_slice_of(self->ids.items[i]), err);
    }
    if (status == GDX_OK)
        status = gdx_index_writer_commit(writer, err);
    if (status != GDX_OK)
        return status;
    gdx_snapshot *snapshot = gdx_index_writer_snapshot(writer);
    uint64_t documents = gdx_snapshot_documents(snapshot), commit = gdx_snapshot_commit(snapshot);
    uint64_t gone = before - documents; // an id given twice is one document
    if (self->target.json)
        return json_line(json_pack("{s:I,s:I,s:I,s:I}", "documents", (json_int_t)gone, "missing",
                                   (json_int_t)self->missing, "documents_left", (json_int_t)documents, "commit",
                                   (json_int_t)commit),
                         err);
    char deleted[NUMBER_TEXT_BYTES], left[NUMBER_TEXT_BYTES];
    printf("deleted %s %s, %s left, commit %llu\n", format_count(gone, deleted), plural(gone, "document", "documents"),
           format_count(documents, left), (unsigned long long)commit);
    return GDX_OK;
}

static int run(const struct command *command, void *settings) {
    struct delete_command *self = settings;
    gdx_error err = {0};
    if (delete_all(self, &err) != GDX_OK)
        return report_failure(command->title, &err, (gdx_slice){0}, self->target.json);
    return self->missing ? EXIT_FAILED : EXIT_DONE;
}

const struct command command_delete = {
    .title = "gramdex delete",
    .summary = "remove documents by id",
    .arguments = "ID...",
    .description = "Remove documents by id, all in one commit. - reads ids from standard input, one a line.",
    .examples = (const char *const[]){"gramdex delete --index corpus.gdx news/20220924/00",
                                      "gramdex delete --index corpus.gdx - < withdrawn.txt", NULL},
    .notes = "The bytes leave the disk when segments are merged.",
    .groups = {DIRECTORY_GROUPS(struct delete_command, target), {0}},
    .arguments_least = 1,
    .arguments_most = SIZE_MAX,
    .arguments_field = OPTION_FIELD(struct delete_command, ids),
    .settings_bytes = sizeof(struct delete_command),
    .run = run,
};
