// SPDX-License-Identifier: Apache-2.0
// collection.c: one index, open: the current commit, a few superseded ones, the one writer, and sessions on it.
// That another question of this process has the writer is known here and costs nothing. The index's own lock is tried,
// and its holder looked for, only when another process may have it.

#include "api.h"

#include "gdx/processor.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/statvfs.h>

enum { READER_CACHE_BYTES = 4 << 20, SCRUB_PAGES_MOST = 16 };

gdx_collection_options gdx_collection_options_default(void) {
    return (gdx_collection_options){
        .kept_commits = 8,
        .kept_ns = 300000000000,
        .export_limit = 64,
        .query_bytes = (size_t)2 << 30,
        .share_ns = 2000000, // what takes less is not worth waking threads
        .ingest_bytes = 128 << 20,
        .version = "",
    };
}

// ---- commits

gdx_snapshot *collection_snapshot(gdx_collection *collection) {
    return gdx_index_snapshot(collection->index);
}

gdx_snapshot *collection_snapshot_of(gdx_collection *collection, uint64_t commit, uint64_t manifest) {
    gdx_snapshot *current = collection_snapshot(collection);
    if (gdx_snapshot_commit(current) == commit &&
        (manifest == 0 || gdx_snapshot_whole_of(current)->manifest == manifest))
        return current;
    gdx_snapshot_release(current);
    pthread_mutex_lock(&collection->lock);
    gdx_snapshot *kept = commits_find(&collection->commits, commit, manifest);
    pthread_mutex_unlock(&collection->lock);
    return kept;
}

static void set_figures(gdx_collection_figures *figures, const gdx_snapshot *snapshot) {
    figures->commit = gdx_snapshot_commit(snapshot);
    figures->documents = gdx_snapshot_documents(snapshot);
    figures->symbols = gdx_snapshot_symbols(snapshot);
    figures->segments = gdx_snapshot_segment_count(snapshot);
    figures->compact_segments = 0;
    for (size_t i = 0; i < figures->segments; i++)
        figures->compact_segments += gdx_segment_shape(gdx_snapshot_segment(snapshot, i)->segment) != GDX_SHAPE_EXACT;
    figures->index_bytes = gdx_snapshot_bytes(snapshot);
}

// Of a disk that does not answer, nothing is known.
static void set_place(gdx_collection *collection) {
    struct statvfs disk = {0};
    uint64_t commit_time = gdx_index_commit_time(collection->index);
    if (statvfs(gdx_index_directory(collection->index), &disk) != 0)
        disk = (struct statvfs){0};
    pthread_mutex_lock(&collection->lock);
    collection->figures.commit_time = commit_time;
    collection->figures.disk_free_bytes = (uint64_t)disk.f_bavail * disk.f_frsize;
    collection->figures.disk_bytes = (uint64_t)disk.f_blocks * disk.f_frsize;
    pthread_mutex_unlock(&collection->lock);
}

// A merge changes no document: page tokens stay good. But it changes which segments are in a slice, and a root goes
// over to it when all leaves have.
static bool is_superseded(const gdx_collection *collection, const gdx_snapshot *before, const gdx_snapshot *after) {
    return gdx_snapshot_commit(before) != gdx_snapshot_commit(after) ||
           (gdx_collection_is_leaf(collection) &&
            gdx_snapshot_whole_of(before)->manifest != gdx_snapshot_whole_of(after)->manifest);
}

// Takes `before` over: keeps it if another commit came after it.
static void note_refresh(gdx_collection *collection, gdx_snapshot *before, bool changed, const gdx_error *error) {
    gdx_snapshot *after = collection_snapshot(collection);
    gdx_snapshot *dropped[KEPT_COMMITS_MAX];
    uint64_t now_ns = gdx_now_ns();
    unsigned limit = collection->options.kept_commits;
    uint64_t repairs = gdx_index_repairs(collection->index);
    gdx_error damage = {0};
    size_t bad = gdx_snapshot_bad_segments(after, &damage); // may read a page, so before the lock
    bool keep = changed && limit > 0 && is_superseded(collection, before, after);
    pthread_mutex_lock(&collection->lock);
    unsigned count =
        commits_trim(&collection->commits, keep ? limit - 1 : limit, collection->options.kept_ns, now_ns, dropped);
    collection->commits.leaving = NULL;
    if (keep)
        commits_keep(&collection->commits, before, now_ns);
    set_figures(&collection->figures, after);
    collection->figures.repairs = repairs;
    collection->figures.bad_segments = bad;
    collection->figures.damage = damage;
    collection->figures.kept_commits = collection->commits.count;
    collection->figures.refreshes += changed;
    collection->figures.refresh_failures += error->status != GDX_OK;
    collection->figures.refresh_error = *error;
    pthread_mutex_unlock(&collection->lock);
    for (unsigned i = 0; i < count; i++)
        gdx_snapshot_release(dropped[i]);
    if (!keep)
        gdx_snapshot_release(before);
    gdx_snapshot_release(after);
}

gdx_status gdx_collection_refresh(gdx_collection *collection, gdx_error *err) {
    if (!collection->index)
        return GDX_OK; // a root's leaves see to that
    gdx_error error = {0};
    bool changed = false;
    pthread_mutex_lock(&collection->refreshing);
    gdx_snapshot *before = collection_snapshot(collection);
    pthread_mutex_lock(&collection->lock);
    collection->commits.leaving = before;
    pthread_mutex_unlock(&collection->lock);
    gdx_status status = gdx_index_refresh(collection->index, &changed, &error);
    note_refresh(collection, before, changed, &error);
    set_place(collection);
    pthread_mutex_unlock(&collection->refreshing);
    return status == GDX_OK ? GDX_OK : gdx_error_pass(err, &error);
}

// What is over the most that one call takes is not made up for: then a round takes longer.
static uint64_t pages_due(struct scrubbing *scrubbing, uint64_t pages, uint64_t period_ns, uint64_t now_ns) {
    if (scrubbing->since_ns)
        scrubbing->due += (double)pages * (double)(now_ns - scrubbing->since_ns) / (double)period_ns;
    scrubbing->since_ns = now_ns;
    if (scrubbing->due > SCRUB_PAGES_MOST)
        scrubbing->due = SCRUB_PAGES_MOST;
    uint64_t due = (uint64_t)scrubbing->due;
    scrubbing->due -= (double)due;
    return due;
}

void gdx_collection_scrub(gdx_collection *collection, uint64_t now_ns) {
    uint64_t period_ns = collection->options.scrub_ns;
    struct scrubbing *scrubbing = &collection->scrubbing;
    if (period_ns == 0 || !collection->index)
        return;
    pthread_mutex_lock(&collection->refreshing);
    gdx_snapshot *snapshot = collection_snapshot(collection);
    gdx_snapshot_scrub(snapshot, pages_due(scrubbing, gdx_snapshot_pages(snapshot), period_ns, now_ns), &scrubbing->at);
    gdx_snapshot_release(snapshot);
    pthread_mutex_lock(&collection->lock);
    collection->figures.scrubbed_pages = scrubbing->at.pages;
    collection->figures.scrub_failures = scrubbing->at.failures;
    collection->figures.scrub_rounds = scrubbing->at.rounds;
    pthread_mutex_unlock(&collection->lock);
    pthread_mutex_unlock(&collection->refreshing);
}

// Zeros while no commit is served.
static void set_root_figures(gdx_collection *collection, gdx_collection_figures *figures) {
    gdx_leaves_pin pin = {0};
    if (collection->leaves->pin(collection->leaves->context, 0, &pin, NULL) != GDX_OK)
        return;
    figures->commit = pin.commit;
    figures->documents = pin.documents;
    figures->symbols = pin.symbols;
    figures->segments = pin.segments;
    figures->index_bytes = pin.index_bytes;
}

void gdx_collection_figures_of(gdx_collection *collection, gdx_collection_figures *out) {
    pthread_mutex_lock(&collection->lock);
    *out = collection->figures;
    pthread_mutex_unlock(&collection->lock);
    if (!collection->index)
        set_root_figures(collection, out);
    out->exports = atomic_load(&collection->exports);
    out->store_hits = atomic_load(&collection->store_hits);
    out->store_misses = atomic_load(&collection->store_misses);
}

void collection_count(gdx_collection *collection, const gdx_collection_work *done, int merging) {
    gdx_collection_work *work = &collection->figures.work;
    pthread_mutex_lock(&collection->lock);
    work->documents += done->documents;
    work->bytes += done->bytes;
    work->refused += done->refused;
    work->commits += done->commits;
    work->merged_segments += done->merged_segments;
    work->merged_bytes += done->merged_bytes;
    work->merging_ns += done->merging_ns;
    collection->figures.merging += (unsigned)merging;
    pthread_mutex_unlock(&collection->lock);
}

void collection_count_store(gdx_collection *collection, gdx_session *session) {
    uint64_t hits, misses, searcher_hits, searcher_misses;
    if (!session->reader) // a root's
        return;
    gdx_store_reader_counts(session->reader, &hits, &misses);
    gdx_searcher_store_counts(session->searcher, &searcher_hits, &searcher_misses);
    hits += searcher_hits;
    misses += searcher_misses;
    atomic_fetch_add_explicit(&collection->store_hits, hits - session->store_hits, memory_order_relaxed);
    atomic_fetch_add_explicit(&collection->store_misses, misses - session->store_misses, memory_order_relaxed);
    session->store_hits = hits;
    session->store_misses = misses;
}

// ---- aliases

gdx_aliases *collection_aliases(gdx_collection *collection) {
    pthread_mutex_lock(&collection->lock);
    gdx_aliases *aliases = gdx_aliases_retain(collection->aliases);
    pthread_mutex_unlock(&collection->lock);
    return aliases;
}

void gdx_collection_set_aliases(gdx_collection *collection, gdx_aliases *aliases) {
    pthread_mutex_lock(&collection->lock);
    gdx_aliases *old = collection->aliases;
    collection->aliases = aliases;
    pthread_mutex_unlock(&collection->lock);
    gdx_aliases_release(old); // questions under way have references of their own
}

// ---- open and close

static gdx_collection *new_collection(const gdx_collection_options *options) {
    gdx_collection *collection = calloc(1, sizeof *collection);
    if (!collection)
        return NULL;
    collection->options = *options;
    if (collection->options.kept_commits > KEPT_COMMITS_MAX)
        collection->options.kept_commits = KEPT_COMMITS_MAX;
    if (!collection->options.threads)
        collection->options.threads = gdx_processor_count();
    pthread_mutex_init(&collection->refreshing, NULL);
    pthread_mutex_init(&collection->lock, NULL);
    return collection;
}

gdx_status gdx_collection_open(const char *directory, const gdx_collection_options *options, gdx_collection **out,
                               gdx_error *err) {
    gdx_collection *collection = new_collection(options);
    if (!collection)
        return gdx_fail_memory(err, "an index");
    gdx_status status =
        gdx_index_open_slice(directory, (gdx_index_slice){options->slice, options->slices}, &collection->index, err);
    if (status == GDX_OK && options->aliases)
        status = gdx_aliases_read(options->aliases, &collection->aliases, err);
    if (status != GDX_OK) {
        gdx_collection_close(collection);
        return status;
    }
    gdx_snapshot *snapshot = collection_snapshot(collection);
    set_figures(&collection->figures, snapshot);
    gdx_snapshot_release(snapshot);
    set_place(collection);
    *out = collection;
    return GDX_OK;
}

gdx_status gdx_collection_open_root(const gdx_leaves *leaves, const char *writer, const gdx_collection_options *options,
                                    gdx_collection **out, gdx_error *err) {
    gdx_collection *collection = new_collection(options);
    if (!collection)
        return gdx_fail_memory(err, "an index");
    collection->leaves = leaves;
    collection->writer = writer;
    gdx_status status = options->aliases ? gdx_aliases_read(options->aliases, &collection->aliases, err) : GDX_OK;
    if (status == GDX_OK)
        *out = collection;
    else
        gdx_collection_close(collection);
    return status;
}

bool gdx_collection_is_root(const gdx_collection *collection) {
    return collection->leaves != NULL;
}

bool gdx_collection_is_leaf(const gdx_collection *collection) {
    return collection->options.slices > 0;
}

void gdx_collection_close(gdx_collection *collection) {
    if (!collection)
        return;
    assert(atomic_load(&collection->exports) == 0 && !atomic_load(&collection->is_writing));
    for (unsigned i = 0; i < collection->commits.count; i++)
        gdx_snapshot_release(collection->commits.kept[i].snapshot);
    gdx_index_close(collection->index);
    gdx_aliases_release(collection->aliases);
    pthread_mutex_destroy(&collection->refreshing);
    pthread_mutex_destroy(&collection->lock);
    free(collection);
}

// ---- sessions

gdx_searcher *collection_new_searcher(const gdx_collection *collection) {
    gdx_searcher *searcher = gdx_searcher_new();
    if (searcher)
        gdx_searcher_limit_memory(searcher, collection->options.query_bytes);
    return searcher;
}

gdx_session *gdx_session_new(gdx_collection *collection) {
    gdx_session *session = calloc(1, sizeof *session);
    if (!session)
        return NULL;
    session->arena = gdx_arena_new();
    if (session->arena && gdx_collection_is_root(collection)) // what it merges, others have searched
        return session;
    session->searcher = collection_new_searcher(collection);
    session->reader = gdx_store_reader_new(READER_CACHE_BYTES);
    if (session->searcher && session->reader && session->arena)
        return session;
    gdx_session_free(session);
    return NULL;
}

void gdx_session_free(gdx_session *session) {
    if (!session)
        return;
    gdx_searcher_free(session->searcher);
    gdx_store_reader_free(session->reader);
    gdx_arena_free(session->arena);
    free(session);
}

// ---- the writer

gdx_status collection_open_writer(gdx_collection *collection, gdx_index_writer **out, gdx_error *err) {
    if (atomic_exchange(&collection->is_writing, true))
        return gdx_fail_reason(err, GDX_PRECONDITION, GDX_REASON_INDEX_LOCKED,
                               "another call is writing to this index; wait until it is done");
    gdx_status status = gdx_index_writer_open(gdx_index_directory(collection->index), out, err);
    if (status != GDX_OK)
        atomic_store(&collection->is_writing, false);
    return status;
}

void collection_close_writer(gdx_collection *collection, gdx_index_writer **writer) {
    if (!*writer)
        return;
    gdx_index_writer_close(*writer);
    *writer = NULL;
    atomic_store(&collection->is_writing, false);
}
