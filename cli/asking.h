// SPDX-License-Identifier: Apache-2.0
// asking.h: the way of every command that asks something: its options, and the loop that answers one query or many.
// Relies on command.h, options.h, target.h.
#ifndef GRAMDEX_ASKING_H
#define GRAMDEX_ASKING_H

#include "command.h"
#include "options.h"
#include "table.h"
#include "target.h"

#include "gdx/document.h"

// A target, and what to ask it: one query on the command line, or a file of them. First in a command's settings.
struct asking {
    struct target target;
    struct output output;
    const char *queries; // file, "-" for standard input; NULL: `query`
    const char *query;
    gdx_buffer words; // the command line's arguments, joined by spaces
    struct command_arguments arguments;
    bool asks_ids; // each line of the file is an id, also one that starts with #
    bool as_rows;  // an answer is a row of an export, not JSON, also to a line of the file
    bool exit_code, has_found;
};
extern const struct option_table asking_table; // --queries
// --exit-code, of commands that ask by asked_take or asked_print
extern const struct option_table exit_code_table;
// The groups of a command whose settings begin with the struct asking `member`.
#define ASKING_GROUPS(type, member)                                                                                    \
    {&output_table, offsetof(type, member.output)}, {&asking_table, offsetof(type, member)},                           \
        {&exit_code_table, offsetof(type, member)}, {&aliases_table, offsetof(type, member.target)},                   \
        ANSWERER_GROUPS(type, member.target)
// Its other members, but for `check` and `run`: any number of words are its query.
#define ASKING_MEMBERS(type, member)                                                                                   \
    .arguments_most = SIZE_MAX, .arguments_field = OPTION_FIELD(type, member.arguments), .settings_bytes = sizeof(type)

// Checks --format, and joins the arguments into the query. GDX_INVALID: wrong use, such as neither or both of arguments
// and --queries; `what` names the argument. The last check of a command: on success ask_all must follow.
gdx_status asking_check_for(struct asking *asking, const char *what, gdx_error *err) GDX_MUST_CHECK;
// The `check` of a command that takes a QUERY and has nothing more to check.
gdx_status asking_check(void *settings, gdx_error *err) GDX_MUST_CHECK;

// Reads the date of an option. NULL: *out stays. GDX_INVALID, naming the option: it is none.
gdx_status option_read_date(const char *label, const char *text, gdx_date *out, gdx_error *err) GDX_MUST_CHECK;

struct asked { // a question under way
    const struct command *command;
    void *settings;        // of the command
    struct asking *asking; // they begin with it; NULL: a question of ask_once
    gdx_target *target;
    gdx_slice query;
    bool as_json; // the answer is one line of JSON
};

typedef gdx_status print_function(const struct asked *asked, const ProtobufCMessage *reply, gdx_error *err);
// As gdx_ask, of an operation of Search. Notes whether a reply has something: documents, or any row where it has no
// such figure.
gdx_status asked_take(const struct asked *asked, const char *operation, const ProtobufCMessage *request,
                      gdx_take_reply *take, void *context, gdx_error *err) GDX_MUST_CHECK;
// The same. A reply is printed as JSON, or its notes, and then it by `print`.
gdx_status asked_print(const struct asked *asked, const char *operation, const ProtobufCMessage *request,
                       print_function *print, gdx_error *err) GDX_MUST_CHECK;

// The `run` of a command that has `answer`, and settings that begin with a struct asking. Opens the target, answers the
// query, or each line of the file: there as JSON, unless `as_rows`, a failure too, and the next line is read. Frees
// what the options hold. Returns the exit status: 0 when all went well; with --exit-code or --quiet 1 when no reply had
// something.
int ask_all(const struct command *command, void *settings);

// ---- commands without a list of queries

struct once { // first in a command's settings
    struct target target;
    struct output output;
};
#define ONCE_GROUPS(type, member) {&output_table, offsetof(type, member.output)}, ANSWERER_GROUPS(type, member.target)
// The `check` of a command that has nothing more to check.
gdx_status once_check(void *settings, gdx_error *err) GDX_MUST_CHECK;
// Opens the target, asks as asked_print, and reports a failure, at `query` if that has a place. Returns the exit
// status. `settings` begin with a struct once.
int ask_once(const struct command *command, void *settings, gdx_slice query, const char *operation,
             const ProtobufCMessage *request, print_function *print);

#endif
