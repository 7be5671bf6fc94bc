// SPDX-License-Identifier: Apache-2.0
// facets.c: `gramdex facets`: documents and occurrences by source and by period.

#include "asking.h"
#include "report.h"

struct facets_command {
    struct asking asking;
    const char *by;
    uint32_t limit;
};

static const struct option_table facets_table = {
    NULL,
    (const struct option[]){
        TEXT_ROW(struct facets_command, by, "by", "GROUPS", "source, year, month, ..., meta.KEY", .letter = 'b',
                 .more = "Several are separated by commas; each gives a table. Without it: source,year. meta.KEY is "
                         "what documents have under a key of their metadata: of a key that `gramdex index --facet` "
                         "declares it is fast."),
        LIMIT_ROW(struct facets_command, limit, 10000, "rows of each, at most 10000 (100)"),
        {0},
    },
};

static const struct table_column text_columns[] = {
    {"value", TABLE_TEXT, 0}, {"documents", TABLE_NUMBER, 0},   {"share", TABLE_BAR, 1},
    {"of", TABLE_NUMBER, 3},  {"occurrences", TABLE_NUMBER, 2}, {"per_million", TABLE_NUMBER, 4},
};
static const struct table_column export_columns[] = {
    {"by", TABLE_TEXT, 0},
    {"value", TABLE_TEXT, 0},
    {"documents", TABLE_NUMBER, 0},
    {"occurrences", TABLE_NUMBER, 0},
    {"of_documents", TABLE_NUMBER, 0},
    {"of_symbols", TABLE_NUMBER, 0},
    {"per_million", TABLE_NUMBER, 0},
};

static gdx_slice shown_value(const Gramdex__V1__Facet *facet, const Gramdex__V1__FacetRow *row) {
    if (row->value.len)
        return from_wire(row->value);
    gdx_slice by = from_wire(facet->by);
    bool is_key = by.bytes > 5 && memcmp(by.data, "meta.", 5) == 0;
    return gdx_slice_of(is_key ? "no value" : gdx_slice_equal(by, gdx_slice_of("source")) ? "no source" : "no date");
}

static gdx_status print_facet(const struct output *output, const Gramdex__V1__Facet *facet, gdx_error *err) {
    struct table_column columns[sizeof text_columns / sizeof *text_columns];
    char name[80]; // meta. and a key
    memcpy(columns, text_columns, sizeof columns);
    snprintf(name, sizeof name, "%.*s", GDX_SLICE_ARGUMENTS(from_wire(facet->by)));
    columns[0].name = name;
    struct table *table = table_open(columns, sizeof columns / sizeof *columns, output);
    for (size_t i = 0; i < facet->n_rows; i++) {
        const Gramdex__V1__FacetRow *row = facet->rows[i];
        table_text(table, shown_value(facet, row));
        table_count(table, row->documents);
        table_count(table, row->of_documents);
        table_count(table, row->occurrences);
        table_real(table, row->per_million, 1);
    }
    gdx_status status = table_close(table, err);
    if (facet->values > facet->n_rows)
        printf("… and %llu more; --limit shows them\n", (unsigned long long)(facet->values - facet->n_rows));
    putchar('\n');
    return status;
}

static gdx_status export_facets(const struct output *output, const Gramdex__V1__FacetsResponse *reply, gdx_error *err) {
    struct table *table = table_open(export_columns, sizeof export_columns / sizeof *export_columns, output);
    for (size_t f = 0; f < reply->n_facets; f++)
        for (size_t i = 0; i < reply->facets[f]->n_rows; i++) {
            const Gramdex__V1__FacetRow *row = reply->facets[f]->rows[i];
            table_text(table, from_wire(reply->facets[f]->by));
            table_text(table, from_wire(row->value));
            table_count(table, row->documents);
            table_count(table, row->occurrences);
            table_count(table, row->of_documents);
            table_count(table, row->of_symbols);
            table_real(table, row->per_million, 1);
        }
    return table_close(table, err);
}

static gdx_status print(const struct asked *asked, const ProtobufCMessage *message, gdx_error *err) {
    const struct facets_command *self = asked->settings;
    const struct output *output = &self->asking.output;
    const Gramdex__V1__FacetsResponse *reply = (const Gramdex__V1__FacetsResponse *)message;
    if (output->form != OUTPUT_TEXT)
        return export_facets(output, reply, err);
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < reply->n_facets && status == GDX_OK; i++)
        status = print_facet(output, reply->facets[i], err);
    char documents[NUMBER_TEXT_BYTES], occurrences[NUMBER_TEXT_BYTES], took[NUMBER_TEXT_BYTES];
    printf("%s, %s · %s\n", format_counted(reply->documents, "document", "documents", documents),
           format_counted(reply->occurrences, "occurrence", "occurrences", occurrences),
           format_took(reply->answer, took));
    return status;
}

enum { GROUPS_MOST = 32 }; // more than there are: what is left over is refused by name

static gdx_status answer(const struct asked *asked, gdx_error *err) {
    const struct facets_command *self = asked->settings;
    Gramdex__V1__FacetsRequest request = GRAMDEX__V1__FACETS_REQUEST__INIT;
    ProtobufCBinaryData by[GROUPS_MOST];
    request.query = to_wire(asked->query);
    request.by = by;
    request.n_by = list_to_wire(self->by, by, GROUPS_MOST);
    request.limit = self->limit;
    return asked_print(asked, "Facets", &request.base, print, err);
}

const struct command command_facets = {
    .title = "gramdex facets",
    .summary = "which sources, periods and metadata have it",
    .arguments = "QUERY",
    .description =
        "Group the documents that match by source, by period and by keys of their metadata: how many there are, of how many that the "
        "query's filters leave, and how often the query's phrases occur in a million of their symbols.",
    .examples = (const char *const[]){"gramdex facets --index corpus.gdx 友岸外包",
                                      "gramdex facets --index corpus.gdx --by source,quarter '关税 date:2023..'",
                                      "gramdex facets --index corpus.gdx --by meta.language,meta.author 关税",
                                      "gramdex facets --index corpus.gdx --format csv 关税 > facets.csv", NULL},
    .explained_in = "Facets",
    .groups = {{&facets_table, 0}, ASKING_GROUPS(struct facets_command, asking), {0}},
    ASKING_MEMBERS(struct facets_command, asking),
    .check = asking_check,
    .answer = answer,
    .run = ask_all,
};
