// SPDX-License-Identifier: Apache-2.0
// asking.c: one query, or a file of them.
// A file of queries is read line by line and answered line by line, so that another program can hold a conversation
// through two pipes; that is why each answer is flushed when the queries do not come from a plain file.

#include "asking.h"
#include "command.h"
#include "report.h"

#include "gdx/utf8.h"
#include "gdx/white.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

const struct option_table asking_table = {
    NULL,
    (const struct option[]){
        TEXT_ROW(
            struct asking, queries, "queries", "FILE", "ask each line of FILE; - is standard input",
            .more =
                "One line of JSON answers each, or with --format a row, where it goes with this. Blank lines are skipped, and comments: lines that start with #."),
        {0},
    },
};

const struct option_table exit_code_table = {
    NULL,
    (const struct option[]){
        FLAG_ROW(struct asking, exit_code, "exit-code", "exit with 1 when nothing matches",
                 .more = "As grep does; --quiet has it too. A failure is reported, nothing found is not."),
        {0},
    },
};

gdx_status asking_check(struct asking *asking, const char *what, gdx_error *err) {
    const struct command_arguments *arguments = &asking->arguments;
    if (arguments->count > 0 && asking->queries)
        return gdx_fail(err, GDX_INVALID, "either %s or --queries is possible, not both", what);
    if (arguments->count == 0 && !asking->queries)
        return gdx_fail(err, GDX_INVALID, "%s is missing", what);
    if (arguments->count == 0)
        return GDX_OK;
    for (size_t i = 0; i < arguments->count; i++)
        if (gdx_buffer_append_format(&asking->words, "%s%s", i ? " " : "", arguments->items[i]) != GDX_OK) {
            gdx_buffer_clear(&asking->words);
            return gdx_fail_memory(err, "the query");
        }
    if (gdx_buffer_append(&asking->words, "", 1) != GDX_OK) {
        gdx_buffer_clear(&asking->words);
        return gdx_fail_memory(err, "the query");
    }
    asking->query = (const char *)asking->words.data;
    return GDX_OK;
}

// ---- a file of queries

// Opens the file of queries. NULL: it cannot, and has reported why.
static FILE *open_queries(const char *command, const struct asking *asking) {
    if (strcmp(asking->queries, "-") == 0)
        return stdin;
    FILE *file = fopen(asking->queries, "re");
    if (!file) {
        gdx_error err = {0};
        (void)gdx_fail_errno(&err, errno, "%s: the queries cannot be read", asking->queries);
        report_failure(command, &err, (gdx_slice){0}, false);
    }
    return file;
}

static bool is_plain_file(FILE *file) {
    struct stat about;
    return fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode);
}

// The query of a line: without its end and, in the first line, a byte order mark.
static gdx_slice query_of_line(const char *line, size_t bytes, bool is_first) {
    static const char mark[] = "\xef\xbb\xbf";
    if (bytes > 0 && line[bytes - 1] == '\n')
        bytes--;
    if (bytes > 0 && line[bytes - 1] == '\r')
        bytes--;
    size_t skip =
        is_first && bytes >= sizeof mark - 1 && memcmp(line, mark, sizeof mark - 1) == 0 ? sizeof mark - 1 : 0;
    return (gdx_slice){line + skip, bytes - skip};
}

// A blank line, or a comment among queries.
static bool asks_nothing(const struct asking *asking, gdx_slice query) {
    for (size_t at = 0, bytes; at < query.bytes; at += bytes) {
        uint32_t code;
        bytes = gdx_utf8_decode((const uint8_t *)query.data + at, query.bytes - at, &code);
        if (code == GDX_ILL_FORMED || (!gdx_is_white(code) && !gdx_is_control(code)))
            return code == '#' && !asking->asks_ids;
    }
    return true;
}

// Editors for Windows save UTF-16 as "Unicode". Every line would be refused without a word on why.
static bool is_utf16(gdx_slice line) {
    return line.bytes >= 2 && (memcmp(line.data, "\xff\xfe", 2) == 0 || memcmp(line.data, "\xfe\xff", 2) == 0);
}

static int refuse_utf16(const char *command, const struct asking *asking) {
    gdx_error err = {0};
    (void)gdx_fail(&err, GDX_INVALID, "%s: the queries are UTF-16; save the file as UTF-8", asking->queries);
    return report_failure(command, &err, (gdx_slice){0}, !asking->as_rows);
}

static int answer_file(const char *command, const struct asking *asking, gdx_target *target, answer_function *answer,
                       void *context) {
    FILE *file = open_queries(command, asking);
    if (!file)
        return EXIT_FAILED;
    bool flush_each = !is_plain_file(file), is_first = true;
    int exit_status = EXIT_DONE;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t bytes;
    while (!output_is_closed() && (bytes = getline(&line, &capacity, file)) >= 0) {
        gdx_slice query = query_of_line(line, (size_t)bytes, is_first);
        if (is_first && is_utf16(query)) {
            exit_status = refuse_utf16(command, asking);
            break;
        }
        is_first = false;
        gdx_error err = {0};
        if (!asks_nothing(asking, query) && answer(target, context, query, !asking->as_rows, &err) != GDX_OK) {
            report_failure(command, &err, query, !asking->as_rows);
            exit_status = EXIT_FAILED;
        }
        if (flush_each)
            fflush(stdout);
    }
    if (ferror(file)) {
        fprintf(stderr, "%s: %s: the queries cannot be read to their end\n", command, asking->queries);
        exit_status = EXIT_FAILED;
    }
    free(line);
    if (file != stdin)
        fclose(file);
    return exit_status;
}

// ---- one query or many

static int answer_one(const char *command, const struct asking *asking, gdx_target *target, answer_function *answer,
                      void *context) {
    gdx_slice query = gdx_slice_of(asking->query);
    gdx_error err = {0};
    if (answer(target, context, query, asking->target.json, &err) == GDX_OK)
        return EXIT_DONE;
    return report_failure(command, &err, query, asking->target.json);
}

// ---- whether anything was found

struct noting {
    struct asking *asking;
    gdx_take_reply *take;
    void *context;
};

static bool has_rows(const ProtobufCMessage *reply) {
    const ProtobufCMessageDescriptor *type = reply->descriptor;
    for (unsigned i = 0; i < type->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &type->fields[i];
        if (field->label == PROTOBUF_C_LABEL_REPEATED &&
            *(const size_t *)(const void *)((const char *)reply + field->quantifier_offset) > 0)
            return true;
    }
    return false;
}

static bool has_something(const ProtobufCMessage *reply) {
    const ProtobufCFieldDescriptor *documents =
        protobuf_c_message_descriptor_get_field_by_name(reply->descriptor, "documents");
    if (!documents || documents->type != PROTOBUF_C_TYPE_UINT64)
        return has_rows(reply);
    return *(const uint64_t *)(const void *)((const char *)reply + documents->offset) > 0;
}

static gdx_status take_noted(void *context, const ProtobufCMessage *reply, gdx_error *err) {
    struct noting *noting = context;
    noting->asking->has_found |= has_something(reply);
    return noting->take(noting->context, reply, err);
}

gdx_status asking_ask(struct asking *asking, gdx_target *target, const gdx_operation *operation,
                      const ProtobufCMessage *request, gdx_take_reply *take, void *context, gdx_error *err) {
    struct noting noting = {asking, take, context};
    return gdx_ask(target, operation, request, take_noted, &noting, err);
}

int ask_all(const char *command, struct asking *asking, answer_function *answer, void *context) {
    struct opened opened = {0};
    gdx_error err = {0};
    int exit_status;
    if (target_open(&asking->target, &opened, &err) == GDX_OK) {
        exit_status = asking->queries ? answer_file(command, asking, opened.target, answer, context)
                                      : answer_one(command, asking, opened.target, answer, context);
    } else {
        exit_status = report_failure(command, &err, (gdx_slice){0}, asking->target.json);
    }
    target_close(&opened);
    gdx_buffer_clear(&asking->words);
    bool tells = asking->exit_code || asking->target.quiet;
    return exit_status == EXIT_DONE && tells && !asking->has_found ? EXIT_FAILED : exit_status;
}
