// SPDX-License-Identifier: Apache-2.0
// firsts.c: a table of reprints beside the documents that live: where each one is, and which are the first of their
// groups. Made when it is first asked for, since most commits are never asked. Relies on snapshot.h.

#include "snapshot.h"

#include "gdx/bits.h"

#include <pthread.h>
#include <stdlib.h>

enum { STOP_EVERY = 4096 }; // documents between two looks at whether it is to stop

// How long one waits for another thread that makes it, between two looks at whether it is to stop.
enum { WAIT_NS = 10000000 };

struct firsts {
    pthread_mutex_t lock; // guards the states; what follows them is the maker's, and immutable once made
    pthread_cond_t changed;
    bool is_made, is_being_made;
    gdx_firsts promised;
    gdx_reprint_place *places;
    uint64_t **repeats;
    size_t segment_count;
};

struct firsts *firsts_new(void) {
    struct firsts *firsts = calloc(1, sizeof *firsts);
    if (!firsts)
        return NULL;
    pthread_mutex_init(&firsts->lock, NULL);
    pthread_cond_init(&firsts->changed, NULL);
    return firsts;
}

static void clear(struct firsts *firsts) {
    for (size_t i = 0; firsts->repeats && i < firsts->segment_count; i++)
        free(firsts->repeats[i]);
    free(firsts->repeats);
    free(firsts->places);
    firsts->repeats = NULL;
    firsts->places = NULL;
    firsts->segment_count = 0;
}

void firsts_free(struct firsts *firsts) {
    if (!firsts)
        return;
    clear(firsts);
    pthread_cond_destroy(&firsts->changed);
    pthread_mutex_destroy(&firsts->lock);
    free(firsts);
}

// ---- places

// Hashes are spread evenly, so that the first guess is near: steps from there double, then a search of what is between.
static uint32_t find_hash(const gdx_reprint_table *table, uint64_t hash) {
    if (table->count == 0)
        return UINT32_MAX;
    size_t low = (size_t)((unsigned __int128)hash * table->count >> 64), high = low + 1;
    for (size_t step = 8; low > 0 && table->hashes[low] > hash; step *= 2)
        low = low > step ? low - step : 0;
    for (size_t step = 8; high < table->count && table->hashes[high] <= hash; step *= 2)
        high = high + step < table->count ? high + step : table->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        *(table->hashes[middle] <= hash ? &low : &high) = middle;
    }
    return table->hashes[low] == hash ? (uint32_t)low : UINT32_MAX;
}

static gdx_status place_segment(const gdx_live_segment *live, uint32_t number, const gdx_stop *stop,
                                struct firsts *firsts, gdx_error *err) {
    uint32_t count = gdx_segment_info_of(live->segment)->document_count;
    gdx_status status = GDX_OK;
    for (uint32_t d = 0; d < count && status == GDX_OK; d++) {
        uint64_t hash = 0;
        status = d % STOP_EVERY == 0 ? gdx_stop_check(stop, err) : GDX_OK;
        if (status != GDX_OK || gdx_is_deleted(live->deleted, d))
            continue;
        status = gdx_segment_hash(live->segment, d, &hash, err);
        uint32_t found = status == GDX_OK ? find_hash(firsts->promised.table, hash) : UINT32_MAX;
        if (found != UINT32_MAX)
            firsts->places[found] = (gdx_reprint_place){number, d};
        else
            firsts->promised.later++;
    }
    return gdx_segment_settle(live->segment, status, err);
}

// ---- the first of each group

struct first { // so far
    uint32_t day;
    gdx_slice id;
    gdx_reprint_place place;
};

static gdx_status read_first(const gdx_snapshot *snapshot, gdx_reprint_place place, struct first *out, gdx_error *err) {
    const gdx_segment *segment = snapshot->segments[place.segment].live.segment;
    gdx_document_columns columns;
    gdx_status status = gdx_segment_columns(segment, &columns, err);
    if (status != GDX_OK)
        return status;
    gdx_date date = columns.dates[place.document];
    *out = (struct first){.day = date == GDX_NO_DATE ? UINT32_MAX : gdx_date_first_day(date), .place = place};
    return gdx_segment_id(segment, place.document, &out->id, err);
}

static bool comes_before(const struct first *a, const struct first *b) {
    return a->day != b->day ? a->day < b->day : gdx_slice_compare(a->id, b->id) < 0;
}

// The later of the two is a repeat.
static void settle(struct firsts *firsts, struct first *first, const struct first *next) {
    if (first->day == 0) {
        *first = *next;
        return;
    }
    bool replaces = comes_before(next, first);
    const gdx_reprint_place *repeat = replaces ? &first->place : &next->place;
    gdx_bit_set(firsts->repeats[repeat->segment], repeat->document);
    if (replaces)
        *first = *next;
}

static gdx_status find_repeats(const gdx_snapshot *snapshot, const gdx_stop *stop, struct firsts *firsts,
                               gdx_error *err) {
    const gdx_reprint_table *table = firsts->promised.table;
    struct first *first = calloc((size_t)table->group_count + 1, sizeof *first);
    gdx_status status = first ? GDX_OK : gdx_fail_memory(err, "the reprints");
    for (uint32_t i = 0; i < table->member_count && status == GDX_OK; i++) {
        const gdx_reprint_member *member = &table->members[i];
        gdx_reprint_place place = firsts->places[member->document];
        struct first next = {0};
        status = i % STOP_EVERY == 0 ? gdx_stop_check(stop, err) : GDX_OK;
        if (status != GDX_OK || place.segment == UINT32_MAX)
            continue;
        status = read_first(snapshot, place, &next, err);
        if (status == GDX_OK)
            settle(firsts, &first[member->group], &next);
    }
    free(first);
    return status;
}

// ---- the whole

static gdx_status take_room(const gdx_snapshot *snapshot, struct firsts *firsts, gdx_error *err) {
    const gdx_reprint_table *table = firsts->promised.table;
    firsts->places = malloc(((size_t)table->count + 1) * sizeof *firsts->places);
    firsts->repeats = calloc(snapshot->count + 1, sizeof *firsts->repeats);
    firsts->segment_count = snapshot->count;
    bool good = firsts->places && firsts->repeats;
    if (good)
        memset(firsts->places, 0xff, ((size_t)table->count + 1) * sizeof *firsts->places);
    for (size_t i = 0; good && i < snapshot->count; i++) {
        uint32_t documents = gdx_segment_info_of(snapshot->segments[i].live.segment)->document_count;
        firsts->repeats[i] = calloc(gdx_bits_words(documents) + 1, sizeof(uint64_t));
        good = firsts->repeats[i] != NULL;
    }
    return good ? GDX_OK : gdx_fail_memory(err, "the reprints");
}

static gdx_status make(const gdx_snapshot *snapshot, const gdx_stop *stop, struct firsts *firsts, gdx_error *err) {
    firsts->promised = (gdx_firsts){.table = reprints_table(snapshot->reprints)};
    gdx_status status = take_room(snapshot, firsts, err);
    for (size_t i = 0; i < snapshot->count && status == GDX_OK; i++)
        status = place_segment(&snapshot->segments[i].live, (uint32_t)i, stop, firsts, err);
    if (status == GDX_OK)
        status = gdx_snapshot_settle(snapshot, find_repeats(snapshot, stop, firsts, err), err);
    if (status != GDX_OK) {
        clear(firsts);
        return status;
    }
    firsts->promised.places = firsts->places;
    firsts->promised.repeats = (const uint64_t *const *)firsts->repeats;
    return GDX_OK;
}

// Under the lock. Waits while another thread makes it; one that stops leaves it to the next.
static gdx_status wait_for_maker(struct firsts *firsts, const gdx_stop *stop, gdx_error *err) {
    gdx_status status = GDX_OK;
    while (firsts->is_being_made && status == GDX_OK) {
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += WAIT_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_clockwait(&firsts->changed, &firsts->lock, CLOCK_MONOTONIC, &until);
        status = gdx_stop_check(stop, err);
    }
    return status;
}

static gdx_status make_once(const gdx_snapshot *snapshot, const gdx_stop *stop, struct firsts *firsts, gdx_error *err) {
    pthread_mutex_lock(&firsts->lock);
    gdx_status status = wait_for_maker(firsts, stop, err);
    bool is_maker = status == GDX_OK && !firsts->is_made;
    firsts->is_being_made |= is_maker;
    pthread_mutex_unlock(&firsts->lock);
    if (!is_maker)
        return status;
    status = make(snapshot, stop, firsts, err);
    pthread_mutex_lock(&firsts->lock);
    firsts->is_being_made = false;
    firsts->is_made = status == GDX_OK;
    pthread_cond_broadcast(&firsts->changed);
    pthread_mutex_unlock(&firsts->lock);
    return status;
}

gdx_status gdx_snapshot_firsts(gdx_snapshot *snapshot, const gdx_stop *stop, const gdx_firsts **out, gdx_error *err) {
    const gdx_error *why = &snapshot->reprints_why;
    if (why->status != GDX_OK)
        return gdx_fail_at_byte(err, GDX_CORRUPT, why->where, why->byte,
                                "%s; which documents are reprints is not known: `gramdex reprints --build` finds them "
                                "anew, `gramdex verify --repair` leaves the table out",
                                why->message);
    if (gdx_snapshot_is_slice(snapshot))
        return gdx_fail(err, GDX_UNSUPPORTED, "which documents are reprints is not known of one slice of an index");
    if (!snapshot->reprints)
        return gdx_fail(err, GDX_INVALID,
                        "which documents are reprints is not known yet; `gramdex reprints --build` finds them");
    gdx_status status = make_once(snapshot, stop, snapshot->firsts, err);
    if (status == GDX_OK)
        *out = &snapshot->firsts->promised;
    return status;
}

const gdx_reprint_table *gdx_snapshot_reprints(const gdx_snapshot *snapshot) {
    return snapshot->reprints ? reprints_table(snapshot->reprints) : NULL;
}
