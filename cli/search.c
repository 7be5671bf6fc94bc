// SPDX-License-Identifier: Apache-2.0
// search.c: `gramdex search`: ranked hits with the match in its context, or with --all every occurrence.
// Relies on backend.h for answers. People get wrapped, marked text; programs one line of JSON an answer, or an
// occurrence.

#include "asking.h"
#include "command.h"
#include "hits.h"
#include "report.h"
#include "terminal.h"

enum { KEY_SNIPPET = KEY_OWN, KEY_MATCHES, KEY_ALL };
enum { LIMIT_DEFAULT = 10, SNIPPET_DEFAULT = 30, MATCHES_DEFAULT = 100, SNIPPET_MOST = 10000 };

struct search_command {
    struct asking asking;
    gdx_search_options options;
    bool all;
    bool has_limit;
    bool has_place; // --offset or --order
    struct style style;
};

static gdx_order parse_order(struct argp_state *state, const char *text) {
    static const char *const names[] = {
        [GDX_ORDER_RELEVANCE] = "relevance",
        [GDX_ORDER_NEWEST] = "newest",
        [GDX_ORDER_OLDEST] = "oldest",
        [GDX_ORDER_ID] = "id",
    };
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i]) == 0)
            return (gdx_order)i;
    argp_error(state, "--order %s: expected relevance, newest, oldest or id", text);
    return GDX_ORDER_RELEVANCE;
}

static void check_together(const struct search_command *self, struct argp_state *state) {
    if (self->all && self->asking.queries)
        argp_error(state, "--all streams many lines for one query: it does not go with --queries");
    if (self->all && self->has_place)
        argp_error(state, "--all gives occurrences in document order: it does not go with --offset or --order");
}

static error_t parse(int key, char *argument, struct argp_state *state) {
    struct search_command *self = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &self->asking;
        return 0;
    case 'n':
        self->options.limit = (uint32_t)option_number(state, "limit", argument, 0, UINT32_MAX);
        self->has_limit = true;
        return 0;
    case 'o':
        self->options.offset = option_number(state, "offset", argument, 0, UINT32_MAX);
        self->has_place = true;
        return 0;
    case 'r':
        self->options.order = parse_order(state, argument);
        self->has_place = true;
        return 0;
    case KEY_SNIPPET:
        self->options.snippet_symbols = (uint32_t)option_number(state, "snippet", argument, 0, SNIPPET_MOST);
        return 0;
    case KEY_MATCHES:
        self->options.match_limit = (uint32_t)option_number(state, "matches", argument, 0, UINT32_MAX);
        return 0;
    case KEY_ALL:
        self->all = true;
        return 0;
    case ARGP_KEY_ARG:
        asking_add_word(&self->asking, state, argument);
        return 0;
    case ARGP_KEY_END:
        asking_end(&self->asking, state, "QUERY");
        check_together(self, state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp argp = {
    .options =
        (const struct argp_option[]){
            {"limit", 'n', "N", 0, "at most N hits (10), with --all occurrences (no limit)", 0},
            {"offset", 'o', "N", 0, "pass over the first N hits", 0},
            {"order", 'r', "ORDER", 0, "relevance (as if not given), newest, oldest or id", 0},
            {"snippet", KEY_SNIPPET, "N", 0, "symbols of context on each side of the match (30); 0: none", 0},
            {"matches", KEY_MATCHES, "N", 0, "with --json: at most N byte ranges for each hit (100)", 0},
            {"all", KEY_ALL, NULL, 0, "every occurrence with its byte range, in document order, streamed", 0},
            {0},
        },
    .parser = parse,
    .args_doc = "QUERY",
    .doc =
        "Find documents, best first, each with the match in its context. Matches are marked by colour on a terminal, "
        "elsewhere by ** on both sides."
        "\v"
        "examples:\n"
        "  gramdex search --index corpus.gdx 产业链\n"
        "  gramdex search --index corpus.gdx --order newest '\"WTO 规则\" NOT date:..2017'\n"
        "  gramdex search --index corpus.gdx --all --json 近岸化 > occurrences.jsonl\n"
        "\n"
        "A QUERY that begins with - stands behind --, as in: gramdex search --index DIR -- '-关税 美国'. "
        "docs/query-language.md tells what a query may say.",
    .children = (const struct argp_child[]){{&asking_argp, 0, NULL, 0}, {0}},
};

static gdx_status answer_with_hits(struct backend *backend, const struct search_command *self, gdx_slice query,
                                   bool as_json, gdx_error *err) {
    GDX_AUTO(gdx_results) results = NULL;
    struct answer_info info;
    gdx_search_options options = self->options;
    if (!as_json)
        options.match_limit = 0;
    gdx_status status = backend->search(backend, query, &options, &results, &info, err);
    if (status != GDX_OK)
        return status;
    if (as_json)
        return json_line(hits_to_json(query, results, &info), err);
    hits_print(&self->style, results, &options, &info);
    return GDX_OK;
}

struct scan_printing {
    const struct search_command *command;
    uint64_t left; // before --limit is reached
    uint64_t count;
    bool as_json;
    gdx_status status;
    gdx_error *err;
};

static bool print_occurrence(void *context, const gdx_occurrence *occurrence) {
    struct scan_printing *printing = context;
    if (printing->left == 0)
        return false;
    printing->left--;
    printing->count++;
    if (printing->as_json)
        printing->status = json_line(occurrence_to_json(occurrence), printing->err);
    else
        occurrence_print(&printing->command->style, occurrence);
    return printing->status == GDX_OK && !output_is_closed();
}

static gdx_status answer_with_occurrences(struct backend *backend, const struct search_command *self, gdx_slice query,
                                          bool as_json, gdx_error *err) {
    struct answer_info info;
    struct scan_printing printing = {
        .command = self, .left = self->has_limit ? self->options.limit : UINT64_MAX, .as_json = as_json, .err = err};
    gdx_status status =
        backend->scan(backend, query, self->options.snippet_symbols, print_occurrence, &printing, &info, err);
    if (status == GDX_OK)
        status = printing.status;
    if (status == GDX_OK && !as_json && self->style.is_terminal) {
        char count[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
        printf("\n%s%s %s · %s%s\n", self->style.dim, format_count(printing.count, count),
               plural(printing.count, "occurrence", "occurrences"), format_duration(info.took_ns, took),
               self->style.plain);
    }
    return status;
}

static gdx_status answer(struct backend *backend, void *context, gdx_slice query, bool as_json, gdx_error *err) {
    const struct search_command *self = context;
    return self->all ? answer_with_occurrences(backend, self, query, as_json, err)
                     : answer_with_hits(backend, self, query, as_json, err);
}

int command_search(int argc, char **argv) {
    struct search_command self = {
        .options = {.limit = LIMIT_DEFAULT, .snippet_symbols = SNIPPET_DEFAULT, .match_limit = MATCHES_DEFAULT},
        .style = style_of(stdout)};
    if (!parse_options(&argp, argc, argv, &self))
        return EXIT_FAILED;
    return ask_all(argv[0], &self.asking, answer, &self);
}
