// SPDX-License-Identifier: Apache-2.0
// asking.c: one query, or a file of them.
// A file of queries is read line by line and answered line by line, so that another program can hold a conversation
// through two pipes; that is why each answer is flushed when the queries do not come from a plain file.

#include "asking.h"
#include "command.h"
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static error_t parse_asking(int key, char *argument, struct argp_state *state) {
    struct asking *asking = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &asking->target;
        return 0;
    case KEY_QUERIES:
        asking->queries = argument;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child answerer_child[] = {{&answerer_argp, 0, NULL, 0}, {0}};

const struct argp asking_argp = {
    .options =
        (const struct argp_option[]){
            {"queries", KEY_QUERIES, "FILE", 0, "one a line, - for standard input; one line of JSON answers each", 0},
            {0},
        },
    .parser = parse_asking,
    .children = answerer_child,
};

void asking_add_word(struct asking *asking, struct argp_state *state, const char *word) {
    bool is_first = asking->words.bytes == 0;
    if ((!is_first && gdx_buffer_append(&asking->words, " ", 1) != GDX_OK) ||
        gdx_buffer_append(&asking->words, word, strlen(word)) != GDX_OK)
        argp_failure(state, EXIT_FAILED, 0, "no memory for the query");
    asking->query = ""; // there is one; asking_end sets it
}

void asking_end(struct asking *asking, struct argp_state *state, const char *what) {
    if (asking->query && asking->queries)
        argp_error(state, "either a %s or --queries, not both", what);
    if (!asking->query && !asking->queries)
        argp_error(state, "the %s is missing", what);
    if (!asking->query)
        return;
    if (gdx_buffer_append(&asking->words, "", 1) != GDX_OK)
        argp_failure(state, EXIT_FAILED, 0, "no memory for the %s", what);
    asking->query = (const char *)asking->words.data;
}

// Opens the file of queries; NULL after telling why not.
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

static gdx_slice without_line_end(const char *line, size_t bytes) {
    if (bytes > 0 && line[bytes - 1] == '\n')
        bytes--;
    if (bytes > 0 && line[bytes - 1] == '\r')
        bytes--;
    return (gdx_slice){line, bytes};
}

static int answer_file(const char *command, const struct asking *asking, gdx_target *target, answer_function *answer,
                       void *context) {
    FILE *file = open_queries(command, asking);
    if (!file)
        return EXIT_FAILED;
    bool flush_each = !is_plain_file(file);
    int exit_status = EXIT_DONE;
    char *line = NULL;
    size_t capacity = 0;
    ssize_t bytes;
    while (!output_is_closed() && (bytes = getline(&line, &capacity, file)) >= 0) {
        gdx_slice query = without_line_end(line, (size_t)bytes);
        gdx_error err = {0};
        if (answer(target, context, query, true, &err) != GDX_OK) {
            report_failure(command, &err, query, true);
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

static int answer_one(const char *command, const struct asking *asking, gdx_target *target, answer_function *answer,
                      void *context) {
    gdx_slice query = gdx_slice_of(asking->query);
    gdx_error err = {0};
    if (answer(target, context, query, asking->target.json, &err) == GDX_OK)
        return EXIT_DONE;
    return report_failure(command, &err, query, asking->target.json);
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
    return exit_status;
}
