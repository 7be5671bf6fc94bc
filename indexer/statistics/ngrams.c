// SPDX-License-Identifier: Apache-2.0
// ngrams.c: the most frequent strings of some documents. Relies on strings.h and subcorpus.h.

#include "strings.h"
#include "subcorpus.h"

#include <stdlib.h>

static bool keeps(const void *context, const struct row *row, const uint32_t *places,
                  const struct string_found *string) {
    const gdx_ngrams_options *options = context;
    return (options->with_digits || !string_has_digits(row, places, string->length)) &&
           (options->with_parts || string_is_complete(row, places, string));
}

// Strings are kept in the order of their letters, so that `first` orders equals.
static int most_first(const void *a, const void *b) {
    const struct string_found *left = a, *right = b;
    if (left->counts.in_a != right->counts.in_a)
        return left->counts.in_a < right->counts.in_a ? 1 : -1;
    if (left->counts.units_a != right->counts.units_a)
        return left->counts.units_a < right->counts.units_a ? 1 : -1;
    if (left->first != right->first)
        return left->first < right->first ? -1 : 1;
    return left->length < right->length ? -1 : left->length > right->length;
}

void gdx_ngrams_free(gdx_ngrams *ngrams) {
    if (ngrams)
        gdx_arena_free(ngrams->arena);
    free(ngrams);
}

static gdx_ngrams *new_ngrams(void) {
    gdx_ngrams *out = calloc(1, sizeof *out);
    if (!out)
        return NULL;
    out->arena = gdx_arena_new();
    if (!out->arena)
        gdx_ngrams_free(GDX_TAKE(out));
    return out;
}

static gdx_status write_row(const struct row *row, size_t at, const struct string_found *string, gdx_buffer *text,
                            gdx_arena *arena, gdx_ngram_row *out) {
    text->bytes = 0;
    out->occurrences = string->counts.in_a;
    out->documents = string->counts.units_a;
    gdx_status status = row_spell(row, at, string->length, text);
    return status == GDX_OK ? gdx_arena_copy(arena, gdx_buffer_slice(text), &out->phrase) : status;
}

static gdx_status write_rows(const struct row *row, const struct string_table *strings, size_t limit, gdx_ngrams *out,
                             gdx_error *err) {
    size_t count = 0;
    const struct string_found *kept = strings_kept(strings, &count);
    struct string_found *sorted = malloc((count + 1) * sizeof *sorted);
    gdx_buffer text = {0};
    gdx_status status = sorted ? GDX_OK : GDX_NO_MEMORY;
    if (sorted && count) {
        memcpy(sorted, kept, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, most_first);
    }
    count = count < limit ? count : limit;
    out->rows = gdx_arena_allocate(out->arena, (count + 1) * sizeof *out->rows);
    if (!out->rows)
        status = GDX_NO_MEMORY;
    for (; out->row_count < count && status == GDX_OK; out->row_count++) {
        const struct string_found *string = &sorted[out->row_count];
        status = write_row(row, strings_places(strings)[string->first], string, &text, out->arena,
                           &out->rows[out->row_count]);
    }
    gdx_buffer_clear(&text);
    free(sorted);
    return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "an answer");
}

static gdx_status compute(const struct subcorpus *subcorpus, const gdx_ngrams_options *options, struct row *row,
                          gdx_ngrams *out, gdx_error *err) {
    GDX_AUTO(string_table) strings = NULL;
    const struct strings_options wanted = {.shortest = options->shortest,
                                           .longest = options->longest,
                                           .units_least = options->documents_least,
                                           .keeps = keeps,
                                           .context = options,
                                           .executor = options->executor,
                                           .stop = subcorpus->stop};
    gdx_status status = subcorpus_read(subcorpus, row, err);
    if (status == GDX_OK)
        status = strings_make(row, &wanted, &strings, err);
    if (status == GDX_OK)
        status = write_rows(row, strings, options->limit, out, err);
    out->documents = row->document_count;
    out->letters = row->letter_count;
    return status;
}

gdx_status gdx_ngrams_compute(gdx_searcher *searcher, gdx_snapshot *snapshot, const gdx_query *query,
                              const gdx_ngrams_options *options, const gdx_stop *stop, gdx_ngrams **out,
                              gdx_error *err) {
    const struct subcorpus subcorpus = {.searcher = searcher,
                                        .snapshot = snapshot,
                                        .a = query,
                                        .unit = ROW_DOCUMENTS,
                                        .stop = stop,
                                        .executor = options->executor};
    struct row row = {0};
    GDX_AUTO(gdx_ngrams) made = new_ngrams();
    gdx_status status = made ? compute(&subcorpus, options, &row, made, err) : gdx_fail_memory(err, "an answer");
    row_clear(&row);
    if (status == GDX_OK) {
        made->commit = gdx_snapshot_commit(snapshot);
        *out = GDX_TAKE(made);
    }
    return status;
}
