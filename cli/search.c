// SPDX-License-Identifier: Apache-2.0
// search.c: `gramdex search`: ranked hits with the match in its context, or with --all every occurrence.
// The service gives hits page by page; they are put together here, so that one answer is one line.

#include "asking.h"
#include "command.h"
#include "hits.h"
#include "report.h"
#include "terminal.h"

enum { KEY_SNIPPET = KEY_OWN, KEY_MATCHES, KEY_ALL };
enum {
    LIMIT_DEFAULT = 10,
    SNIPPET_DEFAULT = 30,
    MATCHES_DEFAULT = 100,
    SNIPPET_MOST = 1000,
    MATCHES_MOST = 10000,
    OFFSET_MOST = 100000,
    PAGE_HITS_MOST = 1000,
    PAGE_MATCHES_MOST = 100000
};

struct search_command {
    struct asking asking;
    uint32_t limit, offset, snippet_symbols, match_limit;
    Gramdex__V1__Order order;
    bool all;
    bool has_limit;
    bool has_place; // --offset or --order
    struct style style;
};

static Gramdex__V1__Order parse_order(struct argp_state *state, const char *text) {
    static const char *const names[] = {
        [GRAMDEX__V1__ORDER__ORDER_RELEVANCE] = "relevance",
        [GRAMDEX__V1__ORDER__ORDER_NEWEST] = "newest",
        [GRAMDEX__V1__ORDER__ORDER_OLDEST] = "oldest",
        [GRAMDEX__V1__ORDER__ORDER_ID] = "id",
    };
    for (unsigned i = 1; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(text, names[i]) == 0)
            return (Gramdex__V1__Order)i;
    argp_error(state, "--order %s: expected relevance, newest, oldest or id", text);
    return GRAMDEX__V1__ORDER__ORDER_RELEVANCE;
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
        self->limit = (uint32_t)option_number(state, "limit", argument, 0, UINT32_MAX);
        self->has_limit = true;
        return 0;
    case 'o':
        self->offset = (uint32_t)option_number(state, "offset", argument, 0, OFFSET_MOST);
        self->has_place = true;
        return 0;
    case 'r':
        self->order = parse_order(state, argument);
        self->has_place = true;
        return 0;
    case KEY_SNIPPET:
        self->snippet_symbols = (uint32_t)option_number(state, "snippet", argument, 0, SNIPPET_MOST);
        return 0;
    case KEY_MATCHES:
        self->match_limit = (uint32_t)option_number(state, "matches", argument, 0, MATCHES_MOST);
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

// ---- hits, page by page

struct paging {
    const struct search_command *command;
    gdx_slice query;
    Gramdex__V1__SearchRequest request;
    gdx_buffer token; // of the next page; empty: none
    uint32_t left;    // hits still wanted
    uint64_t printed;
    uint64_t took_us;
    bool as_json;
    json_t *line; // the answer so far
};

// The hits of a further page go into the first page's answer.
static gdx_status add_page(struct paging *paging, const ProtobufCMessage *message, gdx_error *err) {
    json_t *page = json_of_answer("search", paging->query, message);
    if (!page)
        return gdx_fail_memory(err, "the answer");
    if (!paging->line) {
        paging->line = page;
        return GDX_OK;
    }
    int failure = json_array_extend(json_object_get(paging->line, "hits"), json_object_get(page, "hits"));
    failure |= json_object_set(paging->line, "next_page_token", json_object_get(page, "next_page_token"));
    failure |= json_object_set(paging->line, "answer", json_object_get(page, "answer"));
    json_decref(page);
    return failure ? gdx_fail_memory(err, "the answer") : GDX_OK;
}

static gdx_status take_page(void *context, const ProtobufCMessage *message, gdx_error *err) {
    struct paging *paging = context;
    const Gramdex__V1__SearchResponse *page = (const Gramdex__V1__SearchResponse *)message;
    const struct search_command *self = paging->command;
    paging->took_us += page->answer ? page->answer->took_us : 0;
    paging->left -= page->n_hits < paging->left ? (uint32_t)page->n_hits : paging->left;
    paging->token.bytes = 0;
    if (page->n_hits > 0 && // else there would be no end
        gdx_buffer_append(&paging->token, page->next_page_token.data, page->next_page_token.len) != GDX_OK)
        return gdx_fail_memory(err, "the page token");
    bool is_last = paging->token.bytes == 0 || paging->left == 0;
    if (paging->as_json)
        return add_page(paging, message, err);
    for (size_t i = 0; i < page->n_hits; i++)
        hit_print(&self->style, page->hits[i], self->offset + ++paging->printed);
    if (is_last)
        totals_print(page, self->offset + 1, paging->printed ? self->offset + paging->printed : 0, paging->took_us);
    return GDX_OK;
}

static void init_request(struct paging *paging) {
    const struct search_command *self = paging->command;
    gramdex__v1__search_request__init(&paging->request);
    paging->request.query = to_wire(paging->query);
    paging->request.order = self->order;
    paging->request.offset = self->offset;
    paging->request.snippet_symbols = self->snippet_symbols;
    paging->request.no_snippet = self->snippet_symbols == 0;
    paging->request.match_limit = paging->as_json ? self->match_limit : 0;
    paging->request.totals_only = self->limit == 0;
}

static uint32_t page_limit(const struct paging *paging) {
    uint32_t matches = paging->request.match_limit;
    uint32_t most = matches ? PAGE_MATCHES_MOST / matches : PAGE_HITS_MOST;
    most = most < PAGE_HITS_MOST ? most : PAGE_HITS_MOST;
    return paging->left < most ? paging->left : most;
}

static gdx_status answer_with_hits(gdx_target *target, const struct search_command *self, gdx_slice query, bool as_json,
                                   gdx_error *err) {
    struct paging paging = {.command = self, .query = query, .left = self->limit, .as_json = as_json};
    gdx_buffer token = {0};
    gdx_status status;
    init_request(&paging);
    do {
        gdx_buffer asked = paging.token; // the request's, while the next one is taken
        paging.token = token;
        token = asked;
        paging.request.page_token = to_wire(gdx_buffer_slice(&token));
        paging.request.limit = page_limit(&paging);
        status = gdx_ask(target, SEARCH_OPERATION("Search"), &paging.request.base, take_page, &paging, err);
        paging.request.offset = 0;
    } while (status == GDX_OK && paging.token.bytes && paging.left && !output_is_closed());
    gdx_buffer_clear(&token);
    gdx_buffer_clear(&paging.token);
    if (status == GDX_OK && paging.line)
        return json_line(paging.line, err);
    json_decref(paging.line);
    return status;
}

// ---- every occurrence

struct export {
    const struct search_command *command;
    gdx_slice query;
    uint64_t count;
    bool as_json;
    uint64_t commit, took_us;
};

static gdx_status print_occurrence(struct export *out, const Gramdex__V1__Occurrence *occurrence, gdx_error *err) {
    out->count++;
    if (out->as_json)
        return json_answer("occurrence", (gdx_slice){0}, &occurrence->base, err);
    occurrence_print(&out->command->style, occurrence);
    return GDX_OK;
}

static gdx_status take_occurrences(void *context, const ProtobufCMessage *message, gdx_error *err) {
    struct export *out = context;
    const Gramdex__V1__ScanResponse *reply = (const Gramdex__V1__ScanResponse *)message;
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < reply->n_occurrences && status == GDX_OK; i++) {
        status = print_occurrence(out, reply->occurrences[i], err);
        if (status == GDX_OK && output_is_closed())
            status = gdx_fail(err, GDX_IO, "standard output is closed");
    }
    out->commit = reply->answer ? reply->answer->commit : 0;
    out->took_us = reply->answer ? reply->answer->took_us : 0;
    return status;
}

// Without this line an export is cut.
static gdx_status print_summary(const struct export *out, gdx_error *err) {
    const struct style *style = &out->command->style;
    if (out->as_json)
        return json_line(json_pack("{s:s,s:o,s:I,s:{s:I,s:b,s:[],s:I}}", "type", "summary", "query",
                                   gdx_json_text(out->query), "occurrences", (json_int_t)out->count, "answer", "commit",
                                   (json_int_t)out->commit, "complete", 1, "notes", "took_us",
                                   (json_int_t)out->took_us),
                         err);
    char count[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    if (style->is_terminal)
        printf("\n%s%s %s · %s%s\n", style->dim, format_count(out->count, count),
               plural(out->count, "occurrence", "occurrences"), format_duration(out->took_us * 1000, took),
               style->plain);
    return GDX_OK;
}

static gdx_status answer_with_occurrences(gdx_target *target, const struct search_command *self, gdx_slice query,
                                          bool as_json, gdx_error *err) {
    struct export out = {.command = self, .query = query, .as_json = as_json};
    Gramdex__V1__ScanRequest request = GRAMDEX__V1__SCAN_REQUEST__INIT;
    if (self->has_limit && self->limit == 0)
        return print_summary(&out, err);
    request.query = to_wire(query);
    request.context_symbols = self->snippet_symbols;
    request.no_context = self->snippet_symbols == 0;
    request.limit = self->has_limit ? self->limit : 0;
    gdx_status status = gdx_ask(target, SEARCH_OPERATION("Scan"), &request.base, take_occurrences, &out, err);
    return status == GDX_OK ? print_summary(&out, err) : status;
}

static gdx_status answer(gdx_target *target, void *context, gdx_slice query, bool as_json, gdx_error *err) {
    const struct search_command *self = context;
    return self->all ? answer_with_occurrences(target, self, query, as_json, err)
                     : answer_with_hits(target, self, query, as_json, err);
}

int command_search(int argc, char **argv) {
    struct search_command self = {.limit = LIMIT_DEFAULT,
                                  .snippet_symbols = SNIPPET_DEFAULT,
                                  .match_limit = MATCHES_DEFAULT,
                                  .order = GRAMDEX__V1__ORDER__ORDER_RELEVANCE,
                                  .style = style_of(stdout)};
    if (!parse_options(&argp, argc, argv, &self))
        return EXIT_FAILED;
    return ask_all(argv[0], &self.asking, answer, &self);
}
