// SPDX-License-Identifier: Apache-2.0
// quote.c: `gramdex quote`: whether the quotations of a text stand in the documents, and where.

#include "asking.h"
#include "hits.h"
#include "report.h"

enum { TEXT_BYTES_MOST = 1 << 20, MARK_BYTES = 3, INDENT = 16 };

struct quote_command {
    struct once once;
    struct command_arguments file;
    const char *id;
    gdx_slice text; // of the file
};

static const struct option_table quote_table = {
    NULL,
    (const struct option[]){
        TEXT_ROW(struct quote_command, id, "in", "ID", "the document that they are said to be from",
                 .more = "A quotation that another document has is then marked as such."),
        {0},
    },
};

// As in JSON.
static const char *verdict_name(Gramdex__V1__Verdict verdict) {
    switch (verdict) {
    case GRAMDEX__V1__VERDICT__VERDICT_EXACT:
        return "exact";
    case GRAMDEX__V1__VERDICT__VERDICT_FOLDED:
        return "folded";
    case GRAMDEX__V1__VERDICT__VERDICT_OTHER_DOCUMENT:
        return "other_document";
    case GRAMDEX__V1__VERDICT__VERDICT_STITCHED:
        return "stitched";
    case GRAMDEX__V1__VERDICT__VERDICT_ABSENT:
        return "absent";
    default:
        return "";
    }
}

// ---- for people

static void print_place(const struct style *style, const Gramdex__V1__QuotedPlace *place) {
    printf("%*s%s", INDENT, "", style->dim);
    print_clean(stdout, from_wire(place->id));
    if (place->date.len) {
        fputs(" · ", stdout);
        print_clean(stdout, from_wire(place->date));
    }
    if (place->match) {
        fputs(" · ", stdout);
        field_print(place->match->field, place->match->part);
        printf(" %llu-%llu", (unsigned long long)place->match->begin, (unsigned long long)place->match->end);
    }
    if (place->match && place->match->place.len) {
        fputs(" · ", stdout);
        print_clean(stdout, from_wire(place->match->place));
    }
    fputs(style->plain, stdout);
    if (place->text.len) {
        printf("\n%*s", INDENT, "");
        print_clean(stdout, from_wire(place->text));
    }
    putchar('\n');
}

static void print_quotation(const struct style *style, const Gramdex__V1__Quotation *quotation, gdx_slice text) {
    bool is_elsewhere = quotation->verdict == GRAMDEX__V1__VERDICT__VERDICT_OTHER_DOCUMENT;
    printf("%s%-*s%s", style->bold, INDENT, is_elsewhere ? "other document" : verdict_name(quotation->verdict),
           style->plain);
    print_clean(stdout, from_wire(quotation->text));
    putchar('\n');
    if (quotation->place)
        print_place(style, quotation->place);
    for (size_t i = 0; i < quotation->n_pieces; i++) {
        const Gramdex__V1__QuotedPiece *piece = quotation->pieces[i];
        if (piece->begin > piece->end || piece->end > text.bytes)
            continue; // a server may say anything
        printf("%*s%s", INDENT, "", style->bold);
        print_clean(stdout, (gdx_slice){text.data + piece->begin, (size_t)(piece->end - piece->begin)});
        printf("%s\n", style->plain);
        if (piece->place)
            print_place(style, piece->place);
    }
    if (quotation->pieces_found > quotation->n_pieces)
        printf("%*s… and %zu more pieces\n", INDENT, "", quotation->pieces_found - quotation->n_pieces);
}

static void print_count(uint64_t count, const char *what, bool *is_first) {
    char text[NUMBER_TEXT_BYTES];
    if (count)
        printf("%s%s %s", *is_first ? "" : " · ", format_count(count, text), what);
    *is_first = *is_first && !count;
}

static void print_counts(const Gramdex__V1__QuoteResponse *reply) {
    char text[NUMBER_TEXT_BYTES];
    bool is_first = true;
    if (reply->n_quotations)
        putchar('\n');
    print_count(reply->exact, "exact", &is_first);
    print_count(reply->folded, "folded", &is_first);
    print_count(reply->other_document, "in another document", &is_first);
    print_count(reply->stitched, "stitched", &is_first);
    print_count(reply->absent, "absent", &is_first);
    print_count(reply->passed_over, "of fewer than 2 letters passed over", &is_first);
    print_count(reply->unclosed, "not closed", &is_first);
    printf("%s%s\n", is_first ? "0 quotations · " : " · ", format_took(reply->answer, text));
}

// ---- for programs

// Pieces have rows of their own, below that of their quotation and numbered from 1.
static const struct table_column columns[] = {
    {"verdict", TABLE_TEXT, 0},      {"piece", TABLE_NUMBER, 0},     {"begin", TABLE_NUMBER, 0},
    {"end", TABLE_NUMBER, 0},        {"symbols", TABLE_NUMBER, 0},   {"text", TABLE_TEXT, 0},
    {"id", TABLE_TEXT, 0},           {"date", TABLE_TEXT, 0},        {"source", TABLE_TEXT, 0},
    {"field", TABLE_TEXT, 0},        {"part", TABLE_NUMBER, 0},      {"source_begin", TABLE_NUMBER, 0},
    {"source_end", TABLE_NUMBER, 0}, {"source_text", TABLE_TEXT, 0},
};

static void add_place(struct table *table, const Gramdex__V1__QuotedPlace *place) {
    static const Gramdex__V1__QuotedPlace nowhere = GRAMDEX__V1__QUOTED_PLACE__INIT;
    const Gramdex__V1__Match *match = place ? place->match : NULL;
    place = place ? place : &nowhere;
    table_text(table, from_wire(place->id));
    table_text(table, from_wire(place->date));
    table_text(table, from_wire(place->source));
    table_text(table, gdx_slice_of(match ? field_name(match->field) : ""));
    table_count(table, match ? match->part : 0);
    table_count(table, match ? match->begin : 0);
    table_count(table, match ? match->end : 0);
    table_text(table, from_wire(place->text));
}

static void add_rows(struct table *table, const Gramdex__V1__Quotation *quotation, gdx_slice text) {
    const char *verdict = verdict_name(quotation->verdict);
    table_text(table, gdx_slice_of(verdict));
    table_count(table, 0);
    table_count(table, quotation->begin);
    table_count(table, quotation->end);
    table_count(table, quotation->symbols);
    table_text(table, from_wire(quotation->text));
    add_place(table, quotation->place);
    for (size_t i = 0; i < quotation->n_pieces; i++) {
        const Gramdex__V1__QuotedPiece *piece = quotation->pieces[i];
        bool is_sound = piece->begin <= piece->end && piece->end <= text.bytes;
        table_text(table, gdx_slice_of(verdict));
        table_count(table, i + 1);
        table_count(table, piece->begin);
        table_count(table, piece->end);
        table_count(table, piece->symbols);
        table_text(table, is_sound ? (gdx_slice){text.data + piece->begin, (size_t)(piece->end - piece->begin)}
                                   : gdx_slice_of(""));
        add_place(table, piece->place);
    }
}

// ---- the command

static gdx_status print(const struct asked *asked, const ProtobufCMessage *message, gdx_error *err) {
    const struct quote_command *self = asked->settings;
    const struct output *output = &self->once.output;
    const Gramdex__V1__QuoteResponse *reply = (const Gramdex__V1__QuoteResponse *)message;
    const struct style style = style_of(stdout);
    if (output->form == OUTPUT_TEXT) {
        for (size_t i = 0; i < reply->n_quotations; i++)
            print_quotation(&style, reply->quotations[i], self->text);
        print_counts(reply);
        return GDX_OK;
    }
    struct table *table = table_open(columns, sizeof columns / sizeof *columns, output);
    for (size_t i = 0; i < reply->n_quotations; i++)
        add_rows(table, reply->quotations[i], self->text);
    return table_close(table, err);
}

// The file's text, a byte order mark of UTF-8 apart. A server checks UTF-8, too, but it does not know the file's name.
static gdx_status read_text(const char *path, gdx_buffer *to, gdx_slice *out, gdx_error *err) {
    gdx_status status =
        gdx_read_file(strcmp(path, "-") == 0 ? "/dev/stdin" : path, TEXT_BYTES_MOST + MARK_BYTES, to, err);
    gdx_slice text = gdx_buffer_slice(to);
    if (status == GDX_OK && !gdx_utf8_valid(text))
        status = gdx_fail_at(err, GDX_INVALID, path, "it is not UTF-8; save it as UTF-8");
    if (text.bytes >= MARK_BYTES && memcmp(text.data, "\xef\xbb\xbf", MARK_BYTES) == 0)
        text = (gdx_slice){text.data + MARK_BYTES, text.bytes - MARK_BYTES};
    *out = text;
    return status;
}

static int run(const struct command *command, void *settings) {
    struct quote_command *self = settings;
    Gramdex__V1__QuoteRequest request = GRAMDEX__V1__QUOTE_REQUEST__INIT;
    gdx_buffer content = {0};
    gdx_error err = {0};
    int exit_status;
    if (read_text(self->file.items[0], &content, &self->text, &err) == GDX_OK) {
        request.text = to_wire(self->text);
        request.id = option_to_wire(self->id);
        exit_status = ask_once(command, settings, (gdx_slice){0}, "Quote", &request.base, print);
    } else {
        exit_status = report_failure(command->title, &err, (gdx_slice){0}, self->once.target.json);
    }
    gdx_buffer_clear(&content);
    return exit_status;
}

const struct command command_quote = {
    .title = "gramdex quote",
    .summary = "whether a text's quotations stand in the documents",
    .arguments = "FILE",
    .description =
        "Check the quotations of a text, those between “ ”, ‘ ’, 「 」, 『 』 or \" \"; of a text without any, the whole. "
        "Each is exact (a document has its very words), folded (widths, case, script variants or marks differ), in "
        "another document than the one that --in names, stitched (pieces of 8 symbols or more that do stand somewhere "
        "cover nine tenths of it) or absent. FILE is UTF-8 of at most 1 MiB; - is standard input.",
    .examples = (const char *const[]){"gramdex quote --index corpus.gdx draft.txt",
                                      "gramdex quote --index corpus.gdx --in law/2024/7 --format csv -", NULL},
    .explained_in = "Quotations",
    .notes = "An exact quotation is not yet a fair one: read what stands around it (`gramdex search`, `gramdex get`).",
    .groups = {{&quote_table, 0}, ONCE_GROUPS(struct quote_command, once), {0}},
    .arguments_least = 1,
    .arguments_most = 1,
    .arguments_field = OPTION_FIELD(struct quote_command, file),
    .settings_bytes = sizeof(struct quote_command),
    .check = once_check,
    .run = run,
};
