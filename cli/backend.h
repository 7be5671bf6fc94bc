// SPDX-License-Identifier: Apache-2.0
// backend.h: what answers search, count, trend, get and stat: an index opened in this process, or (another file with
// the same functions) a server. Commands know only this table. Relies on gdx/base.h, gdx/document.h, gdx/query.h.
// Queries travel as text; results are the query module's.
#ifndef GRAMDEX_BACKEND_H
#define GRAMDEX_BACKEND_H

#include "options.h"

#include "gdx/base.h"
#include "gdx/document.h"
#include "gdx/query.h"
#include "gdx/segment.h"

// Of every answer.
struct answer_info {
    uint64_t commit;  // it was taken from
    uint64_t took_ns; // where it was computed
    bool is_complete; // false: a limit or deadline cut the work short
};

struct index_figures {
    uint64_t documents;         // live
    uint64_t deleted_documents; // still in the segments
    uint64_t segments;
    uint64_t symbols;    // of live documents
    uint64_t terms;      // added up over segments
    uint64_t words;      // likewise
    uint64_t text_bytes; // of titles and texts stored
    uint64_t bytes;      // of all files
    gdx_segment_part parts[GDX_SEGMENT_PARTS_MAX + 1];
    size_t part_count; // largest first; the last is what lies outside the segments
};

// Runs for each occurrence; false stops the scan.
typedef bool occurrence_visitor(void *context, const gdx_occurrence *occurrence);

struct backend {
    gdx_status (*search)(struct backend *backend, gdx_slice query, const gdx_search_options *options, gdx_results **out,
                         struct answer_info *info, gdx_error *err);
    gdx_status (*count)(struct backend *backend, gdx_slice query, gdx_totals *out, struct answer_info *info,
                        gdx_error *err);
    gdx_status (*trend)(struct backend *backend, gdx_slice query, gdx_period period, gdx_trend **out,
                        struct answer_info *info, gdx_error *err);
    gdx_status (*scan)(struct backend *backend, gdx_slice query, uint32_t context_symbols, occurrence_visitor *visit,
                       void *context, struct answer_info *info, gdx_error *err);
    // GDX_NOT_FOUND: no such document. Slices are the backend's until its next call.
    gdx_status (*get)(struct backend *backend, gdx_slice id, gdx_document *out, struct answer_info *info,
                      gdx_error *err);
    gdx_status (*stat)(struct backend *backend, struct index_figures *out, struct answer_info *info, gdx_error *err);
    void (*close)(struct backend *backend);
};

// The one that the options ask for. Free with backend_close.
gdx_status backend_open(const struct target *target, struct backend **out, gdx_error *err) GDX_MUST_CHECK;
static inline void backend_close(struct backend *backend) {
    backend->close(backend);
}

// A server, reached at once. GDX_UNAVAILABLE: nobody answers there.
gdx_status backend_open_server(const struct target *target, struct backend **out, gdx_error *err) GDX_MUST_CHECK;

// An index in this process, at the commit that is the last one now.
gdx_status backend_open_index(const char *directory, struct backend **out, gdx_error *err) GDX_MUST_CHECK;

#endif
