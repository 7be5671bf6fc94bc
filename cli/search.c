// SPDX-License-Identifier: Apache-2.0
// search.c: `gramdex search`: ranked hits with the match in its context, or with --all every occurrence.
// The service gives hits page by page; they are put together here, so that one answer is one line.

#include "asking.h"
#include "concordance.h"
#include "hits.h"
#include "report.h"
#include "terminal.h"

enum {
    LIMIT_DEFAULT = 10,
    SNIPPET_DEFAULT = 30,
    MATCHES_DEFAULT = 100,
    SNIPPET_MOST = 1000,
    MATCHES_MOST = 10000,
    OFFSET_MOST = 100000,
    PAGE_HITS_MOST = 1000,
    PAGE_LINES_MOST = 1000,
    PAGE_SYMBOLS_MOST = 400000, // of context, so that a reply stays far below what clients take
    SAMPLE_MOST = 1000000,
    KEYS_MOST = 16, // more than there are: what is left over is refused by name
    PAGE_MATCHES_MOST = 100000
};

struct search_command {
    struct asking asking;
    uint32_t limit, offset, snippet_symbols, match_limit;
    const char *sort; // keys of --all; NULL: in document order
    uint32_t sample;  // 0: none
    unsigned order;   // number in orders
    bool all;
    bool has_limit;
    bool has_snippet;
    bool has_place; // --offset or --order
    struct style style;
};

// Numbered from the first order on.
static const char *const orders[] = {"relevance", "newest", "oldest", "id", NULL};

static const struct option_table search_table = {
    NULL,
    (const struct option[]){
        NUMBER_ROW(struct search_command, limit, "limit", "N", 0, UINT32_MAX, "at most N hits (10)", .letter = 'n',
                   .more = "With --all: at most N occurrences (no limit).",
                   .given = OPTION_FIELD(struct search_command, has_limit)),
        NUMBER_ROW(struct search_command, offset, "offset", "N", 0, OFFSET_MOST, "skip the first N hits", .letter = 'o',
                   .given = OPTION_FIELD(struct search_command, has_place)),
        CHOICE_ROW(struct search_command, order, "order", "ORDER", orders, "order of the hits (relevance)",
                   .letter = 'r', .given = OPTION_FIELD(struct search_command, has_place)),
        NUMBER_ROW(struct search_command, snippet_symbols, "snippet", "N", 0, SNIPPET_MOST,
                   "symbols of context on each side (30); 0: none",
                   .given = OPTION_FIELD(struct search_command, has_snippet)),
        NUMBER_ROW(struct search_command, match_limit, "matches", "N", 0, MATCHES_MOST,
                   "with --json: at most N ranges for a hit (100)"),
        FLAG_ROW(struct search_command, all, "all", "every occurrence with its byte range",
                 .more = "In document order, printed as they are found; on a terminal aligned on the match."),
        TEXT_ROW(struct search_command, sort, "sort", "KEYS", "with --all: right left node date source id",
                 .more = "Sorts the lines by what stands beside the match, so that like uses stand together: right "
                         "from the match outwards, left likewise (the nearest symbol first), node the match itself. "
                         "Several keys are separated by commas: left,date."),
        NUMBER_ROW(struct search_command, sample, "sample", "N", 1, SAMPLE_MOST,
                   "with --sort: a sample of N occurrences",
                   .more = "The same ones each time. More than 1,000,000 occurrences are sorted by a sample alone."),
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
    if (self->all && self->has_limit && self->limit == 0)
        return gdx_fail(err, GDX_INVALID, "--all --limit 0 asks for nothing; leave --limit out for every occurrence");
    if (self->sort && !self->all)
        return gdx_fail(err, GDX_INVALID, "--sort puts every occurrence in order: give --all with it");
    if (self->sample && !self->sort)
        return gdx_fail(err, GDX_INVALID, "--sample takes some occurrences to sort: give --sort with it");
    return asking_check(self, err);
}

// ---- hits, page by page

struct paging {
    struct search_command *command;
    const struct asked *asked;
    Gramdex__V1__SearchRequest request;
    gdx_buffer token; // of the next page; empty: none
    uint32_t left;    // hits still wanted
    uint64_t printed;
    uint64_t took_us;
    bool has_noted;
    json_t *line;        // the answer so far
    struct table *table; // of an export, once there was an answer
};

// The hits of a further page go into the first page's answer.
static gdx_status add_page(struct paging *paging, const ProtobufCMessage *message, gdx_error *err) {
    json_t *page = json_of_answer("search", paging->asked->query, message);
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

static gdx_status export_page(struct paging *paging, const Gramdex__V1__SearchResponse *page, gdx_error *err) {
    const struct search_command *self = paging->command;
    if (!paging->table && !(paging->table = hits_table(&self->asking.output)))
        return gdx_fail_memory(err, "a table");
    for (size_t i = 0; i < page->n_hits; i++)
        hit_row(paging->table, page->hits[i], self->offset + ++paging->printed);
    return GDX_OK;
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
    if (paging->asked->as_json)
        return add_page(paging, message, err);
    if (!paging->has_noted) // each page has the same notes
        notes_print(page->answer);
    paging->has_noted = true;
    if (self->asking.output.form != OUTPUT_TEXT)
        return export_page(paging, page, err);
    for (size_t i = 0; i < page->n_hits; i++)
        hit_print(&self->style, page->hits[i], self->offset + ++paging->printed);
    if (is_last)
        totals_print(page, self->offset + 1, paging->printed ? self->offset + paging->printed : 0, paging->took_us);
    return GDX_OK;
}

// The end of the rows, if there were any; of those that broke off, why.
static gdx_status rows_close(const struct search_command *self, struct table *table, gdx_status status,
                             gdx_error *err) {
    if (!table)
        return status;
    gdx_status closed = table_close(table, err);
    status = status == GDX_OK ? closed : status;
    char why[GDX_ERROR_TEXT_BYTES];
    if (status != GDX_OK)
        table_break_off(&self->asking.output, gdx_error_text(err, why));
    return status;
}

static void init_request(struct paging *paging) {
    const struct search_command *self = paging->command;
    gramdex__v1__search_request__init(&paging->request);
    paging->request.query = to_wire(paging->asked->query);
    paging->request.order = GRAMDEX__V1__ORDER__ORDER_RELEVANCE + self->order;
    paging->request.offset = self->offset;
    paging->request.snippet_symbols = self->snippet_symbols;
    paging->request.no_snippet = self->snippet_symbols == 0;
    paging->request.match_limit = paging->asked->as_json ? self->match_limit : 0;
    paging->request.totals_only = self->limit == 0;
}

static uint32_t page_limit(const struct paging *paging) {
    uint32_t matches = paging->request.match_limit;
    uint32_t most = matches ? PAGE_MATCHES_MOST / matches : PAGE_HITS_MOST;
    most = most < PAGE_HITS_MOST ? most : PAGE_HITS_MOST;
    return paging->left < most ? paging->left : most;
}

static gdx_status answer_with_hits(const struct asked *asked, gdx_error *err) {
    struct search_command *self = asked->settings;
    struct paging paging = {.command = self, .asked = asked, .left = self->limit};
    gdx_buffer token = {0};
    gdx_status status;
    init_request(&paging);
    do {
        gdx_buffer used = paging.token; // the request's, while the next one is taken
        paging.token = token;
        token = used;
        paging.request.page_token = to_wire(gdx_buffer_slice(&token));
        paging.request.limit = page_limit(&paging);
        status = asked_take(asked, "Search", &paging.request.base, take_page, &paging, err);
        paging.request.offset = 0;
    } while (status == GDX_OK && paging.token.bytes && paging.left && !output_is_closed());
    gdx_buffer_clear(&token);
    gdx_buffer_clear(&paging.token);
    status = rows_close(self, paging.table, status, err);
    if (status == GDX_OK && paging.line)
        return json_line(paging.line, err);
    json_decref(paging.line);
    return status;
}

// ---- every occurrence

struct export {
    struct search_command *command;
    const struct asked *asked;
    struct concordance concordance; // used on a terminal
    struct table *table;            // of an export, once there was an answer
    uint64_t count;                 // bridged ones left aside
    uint64_t bridged;
    uint64_t commit, took_us;
    uint64_t sorted;  // with --sort: lines in order, on all pages
    uint64_t all;     // with --sort: occurrences that they were drawn from
    gdx_buffer token; // with --sort: of the next page; empty: none
    json_t *notes;    // NULL before the first message
};

static gdx_status print_occurrence(struct export *out, const Gramdex__V1__Occurrence *occurrence, gdx_error *err) {
    out->count += !occurrence->bridged;
    out->bridged += occurrence->bridged;
    if (out->asked->as_json)
        return json_answer("occurrence", (gdx_slice){0}, &occurrence->base, err);
    if (out->table)
        occurrence_row(out->table, occurrence);
    else if (out->command->style.is_terminal)
        concordance_print(&out->concordance, occurrence);
    else
        occurrence_print(&out->command->style, occurrence);
    return GDX_OK;
}

// Notes come with the first message.
static gdx_status take_notes(struct export *out, const Gramdex__V1__Answer *answer, gdx_error *err) {
    if (out->notes)
        return GDX_OK;
    out->notes = json_array();
    int failure = !out->notes;
    for (size_t i = 0; answer && i < answer->n_notes && !failure; i++)
        failure = json_array_append_new(out->notes, gdx_json_text(from_wire(answer->notes[i])));
    if (!out->asked->as_json)
        notes_print(answer);
    return failure ? gdx_fail_memory(err, "the notes") : GDX_OK;
}

static gdx_status print_occurrences(struct export *out, const Gramdex__V1__Answer *answer,
                                    Gramdex__V1__Occurrence **occurrences, size_t count, gdx_error *err) {
    const struct output *output = &out->command->asking.output;
    gdx_status status = take_notes(out, answer, err);
    if (status == GDX_OK && output->form != OUTPUT_TEXT && !out->table && !(out->table = occurrences_table(output)))
        status = gdx_fail_memory(err, "a table");
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        status = print_occurrence(out, occurrences[i], err);
        if (status == GDX_OK && output_is_closed())
            status = gdx_fail(err, GDX_IO, "standard output is closed");
    }
    out->commit = answer ? answer->commit : 0;
    return status;
}

static gdx_status take_occurrences(void *context, const ProtobufCMessage *message, gdx_error *err) {
    struct export *out = context;
    const Gramdex__V1__ScanResponse *reply = (const Gramdex__V1__ScanResponse *)message;
    out->took_us = reply->answer ? reply->answer->took_us : 0; // so far
    return print_occurrences(out, reply->answer, reply->occurrences, reply->n_occurrences, err);
}

// NULL: no memory.
static json_t *add_sorted(const struct export *out, json_t *line) {
    int failure = json_object_set_new(line, "sorted", json_integer((json_int_t)out->sorted));
    failure |= json_object_set_new(line, "sorted_of", json_integer((json_int_t)out->all));
    if (!failure)
        return line;
    json_decref(line);
    return NULL;
}

// Without this line an export is cut.
static gdx_status print_summary(const struct export *out, gdx_error *err) {
    const struct style *style = &out->command->style;
    if (out->asked->as_json) {
        json_t *line = json_pack("{s:s,s:o,s:I,s:{s:I,s:b,s:O?,s:I},s:I}", "type", "summary", "query",
                                 gdx_json_text(out->asked->query), "occurrences", (json_int_t)out->count, "answer",
                                 "commit", (json_int_t)out->commit, "complete", 1, "notes", out->notes, "took_us",
                                 (json_int_t)out->took_us, "bridged_occurrences", (json_int_t)out->bridged);
        return json_line(out->command->sort ? add_sorted(out, line) : line, err);
    }
    char count[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    if (!style->is_terminal || out->command->asking.output.form != OUTPUT_TEXT)
        return GDX_OK;
    printf("\n%s%s", style->dim, format_counted(out->count, "occurrence", "occurrences", count));
    bridged_print(out->bridged);
    if (out->command->sample)
        printf(" · sample of %s", format_count(out->all, count));
    printf(" · %s%s\n", format_duration(out->took_us * 1000, took), style->plain);
    return GDX_OK;
}

// A line of a wide terminal is filled, unless the context was asked for.
static uint32_t context_symbols(const struct search_command *self, bool as_json) {
    uint32_t symbols = self->snippet_symbols;
    if (!self->style.is_terminal || as_json || self->has_snippet || self->asking.output.form != OUTPUT_TEXT)
        return symbols;
    uint32_t filling = concordance_symbols(&self->style);
    filling = filling < SNIPPET_MOST ? filling : SNIPPET_MOST;
    return symbols < filling ? filling : symbols;
}

static gdx_status answer_with_occurrences(const struct asked *asked, gdx_error *err) {
    struct search_command *self = asked->settings;
    struct export out = {.command = self, .asked = asked};
    out.concordance = concordance_of(&self->style, self->snippet_symbols > 0);
    Gramdex__V1__ScanRequest request = GRAMDEX__V1__SCAN_REQUEST__INIT;
    request.query = to_wire(asked->query);
    request.context_symbols = context_symbols(self, asked->as_json);
    request.no_context = self->snippet_symbols == 0;
    request.limit = self->has_limit ? self->limit : 0;
    gdx_status status = asked_take(asked, "Scan", &request.base, take_occurrences, &out, err);
    status = rows_close(self, out.table, status, err);
    if (status == GDX_OK)
        status = print_summary(&out, err);
    json_decref(out.notes);
    return status;
}

// ---- every occurrence, sorted: page by page

static gdx_status take_lines(void *context, const ProtobufCMessage *message, gdx_error *err) {
    struct export *out = context;
    const Gramdex__V1__KwicResponse *reply = (const Gramdex__V1__KwicResponse *)message;
    out->took_us += reply->answer ? reply->answer->took_us : 0;
    out->sorted = reply->sorted;
    out->all = reply->occurrences + reply->bridged_occurrences;
    out->token.bytes = 0;
    if (reply->n_lines > 0 && // else there would be no end
        gdx_buffer_append(&out->token, reply->next_page_token.data, reply->next_page_token.len) != GDX_OK)
        return gdx_fail_memory(err, "the page token");
    return print_occurrences(out, reply->answer, reply->lines, reply->n_lines, err);
}

static gdx_status ask_lines(struct export *out, Gramdex__V1__KwicRequest *request, gdx_error *err) {
    struct search_command *self = out->command;
    uint64_t most = self->has_limit ? self->limit : UINT64_MAX;
    uint32_t page = PAGE_SYMBOLS_MOST / (2 * request->context_symbols + 1);
    page = page < PAGE_LINES_MOST ? page : PAGE_LINES_MOST;
    gdx_buffer token = {0};
    gdx_status status;
    do {
        gdx_buffer asked = out->token; // the request's, while the next one is taken
        out->token = token;
        token = asked;
        uint64_t left = most - out->count - out->bridged;
        request->page_token = to_wire(gdx_buffer_slice(&token));
        request->limit = left < page ? (uint32_t)left : page;
        status = asked_take(out->asked, "Kwic", &request->base, take_lines, out, err);
    } while (status == GDX_OK && out->token.bytes && out->count + out->bridged < most);
    gdx_buffer_clear(&token);
    gdx_buffer_clear(&out->token);
    return status;
}

static gdx_status answer_with_lines(const struct asked *asked, gdx_error *err) {
    struct search_command *self = asked->settings;
    struct export out = {.command = self, .asked = asked};
    out.concordance = concordance_of(&self->style, self->snippet_symbols > 0);
    Gramdex__V1__KwicRequest request = GRAMDEX__V1__KWIC_REQUEST__INIT;
    ProtobufCBinaryData keys[KEYS_MOST];
    request.query = to_wire(asked->query);
    request.sort = keys;
    request.n_sort = list_to_wire(self->sort, keys, KEYS_MOST);
    request.sample = self->sample;
    request.context_symbols = context_symbols(self, asked->as_json);
    request.no_context = self->snippet_symbols == 0;
    gdx_status status = ask_lines(&out, &request, err);
    status = rows_close(self, out.table, status, err);
    if (status == GDX_OK)
        status = print_summary(&out, err);
    json_decref(out.notes);
    return status;
}

static gdx_status answer(const struct asked *asked, gdx_error *err) {
    const struct search_command *self = asked->settings;
    if (self->sort)
        return answer_with_lines(asked, err);
    return self->all ? answer_with_occurrences(asked, err) : answer_with_hits(asked, err);
}

static int run(const struct command *command, void *settings) {
    struct search_command *self = settings;
    self->style = style_of(stdout);
    return ask_all(command, self);
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
                                      "gramdex search --index corpus.gdx --all --format csv 近岸化 > occurrences.csv",
                                      "gramdex search --index corpus.gdx --all --sort right,date 产业链",
                                      "gramdex search --index corpus.gdx -- '-关税 美国'", NULL},
    .notes = "A QUERY that starts with - goes after --. `gramdex help query` says what a query may be.",
    .groups = {{&search_table, 0}, ASKING_GROUPS(struct search_command, asking), {0}},
    .explained_in = "Concordance",
    ASKING_MEMBERS(struct search_command, asking),
    .defaults = &(const struct search_command){.limit = LIMIT_DEFAULT,
                                               .snippet_symbols = SNIPPET_DEFAULT,
                                               .match_limit = MATCHES_DEFAULT},
    .check = check,
    .answer = answer,
    .run = run,
};
