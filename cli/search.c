// SPDX-License-Identifier: Apache-2.0
// search.c: `gramdex search`: ranked hits with the match in its context, or with --all every occurrence.
// Relies on backend.h for answers. People get wrapped, marked text; programs one line of JSON an answer, or an
// occurrence.

#include "asking.h"
#include "command.h"
#include "hits.h"
#include "report.h"
#include "terminal.h"

enum { LIMIT_DEFAULT = 10, SNIPPET_DEFAULT = 30, MATCHES_DEFAULT = 100, SNIPPET_MOST = 10000 };

struct search_command {
    struct asking asking;
    gdx_search_options options;
    bool all;
    bool has_limit;
    bool has_place; // --offset or --order
    struct style style;
};

static const char *const orders[] = {
    [GDX_ORDER_RELEVANCE] = "relevance",
    [GDX_ORDER_NEWEST] = "newest",
    [GDX_ORDER_OLDEST] = "oldest",
    [GDX_ORDER_ID] = "id",
    NULL,
};

static const struct option_table search_table = {
    NULL,
    (const struct option[]){
        {.name = "limit",
         .letter = 'n',
         .argument = "N",
         .help = "at most N hits (10)",
         .more = "With --all: at most N occurrences (no limit).",
         .kind = OPTION_NUMBER,
         .most = UINT32_MAX,
         .field = OPTION_FIELD(struct search_command, options.limit),
         .given = OPTION_FIELD(struct search_command, has_limit)},
        {.name = "offset",
         .letter = 'o',
         .argument = "N",
         .help = "skip the first N hits",
         .kind = OPTION_NUMBER,
         .most = UINT32_MAX,
         .field = OPTION_FIELD(struct search_command, options.offset),
         .given = OPTION_FIELD(struct search_command, has_place)},
        {.name = "order",
         .letter = 'r',
         .argument = "ORDER",
         .help = "order of the hits (relevance)",
         .kind = OPTION_CHOICE,
         .choices = orders,
         .field = OPTION_FIELD(struct search_command, options.order),
         .given = OPTION_FIELD(struct search_command, has_place)},
        {.name = "snippet",
         .argument = "N",
         .help = "symbols of context on each side (30); 0: none",
         .kind = OPTION_NUMBER,
         .most = SNIPPET_MOST,
         .field = OPTION_FIELD(struct search_command, options.snippet_symbols)},
        {.name = "matches",
         .argument = "N",
         .help = "with --json: at most N ranges for a hit (100)",
         .kind = OPTION_NUMBER,
         .most = UINT32_MAX,
         .field = OPTION_FIELD(struct search_command, options.match_limit)},
        {.name = "all",
         .help = "every occurrence with its byte range",
         .more = "In document order, printed as they are found.",
         .kind = OPTION_FLAG,
         .field = OPTION_FIELD(struct search_command, all)},
        {0},
    },
};

static gdx_status check(void *settings, gdx_error *err) {
    struct search_command *self = settings;
    if (self->all && self->asking.queries)
        return gdx_fail(err, GDX_INVALID, "--all streams many lines for one query: it does not go with --queries");
    if (self->all && self->has_place)
        return gdx_fail(err, GDX_INVALID,
                        "--all gives occurrences in document order: it does not go with --offset or --order");
    return asking_check(&self->asking, "QUERY", err);
}

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

static int run(const struct command *command, void *settings) {
    struct search_command *self = settings;
    self->style = style_of(stdout);
    return ask_all(command->title, &self->asking, answer, self);
}

const struct command command_search = {
    .title = "gramdex search",
    .summary = "ranked hits, each with the match in its context",
    .arguments = "QUERY",
    .description = "Find documents, best first, each with the match in its context. Matches are marked by colour on a "
                   "terminal, elsewhere by ** on both sides.",
    .examples = (const char *const[]){"gramdex search --index corpus.gdx 产业链",
                                      "gramdex search --index corpus.gdx --order newest '\"WTO 规则\" NOT date:..2017'",
                                      "gramdex search --index corpus.gdx --all --json 近岸化 > occurrences.jsonl",
                                      "gramdex search --index corpus.gdx -- '-关税 美国'", NULL},
    .notes = "A QUERY that starts with - goes after --. docs/query-language.md describes what a query may say.",
    .groups = {{&search_table, 0}, ASKING_GROUPS(struct search_command, asking), {0}},
    .arguments_most = SIZE_MAX,
    .arguments_field = OPTION_FIELD(struct search_command, asking.arguments),
    .settings_bytes = sizeof(struct search_command),
    .defaults =
        &(const struct search_command){
            .options = {.limit = LIMIT_DEFAULT, .snippet_symbols = SNIPPET_DEFAULT, .match_limit = MATCHES_DEFAULT}},
    .check = check,
    .run = run,
};
