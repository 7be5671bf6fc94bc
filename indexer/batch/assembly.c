// SPDX-License-Identifier: Apache-2.0
// assembly.c: see assembly.h. What was read ahead waits in a ring, by its distance to the slab whose turn it is.

#include "assembly.h"

#include "stop.h"

#include <assert.h>
#include <stdlib.h>

enum { IDLE_MOST = 64 };
#define WAIT_NS ((uint64_t)100 * 1000 * 1000) // between two looks whether to stop

struct assembly {
    struct spans *spans;
    struct assembly_limits limits;
    const atomic_bool *failed;
    const gdx_stop *stop;
    uv_mutex_t mutex; // guards all below
    uv_cond_t turned;
    uint32_t turn;        // the slab that is placed next
    uint64_t end;         // the slab after the last; UINT64_MAX: not known
    struct kept_run *run; // open: its last document may not be in yet
    struct kept_run *closed;
    struct kept_run **last_closed; // where the next one goes
    uint64_t next_place;           // of a run in its span
    struct kept_pool *pool;
    struct kept *idle;
    size_t idle_count;
    struct kept *waiting[]; // of slab turn + i at (turn + i) % slabs_ahead; read to its end
};

struct assembly *assembly_new(struct spans *spans, struct assembly_limits limits, const atomic_bool *failed,
                              const gdx_stop *stop) {
    struct assembly *assembly = calloc(1, sizeof *assembly + limits.slabs_ahead * sizeof(struct kept *));
    struct kept_pool *pool = kept_pool_new();
    bool has_mutex = assembly && pool && uv_mutex_init(&assembly->mutex) == 0;
    if (!has_mutex || uv_cond_init(&assembly->turned) != 0) {
        if (has_mutex)
            uv_mutex_destroy(&assembly->mutex);
        kept_pool_free(pool);
        free(assembly);
        return NULL;
    }
    assembly->end = UINT64_MAX;
    assembly->last_closed = &assembly->closed;
    assembly->spans = spans;
    assembly->pool = pool;
    assembly->limits = limits;
    assembly->failed = failed;
    assembly->stop = stop;
    return assembly;
}

static void let_go(struct assembly *assembly, struct kept *kept) {
    assert(kept->holders > 0);
    if (--kept->holders > 0)
        return;
    if (assembly->idle_count == IDLE_MOST) {
        kept_free(kept);
        return;
    }
    kept_reset(kept);
    kept->next = assembly->idle;
    assembly->idle = kept;
    assembly->idle_count++;
}

static void free_run(struct assembly *assembly, struct kept_run *run) {
    for (size_t i = 0; i < run->piece_count; i++)
        let_go(assembly, run->pieces[i].kept);
    free(run->pieces);
    free(run);
}

void assembly_free(struct assembly *assembly) {
    if (!assembly)
        return;
    assert(!assembly->closed);
    if (assembly->run)
        free_run(assembly, assembly->run);
    for (size_t i = 0; i < assembly->limits.slabs_ahead; i++)
        kept_free(assembly->waiting[i]);
    while (assembly->idle) {
        struct kept *kept = assembly->idle;
        assembly->idle = kept->next;
        kept_free(kept);
    }
    kept_pool_free(assembly->pool);
    uv_cond_destroy(&assembly->turned);
    uv_mutex_destroy(&assembly->mutex);
    free(assembly);
}

static gdx_status no_memory(gdx_error *err) {
    return gdx_fail(err, GDX_NO_MEMORY, "no memory for documents");
}

static struct kept *take_kept(struct assembly *assembly) {
    struct kept *kept = assembly->idle;
    if (kept) {
        assembly->idle = kept->next;
        assembly->idle_count--;
    } else {
        kept = kept_new(assembly->pool);
    }
    if (kept)
        kept->holders = 1;
    return kept;
}

// ---- placing, under the mutex

static void close_run(struct assembly *assembly, bool ends_span) {
    struct kept_run *run = assembly->run;
    if (ends_span) {
        run->is_whole = run->place == 0;
        spans_close(assembly->spans, run->span);
    }
    *assembly->last_closed = run;
    assembly->last_closed = &run->next;
    assembly->run = NULL;
}

static gdx_status begin_run(struct assembly *assembly, struct span *span) {
    struct kept_run *run = calloc(1, sizeof *run);
    if (!run)
        return GDX_NO_MEMORY;
    if (span)
        spans_begin_run(assembly->spans, span);
    else if ((span = spans_begin(assembly->spans)) != NULL)
        assembly->next_place = 0;
    run->span = span;
    run->place = assembly->next_place++;
    if (!span) {
        free(run);
        return GDX_NO_MEMORY;
    }
    assembly->run = run;
    return GDX_OK;
}

static gdx_status place(struct assembly *assembly, struct kept *kept, size_t document) {
    uint64_t bytes = gdx_document_text_bytes(&kept->documents[document].document);
    bool ends_span = spans_place(assembly->spans, bytes);
    struct kept_run *run = assembly->run;
    gdx_status status = GDX_OK;
    if (run && (ends_span || run->bytes >= assembly->limits.run_bytes)) {
        struct span *span = ends_span ? NULL : run->span;
        close_run(assembly, ends_span);
        status = begin_run(assembly, span);
    } else if (!run) {
        status = begin_run(assembly, NULL);
    }
    if (status != GDX_OK)
        return status;
    run = assembly->run;
    run->bytes += bytes;
    struct run_piece *last = run->piece_count ? &run->pieces[run->piece_count - 1] : NULL;
    if (last && last->kept == kept) {
        last->end = document + 1;
        return GDX_OK;
    }
    if (gdx_grow(&run->pieces, &run->piece_capacity, run->piece_count + 1, sizeof *run->pieces) != GDX_OK)
        return GDX_NO_MEMORY;
    run->pieces[run->piece_count++] = (struct run_piece){kept, document, document + 1};
    kept->holders++;
    return GDX_OK;
}

// All documents; the one who filled it lets go of it.
static gdx_status place_all(struct assembly *assembly, struct kept *kept, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && i < kept->count; i++)
        status = place(assembly, kept, i);
    let_go(assembly, kept);
    return status == GDX_OK ? GDX_OK : no_memory(err);
}

static struct kept **waiting_at(struct assembly *assembly, uint32_t sequence) {
    return &assembly->waiting[sequence % assembly->limits.slabs_ahead];
}

// The turn passes on, over all that is read already.
static gdx_status pass_turn(struct assembly *assembly, gdx_error *err) {
    gdx_status status = GDX_OK;
    struct kept **next;
    assembly->turn++;
    while (status == GDX_OK && *(next = waiting_at(assembly, assembly->turn)) != NULL) {
        struct kept *kept = *next;
        *next = NULL;
        status = place_all(assembly, kept, err);
        assembly->turn++;
    }
    uv_cond_broadcast(&assembly->turned);
    return status;
}

// ---- waiting

// Until the slab is less than `ahead` after the one whose turn it is.
static gdx_status wait_for_turn(struct assembly *assembly, uint32_t sequence, size_t ahead, gdx_error *err) {
    while (sequence - assembly->turn >= ahead) {
        if (atomic_load_explicit(assembly->failed, memory_order_relaxed))
            return gdx_fail(err, GDX_CANCELLED, "another worker failed");
        gdx_status status = batch_check_stop(assembly->stop, err);
        if (status != GDX_OK)
            return status;
        (void)uv_cond_timedwait(&assembly->turned, &assembly->mutex, WAIT_NS);
    }
    return GDX_OK;
}

gdx_status assembly_begin(struct assembly *assembly, uint32_t sequence, struct kept **out, gdx_error *err) {
    uv_mutex_lock(&assembly->mutex);
    gdx_status status = wait_for_turn(assembly, sequence, assembly->limits.slabs_ahead, err);
    if (status == GDX_OK && !(*out = take_kept(assembly)))
        status = no_memory(err);
    uv_mutex_unlock(&assembly->mutex);
    return status;
}

bool assembly_is_full(const struct assembly *assembly, const struct kept *kept) {
    return kept->bytes >= assembly->limits.kept_bytes;
}

static struct kept_run *take_closed(struct assembly *assembly) {
    struct kept_run *closed = assembly->closed;
    assembly->closed = NULL;
    assembly->last_closed = &assembly->closed;
    return closed;
}

gdx_status assembly_place(struct assembly *assembly, uint32_t sequence, struct kept **kept,
                          struct kept_run **out_closed, gdx_error *err) {
    uv_mutex_lock(&assembly->mutex);
    gdx_status status = wait_for_turn(assembly, sequence, 1, err);
    if (status == GDX_OK) {
        status = place_all(assembly, *kept, err);
        *kept = NULL;
    }
    if (status == GDX_OK && !(*kept = take_kept(assembly)))
        status = no_memory(err);
    *out_closed = take_closed(assembly);
    uv_mutex_unlock(&assembly->mutex);
    return status;
}

gdx_status assembly_end(struct assembly *assembly, uint32_t sequence, struct kept *kept, bool is_last,
                        struct kept_run **out_closed, gdx_error *err) {
    gdx_status status = GDX_OK;
    uv_mutex_lock(&assembly->mutex);
    if (is_last)
        assembly->end = (uint64_t)sequence + 1;
    if (sequence == assembly->turn) {
        status = place_all(assembly, kept, err);
        if (status == GDX_OK)
            status = pass_turn(assembly, err);
    } else {
        assert(!*waiting_at(assembly, sequence));
        *waiting_at(assembly, sequence) = kept;
    }
    if (status == GDX_OK && assembly->run && assembly->turn == assembly->end)
        close_run(assembly, true);
    *out_closed = take_closed(assembly);
    uv_mutex_unlock(&assembly->mutex);
    return status;
}

struct kept_run *assembly_close(struct assembly *assembly) {
    uv_mutex_lock(&assembly->mutex);
    if (assembly->run)
        close_run(assembly, true);
    struct kept_run *closed = take_closed(assembly);
    uv_mutex_unlock(&assembly->mutex);
    return closed;
}

void assembly_release(struct assembly *assembly, struct kept_run *run) {
    uv_mutex_lock(&assembly->mutex);
    free_run(assembly, run);
    uv_mutex_unlock(&assembly->mutex);
}
