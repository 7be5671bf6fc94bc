// SPDX-License-Identifier: Apache-2.0
// subcorpus.c: which documents, then their letters. Relies on subcorpus.h.

#include "subcorpus.h"

#include <stdlib.h>

struct chosen {
    size_t segment;
    uint32_t document;
    gdx_date date;
};

struct choice { // in the order of the snapshot
    struct chosen *documents;
    size_t count, capacity;
};

static gdx_status choose(void *context, const gdx_tallied *document, gdx_error *err) {
    struct choice *choice = context;
    if (!document->matches)
        return GDX_OK;
    if (gdx_grow(&choice->documents, &choice->capacity, choice->count + 1, sizeof *choice->documents) != GDX_OK)
        return gdx_fail_memory(err, "the documents");
    choice->documents[choice->count++] = (struct chosen){document->segment, document->document, document->date};
    return GDX_OK;
}

static bool comes_before(const struct chosen *a, const struct chosen *b) {
    return a->segment != b->segment ? a->segment < b->segment : a->document < b->document;
}

// Takes the documents of `a` out of `b`; returns how many there were.
static size_t take_out(const struct choice *a, struct choice *b) {
    size_t kept = 0, in_a = 0, at = 0;
    for (size_t i = 0; i < b->count; i++) {
        while (at < a->count && comes_before(&a->documents[at], &b->documents[i]))
            at++;
        bool is_in_a = at < a->count && !comes_before(&b->documents[i], &a->documents[at]);
        in_a += is_in_a;
        if (!is_in_a)
            b->documents[kept++] = b->documents[i];
    }
    b->count = kept;
    return in_a;
}

static gdx_status choose_both(const struct subcorpus *subcorpus, struct choice *a, struct choice *b, gdx_error *err) {
    gdx_status status =
        gdx_tally(subcorpus->searcher, subcorpus->snapshot, subcorpus->a, subcorpus->stop, choose, a, err);
    if (status == GDX_OK && a->count == 0 && subcorpus->b)
        return gdx_fail_field(err, "a", GDX_REASON_OUT_OF_RANGE, "no document matches it");
    if (status != GDX_OK || !subcorpus->b)
        return status;
    status = gdx_tally(subcorpus->searcher, subcorpus->snapshot, subcorpus->b, subcorpus->stop, choose, b, err);
    if (status != GDX_OK)
        return status;
    size_t in_both = take_out(a, b);
    if (in_both > 0 && !subcorpus->b_is_rest)
        return gdx_fail_field(err, "b", GDX_REASON_OUT_OF_RANGE, "%zu of its documents are in a, expected none",
                              in_both);
    return b->count ? GDX_OK : gdx_fail_field(err, "b", GDX_REASON_OUT_OF_RANGE, "no document matches it");
}

static gdx_status read_documents(struct row_builder *builder, const struct choice *choice, const gdx_stop *stop,
                                 gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < choice->count && status == GDX_OK; i++) {
        const struct chosen *document = &choice->documents[i];
        status = i % 64 == 0 ? gdx_stop_check(stop, err) : GDX_OK;
        if (status == GDX_OK)
            status = row_add(builder, document->segment, document->document, document->date, err);
    }
    return status;
}

static gdx_status read_both(const struct subcorpus *subcorpus, const struct choice *a, const struct choice *b,
                            struct row *out, gdx_error *err) {
    GDX_AUTO(row_builder)
    builder = row_builder_new(subcorpus->snapshot, subcorpus->unit, SUBCORPUS_SYMBOLS_MOST, out);
    if (!builder)
        return gdx_fail_memory(err, "the documents");
    gdx_status status = read_documents(builder, a, subcorpus->stop, err);
    row_split(builder);
    if (status == GDX_OK)
        status = read_documents(builder, b, subcorpus->stop, err);
    return status == GDX_OK ? row_close(builder, subcorpus->stop, err) : status;
}

gdx_status subcorpus_read(const struct subcorpus *subcorpus, struct row *out, gdx_error *err) {
    struct choice a = {0}, b = {0};
    *out = (struct row){0};
    gdx_status status = choose_both(subcorpus, &a, &b, err);
    if (status == GDX_OK)
        status = read_both(subcorpus, &a, &b, out, err);
    free(a.documents);
    free(b.documents);
    return status;
}
