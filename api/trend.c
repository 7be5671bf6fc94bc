// SPDX-License-Identifier: Apache-2.0
// trend.c: Search.Trend: how many documents and occurrences in each period, of one query or several side by side.

#include "gather.h"

enum { QUERIES_MOST = 10 };

struct asked {
    size_t count; // of queries
    ProtobufCBinaryData texts[QUERIES_MOST];
    gdx_query *queries[QUERIES_MOST];
    gdx_trend *trends[QUERIES_MOST];
    gdx_trend_options options;
};

// ---- the request

static gdx_status read_period(Gramdex__V1__Period by, gdx_group *out, gdx_error *err) {
    static const gdx_group groups[] = {
        [GRAMDEX__V1__PERIOD__PERIOD_UNSPECIFIED] = GDX_BY_YEAR, [GRAMDEX__V1__PERIOD__PERIOD_YEAR] = GDX_BY_YEAR,
        [GRAMDEX__V1__PERIOD__PERIOD_MONTH] = GDX_BY_MONTH,      [GRAMDEX__V1__PERIOD__PERIOD_DAY] = GDX_BY_DAY,
        [GRAMDEX__V1__PERIOD__PERIOD_QUARTER] = GDX_BY_QUARTER,  [GRAMDEX__V1__PERIOD__PERIOD_WEEK] = GDX_BY_WEEK};
    if ((unsigned)by >= sizeof groups / sizeof *groups)
        return gdx_fail_field(err, "by", GDX_REASON_OUT_OF_RANGE, "%d, expected one of Period", (int)by);
    *out = groups[by];
    return GDX_OK;
}

static gdx_status read_options(const Gramdex__V1__TrendRequest *request, gdx_trend_options *out, gdx_error *err) {
    gdx_status status = read_period(request->by, &out->by, err);
    if (status == GDX_OK)
        status = request_date("date_from", request->date_from, &out->from, err);
    if (status == GDX_OK)
        status = request_date("date_to", request->date_to, &out->to, err);
    bool has_both = out->from != GDX_NO_DATE && out->to != GDX_NO_DATE;
    if (status == GDX_OK && has_both && gdx_date_first_day(out->from) > gdx_date_last_day(out->to))
        return gdx_fail_field(err, "date_to", GDX_REASON_OUT_OF_RANGE, "it is before date_from, expected a later date");
    out->split_by_source = request->split_by_source;
    return status;
}

static gdx_status read_queries(gdx_collection *collection, const Gramdex__V1__TrendRequest *request,
                               struct asked *asked, gdx_error *err) {
    if (request->n_compare >= QUERIES_MOST)
        return gdx_fail_field(err, "compare", GDX_REASON_OUT_OF_RANGE, "%zu queries, expected at most %d",
                              request->n_compare, QUERIES_MOST - 1);
    asked->texts[asked->count++] = request->query;
    for (size_t i = 0; i < request->n_compare; i++)
        asked->texts[asked->count++] = request->compare[i];
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < asked->count && status == GDX_OK; i++)
        status = request_query(collection, asked->texts[i], request->scope, &asked->queries[i], err);
    return status;
}

// ---- the reply

static Gramdex__V1__TrendRow **copy_rows(gdx_arena *arena, const gdx_trend_series *series, gdx_group by,
                                         gdx_status *status) {
    Gramdex__V1__TrendRow **list = NULL;
    Gramdex__V1__TrendRow *rows = reply_list(arena, series->row_count, sizeof *rows, &list);
    if (!rows)
        *status = GDX_NO_MEMORY;
    for (size_t i = 0; i < series->row_count && *status == GDX_OK; i++) {
        const gdx_trend_row *from = &series->rows[i];
        gramdex__v1__trend_row__init(&rows[i]);
        rows[i].period = reply_period(arena, from->period, by, status);
        rows[i].documents = from->documents;
        rows[i].occurrences = from->occurrences;
        rows[i].of_documents = from->of_documents;
        rows[i].of_symbols = from->of_symbols;
        rows[i].per_million = from->per_million;
        rows[i].share_low = from->share.low;
        rows[i].share_high = from->share.high;
    }
    return list;
}

static void add_series(gdx_arena *arena, const struct asked *asked, size_t query, const gdx_trend_series *from,
                       bool by_source, Gramdex__V1__TrendSeries *to, gdx_status *status) {
    gramdex__v1__trend_series__init(to);
    to->query = asked->texts[query];
    to->source = data_of(from->source);
    to->by_source = by_source;
    to->rows = copy_rows(arena, from, asked->options.by, status);
    to->n_rows = from->row_count;
    to->documents = from->totals.documents;
    to->occurrences = from->totals.occurrences;
}

static gdx_status fill_series(gdx_arena *arena, const struct asked *asked, Gramdex__V1__TrendResponse *reply) {
    size_t count = asked->count - 1;
    for (size_t i = 0; i < asked->count; i++)
        count += asked->trends[i]->source_count;
    Gramdex__V1__TrendSeries *series = reply_list(arena, count, sizeof *series, &reply->series);
    gdx_status status = series ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < asked->count && status == GDX_OK; i++) {
        const gdx_trend *trend = asked->trends[i];
        if (i > 0)
            add_series(arena, asked, i, &trend->all, false, &series[reply->n_series++], &status);
        for (size_t s = 0; s < trend->source_count && status == GDX_OK; s++)
            add_series(arena, asked, i, &trend->sources[s], true, &series[reply->n_series++], &status);
    }
    return status;
}

static gdx_status reply_with(gdx_question *question, const struct asked *asked, Gramdex__V1__Answer *answer,
                             gdx_error *err) {
    Gramdex__V1__TrendResponse reply = GRAMDEX__V1__TREND_RESPONSE__INIT;
    gdx_arena *arena = question->session->arena;
    const gdx_trend_series *all = &asked->trends[0]->all;
    gdx_status status = GDX_OK;
    reply.rows = copy_rows(arena, all, asked->options.by, &status);
    reply.n_rows = all->row_count;
    reply.documents = all->totals.documents;
    reply.occurrences = all->totals.occurrences;
    reply.answer = answer;
    if (status == GDX_OK)
        status = fill_series(arena, asked, &reply);
    return status == GDX_OK ? question->reply(question->context, &reply.base, err) : reply_no_memory(err);
}

// ---- the whole

static gdx_status compute(gdx_question *question, struct asked *asked, gdx_snapshot *snapshot, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < asked->count && status == GDX_OK; i++) {
        gdx_trend_free(GDX_TAKE(asked->trends[i])); // of an attempt that is made again
        status = gdx_trend_compute(question->session->searcher, snapshot, asked->queries[i], &asked->options,
                                   &question->stop, &asked->trends[i], err);
    }
    return status;
}

// Beside the query every document is put down to its period.
static bool declines(gdx_question *question, const struct view *view) {
    enum { DOCUMENT_NS = 5 };
    uint64_t documents = 0;
    for (size_t i = 0; i < gdx_snapshot_segment_count(view->snapshot); i++)
        documents += gdx_segment_info_of(gdx_snapshot_segment(view->snapshot, i)->segment)->document_count;
    return effort_declines(question, documents * DOCUMENT_NS);
}

static gdx_status answer_asked(gdx_question *question, const Gramdex__V1__Scope *scope, struct asked *asked,
                               gdx_error *err) {
    Gramdex__V1__Answer answer;
    struct view view = {0};
    gdx_status status = view_open(question, scope, &view, err);
    if (status != GDX_OK || declines(question, &view)) {
        view_close(&view);
        return status;
    }
    do
        status = compute(question, asked, view.snapshot, err);
    while (view_answer(question, &view, asked->queries, asked->count, &answer, &status, err));
    return status == GDX_OK ? reply_with(question, asked, &answer, err) : status;
}

static gdx_status run(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    const Gramdex__V1__TrendRequest *request = (const Gramdex__V1__TrendRequest *)message;
    struct asked asked = {0};
    gdx_status status = read_queries(question->collection, request, &asked, err);
    if (status == GDX_OK)
        status = read_options(request, &asked.options, err);
    asked.options.with_absent = question->leaf != NULL;
    if (status == GDX_OK)
        status = answer_asked(question, request->scope, &asked, err);
    for (size_t i = 0; i < asked.count; i++) {
        gdx_query_free(asked.queries[i]);
        gdx_trend_free(asked.trends[i]);
    }
    return status;
}

// ---- at a root

// Rows are joined by query and name: the period; of a series by source the source, a zero and the period. A row without
// a period is last of its series, so its name has a byte that no text has.
static const char NO_PERIOD[] = "\xff";

static gdx_status row_name(gdx_arena *arena, const Gramdex__V1__TrendSeries *series, ProtobufCBinaryData period,
                           ProtobufCBinaryData *out) {
    gdx_slice last = period.len ? slice_of(period) : gdx_slice_of(NO_PERIOD);
    if (!series) {
        *out = data_of(last);
        return GDX_OK;
    }
    char *name = gdx_arena_allocate(arena, series->source.len + 1 + last.bytes);
    if (!name)
        return GDX_NO_MEMORY;
    if (series->source.len)
        memcpy(name, series->source.data, series->source.len);
    name[series->source.len] = '\0';
    memcpy(name + series->source.len + 1, last.data, last.bytes);
    *out = data_of((gdx_slice){name, series->source.len + 1 + last.bytes});
    return GDX_OK;
}

static bool is_period(ProtobufCBinaryData text) {
    for (size_t i = 0; i < text.len; i++)
        if (!strchr("0123456789-QW", text.data[i]) || !text.data[i])
            return false;
    return text.len < GDX_PERIOD_TEXT_BYTES;
}

static gdx_status check_rows(Gramdex__V1__TrendRow *const *rows, size_t count, uint64_t documents, uint64_t occurrences,
                             gdx_error *err) {
    uint64_t documents_sum = 0, occurrences_sum = 0;
    bool is_fine = true;
    for (size_t i = 0; i < count && is_fine; i++)
        is_fine = is_period(rows[i]->period) && gather_is_sum(documents_sum, rows[i]->documents, &documents_sum) &&
                  gather_is_sum(occurrences_sum, rows[i]->occurrences, &occurrences_sum);
    if (is_fine && documents_sum == documents && occurrences_sum == occurrences)
        return GDX_OK;
    return gdx_fail(err, GDX_CORRUPT, "rows of a series that do not add up");
}

// As many series as there are queries: the numbers of queries are counted from them.
static gdx_status check(const struct slice_reply *slice, gdx_error *err) {
    const Gramdex__V1__TrendRequest *request = (const Gramdex__V1__TrendRequest *)slice->request;
    const Gramdex__V1__TrendResponse *reply = slice->reply;
    size_t others = 0;
    gdx_status status = check_rows(reply->rows, reply->n_rows, reply->documents, reply->occurrences, err);
    for (size_t i = 0; i < reply->n_series && status == GDX_OK; i++) {
        const Gramdex__V1__TrendSeries *series = reply->series[i];
        others += !series->by_source;
        status = check_rows(series->rows, series->n_rows, series->documents, series->occurrences, err);
    }
    if (status == GDX_OK && (others != request->n_compare || others >= QUERIES_MOST))
        status = gdx_fail(err, GDX_CORRUPT, "series of %zu queries, expected %zu", 1 + others, 1 + request->n_compare);
    return status;
}

struct adding { // the rows of one slice
    gdx_arena *arena;
    struct gather_rows *to;
    uint32_t slice;
};

static gdx_status add_rows(const struct adding *adding, size_t query, const Gramdex__V1__TrendSeries *series,
                           Gramdex__V1__TrendRow *const *rows, size_t count) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < count && status == GDX_OK; i++) {
        const Gramdex__V1__TrendRow *row = rows[i];
        struct gather_row joined = {.group = 2 * query + (series != NULL),
                                    .slice = adding->slice,
                                    .documents = row->documents,
                                    .occurrences = row->occurrences,
                                    .of_documents = row->of_documents,
                                    .of_symbols = row->of_symbols};
        status = row_name(adding->arena, series, row->period, &joined.name);
        if (status == GDX_OK)
            status = gather_rows_add(adding->arena, adding->to, joined);
    }
    return status;
}

// Each query's series come after it, and those of the first have no series before them.
static gdx_status add_slice(const struct adding *adding, const Gramdex__V1__TrendResponse *slice) {
    gdx_status status = add_rows(adding, 0, NULL, slice->rows, slice->n_rows);
    size_t query = 0;
    for (size_t i = 0; i < slice->n_series && status == GDX_OK; i++) {
        const Gramdex__V1__TrendSeries *series = slice->series[i];
        query += !series->by_source;
        status = add_rows(adding, query, series->by_source ? series : NULL, series->rows, series->n_rows);
    }
    return status;
}

static gdx_slice source_of(const struct gather_row *row) {
    gdx_slice name = slice_of(row->name);
    const char *end = row->group % 2 ? memrchr(name.data, '\0', name.bytes) : name.data;
    return (gdx_slice){name.data, (size_t)(end - name.data)};
}

static ProtobufCBinaryData period_of(const struct gather_row *row) {
    gdx_slice name = slice_of(row->name), source = source_of(row);
    size_t passed = row->group % 2 ? source.bytes + 1 : 0;
    gdx_slice period = {name.data + passed, name.bytes - passed};
    return data_of(gdx_slice_equal(period, gdx_slice_of(NO_PERIOD)) ? (gdx_slice){"", 0} : period);
}

// How many rows from this one on are of its series.
static size_t length_of(const struct gather_row *rows, size_t count) {
    size_t length = 1;
    while (length < count && rows[length].group == rows[0].group &&
           gdx_slice_equal(source_of(&rows[length]), source_of(&rows[0])))
        length++;
    return length;
}

// A series as one index has it: from the first match on, unless the request says from when.
static gdx_status fill_merged(gdx_arena *arena, const struct asked *asked, const struct gather_row *from, size_t count,
                              Gramdex__V1__TrendSeries *out) {
    gramdex__v1__trend_series__init(out);
    Gramdex__V1__TrendRow *all = reply_list(arena, count, sizeof *all, &out->rows);
    if (!all)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        ProtobufCBinaryData period = period_of(&from[i]);
        bool is_early = asked->options.from == GDX_NO_DATE && out->n_rows == 0 && from[i].documents == 0;
        if (is_early && period.len)
            continue;
        Gramdex__V1__TrendRow *row = &all[out->n_rows++];
        gdx_interval share = gdx_interval_of(from[i].documents, from[i].of_documents);
        gramdex__v1__trend_row__init(row);
        row->period = period;
        row->documents = from[i].documents;
        row->occurrences = from[i].occurrences;
        row->of_documents = from[i].of_documents;
        row->of_symbols = from[i].of_symbols;
        row->per_million = gdx_per_million(from[i].occurrences, from[i].of_symbols);
        row->share_low = share.low;
        row->share_high = share.high;
        out->documents += from[i].documents;
        out->occurrences += from[i].occurrences;
    }
    out->query = asked->texts[from[0].group / 2];
    out->source = data_of(source_of(&from[0]));
    out->by_source = from[0].group % 2;
    return GDX_OK;
}

static void add_empty(const struct asked *asked, size_t query, Gramdex__V1__TrendSeries *series,
                      Gramdex__V1__TrendResponse *reply) {
    Gramdex__V1__TrendSeries *empty = &series[reply->n_series++];
    gramdex__v1__trend_series__init(empty);
    empty->query = asked->texts[query];
}

static gdx_status fill_all(gdx_arena *arena, const struct asked *asked, const struct gather_rows *rows,
                           Gramdex__V1__TrendResponse *reply) {
    Gramdex__V1__TrendSeries *series = reply_list(arena, rows->count + asked->count, sizeof *series, &reply->series);
    gdx_status status = series ? GDX_OK : GDX_NO_MEMORY;
    size_t query = 0; // the last whose own series has its place
    for (size_t at = 0; at < rows->count && status == GDX_OK;) {
        size_t group = rows->rows[at].group;
        while (query < group / 2) // one without rows has a series all the same
            if (++query < group / 2 || group % 2)
                add_empty(asked, query, series, reply);
        size_t length = length_of(rows->rows + at, rows->count - at);
        Gramdex__V1__TrendSeries *one = &series[reply->n_series];
        status = fill_merged(arena, asked, rows->rows + at, length, one);
        if (rows->rows[at].group == 0 && status == GDX_OK) {
            reply->rows = one->rows;
            reply->n_rows = one->n_rows;
            reply->documents = one->documents;
            reply->occurrences = one->occurrences;
        } else if (!one->by_source || one->documents > 0) {
            reply->n_series++;
        }
        at += length;
    }
    while (status == GDX_OK && ++query < asked->count)
        add_empty(asked, query, series, reply);
    return status;
}

static gdx_status read_asked(const Gramdex__V1__TrendRequest *request, struct asked *asked, gdx_error *err) {
    asked->texts[asked->count++] = request->query;
    for (size_t i = 0; i < request->n_compare; i++)
        asked->texts[asked->count++] = request->compare[i];
    return read_options(request, &asked->options, err);
}

static gdx_status merge(gdx_question *question, const ProtobufCMessage *message, gdx_error *err) {
    Gramdex__V1__TrendResponse reply = GRAMDEX__V1__TREND_RESPONSE__INIT;
    gdx_arena *arena = question->session->arena;
    struct asked asked = {0};
    struct gathered gathered;
    struct gather_rows rows = {0};
    gdx_status status = gather_all(question, message, &gathered, err); // which checks the request
    if (status == GDX_OK)
        status = read_asked((const Gramdex__V1__TrendRequest *)message, &asked, err);
    for (uint32_t i = 0; i < gathered.pin.slices && status == GDX_OK; i++) {
        const struct adding adding = {arena, &rows, i};
        if (gather_reply(&gathered, i) && add_slice(&adding, gather_reply(&gathered, i)) != GDX_OK)
            status = reply_no_memory(err);
    }
    if (status == GDX_OK)
        status = gather_rows_join(&rows, false, err);
    if (status == GDX_OK && fill_all(arena, &asked, &rows, &reply) != GDX_OK)
        status = reply_no_memory(err);
    if (status == GDX_OK)
        status = gather_give(&gathered, &reply.base, &reply.answer, err);
    gather_close(&gathered);
    return status;
}

const gdx_operation trend_operation = {.name = "Trend",
                                       .service = &gramdex__v1__search__descriptor,
                                       .effort = GDX_EFFORT_SHORT,
                                       .run = run,
                                       .merge = merge,
                                       .check = check};
