// SPDX-License-Identifier: Apache-2.0
// asking.c: one query, or a file of them.
// A file of queries is read line by line and answered line by line, so that another program can hold a conversation
// through two pipes; that is why each answer is flushed when the queries do not come from a plain file.

#include "asking.h"
#include "report.h"

#include "gdx/utf8.h"
#include "gdx/white.h"

#include <assert.h>
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

gdx_status asking_check_for(struct asking *asking, const char *what, gdx_error *err) {
    const struct command_arguments *arguments = &asking->arguments;
    bool as_json = asking->target.json || (asking->queries && !asking->as_rows);
    if (output_check(&asking->output, as_json, err) != GDX_OK)
        return GDX_INVALID;
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

gdx_status asking_check(void *settings, gdx_error *err) {
    return asking_check_for(settings, "QUERY", err);
}

gdx_status option_read_date(const char *label, const char *text, gdx_date *out, gdx_error *err) {
    gdx_error why = {0};
    if (text && gdx_date_parse(gdx_slice_of(text), out, &why) != GDX_OK)
        return gdx_fail(err, GDX_INVALID, "%s: %s", label, why.message);
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

static int answer_file(struct asked *asked) {
    const char *command = asked->command->title;
    const struct asking *asking = asked->asking;
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
        asked->query = query;
        if (!asks_nothing(asking, query) && asked->command->answer(asked, &err) != GDX_OK) {
            report_failure(command, &err, query, asked->as_json);
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

// ---- whether anything was found

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

struct noting {
    struct asking *asking;
    gdx_take_reply *take;
    void *context;
};

static gdx_status take_noted(void *context, const ProtobufCMessage *reply, gdx_error *err) {
    struct noting *noting = context;
    noting->asking->has_found |= has_something(reply);
    return noting->take(noting->context, reply, err);
}

gdx_status asked_take(const struct asked *asked, const char *operation, const ProtobufCMessage *request,
                      gdx_take_reply *take, void *context, gdx_error *err) {
    struct noting noting = {asked->asking, take, context};
    bool notes = asked->asking != NULL;
    return gdx_ask(asked->target, SEARCH_OPERATION(operation), request, notes ? take_noted : take,
                   notes ? &noting : context, err);
}

// ---- what is printed

struct printing {
    const struct asked *asked;
    print_function *print;
};

static void print_notes(const ProtobufCMessage *reply) {
    const ProtobufCFieldDescriptor *answer =
        protobuf_c_message_descriptor_get_field_by_name(reply->descriptor, "answer");
    assert(answer && answer->descriptor == &gramdex__v1__answer__descriptor);
    notes_print(*(const Gramdex__V1__Answer *const *)(const void *)((const char *)reply + answer->offset));
}

static gdx_status print_reply(void *context, const ProtobufCMessage *reply, gdx_error *err) {
    const struct printing *printing = context;
    const struct asked *asked = printing->asked;
    const gdx_slice none = {0};
    if (asked->as_json)
        return json_answer(command_name(asked->command), asked->asking ? asked->query : none, reply, err);
    print_notes(reply);
    return printing->print(asked, reply, err);
}

gdx_status asked_print(const struct asked *asked, const char *operation, const ProtobufCMessage *request,
                       print_function *print, gdx_error *err) {
    struct printing printing = {asked, print};
    return asked_take(asked, operation, request, print_reply, &printing, err);
}

// ---- one query or many

static int report(const struct asked *asked, gdx_status status, const gdx_error *err) {
    return status == GDX_OK ? EXIT_DONE : report_failure(asked->command->title, err, asked->query, asked->as_json);
}

int ask_all(const struct command *command, void *settings) {
    struct asking *asking = settings;
    struct asked asked = {.command = command, .settings = settings, .asking = asking, .as_json = asking->target.json};
    struct opened opened = {0};
    gdx_error err = {0};
    gdx_status status = target_open(&asking->target, &opened, &err);
    int exit_status;
    asked.target = opened.target;
    if (status == GDX_OK && asking->queries) {
        asked.as_json = !asking->as_rows;
        exit_status = answer_file(&asked);
    } else {
        asked.query = status == GDX_OK ? gdx_slice_of(asking->query) : asked.query;
        exit_status = report(&asked, status == GDX_OK ? command->answer(&asked, &err) : status, &err);
    }
    target_close(&opened);
    gdx_buffer_clear(&asking->words);
    bool tells = asking->exit_code || asking->target.quiet;
    return exit_status == EXIT_DONE && tells && !asking->has_found ? EXIT_FAILED : exit_status;
}

gdx_status once_check(void *settings, gdx_error *err) {
    const struct once *once = settings;
    return output_check(&once->output, once->target.json, err);
}

int ask_once(const struct command *command, void *settings, gdx_slice query, const char *operation,
             const ProtobufCMessage *request, print_function *print) {
    const struct once *once = settings;
    struct asked asked = {.command = command, .settings = settings, .query = query, .as_json = once->target.json};
    struct opened opened = {0};
    gdx_error err = {0};
    gdx_status status = target_open(&once->target, &opened, &err);
    asked.target = opened.target;
    if (status == GDX_OK)
        status = asked_print(&asked, operation, request, print, &err);
    target_close(&opened);
    return report(&asked, status, &err);
}
