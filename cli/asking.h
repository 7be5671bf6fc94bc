// SPDX-License-Identifier: Apache-2.0
// asking.h: the way of every command that asks something: its options, and the loop that answers one query or many.
// Relies on options.h, target.h.
#ifndef GRAMDEX_ASKING_H
#define GRAMDEX_ASKING_H

#include "options.h"
#include "target.h"

// A target, and what to ask it: one query on the command line, or a file of them. argp child: asking_argp.
struct asking {
    struct target target;
    const char *queries; // file, "-" for standard input; NULL: `query`
    const char *query;
    gdx_buffer words; // the command line's arguments, joined by spaces
};
extern const struct argp asking_argp;
// The parent's parser calls these: ARGP_KEY_ARG, and ARGP_KEY_END.
void asking_add_word(struct asking *asking, struct argp_state *state, const char *word);
void asking_end(struct asking *asking, struct argp_state *state, const char *what);

// One answer, printed as the context's options say; with `as_json` as one line of JSON. Failures are told by ask_all.
typedef gdx_status answer_function(gdx_target *target, void *context, gdx_slice query, bool as_json, gdx_error *err);
// Opens the target, answers the query, or each line of the file: there always as JSON, a failure too, and the next
// line is read. Frees what the options hold. Returns the exit status: 0 when all went well.
int ask_all(const char *command, struct asking *asking, answer_function *answer, void *context);

#endif
