// SPDX-License-Identifier: Apache-2.0
// asking.h: the way of every command that asks something: its options, and the loop that answers one query or many.
// Relies on command.h, options.h, target.h.
#ifndef GRAMDEX_ASKING_H
#define GRAMDEX_ASKING_H

#include "command.h"
#include "options.h"
#include "target.h"

// A target, and what to ask it: one query on the command line, or a file of them.
struct asking {
    struct target target;
    const char *queries; // file, "-" for standard input; NULL: `query`
    const char *query;
    gdx_buffer words; // the command line's arguments, joined by spaces
    struct command_arguments arguments;
    bool asks_ids; // each line of the file is an id, also one that starts with #
    bool as_rows;  // an answer is a row of an export, not JSON, also to a line of the file
    bool exit_code, has_found;
};
extern const struct option_table asking_table;    // --queries
extern const struct option_table exit_code_table; // --exit-code, of commands that ask by asking_ask
// The groups of a command whose settings have the struct asking `member`.
#define ASKING_GROUPS(type, member)                                                                                    \
    {&asking_table, offsetof(type, member)}, {&exit_code_table, offsetof(type, member)},                               \
        {&aliases_table, offsetof(type, member.target)}, ANSWERER_GROUPS(type, member.target)

// Joins the arguments into the query. GDX_INVALID: neither or both of arguments and --queries; `what` names the
// argument. The last check of a command: on success ask_all must follow.
gdx_status asking_check(struct asking *asking, const char *what, gdx_error *err) GDX_MUST_CHECK;

// One answer, printed as the context's options say; with `as_json` as one line of JSON. ask_all reports failures.
typedef gdx_status answer_function(gdx_target *target, void *context, gdx_slice query, bool as_json, gdx_error *err);
// As gdx_ask. Notes whether a reply has something: documents, or any row where it has no such figure.
gdx_status asking_ask(struct asking *asking, gdx_target *target, const gdx_operation *operation,
                      const ProtobufCMessage *request, gdx_take_reply *take, void *context,
                      gdx_error *err) GDX_MUST_CHECK;
// Opens the target, answers the query, or each line of the file: there as JSON, unless `as_rows`, a failure too, and
// the next line is read. Frees what the options hold. Returns the exit status: 0 when all went well; with
// --exit-code or --quiet 1 when no reply had something.
int ask_all(const char *command, struct asking *asking, answer_function *answer, void *context);

#endif
