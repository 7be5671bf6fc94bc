// SPDX-License-Identifier: Apache-2.0
// refusals.c: a list that grows, with its strings in an arena. Bounded: a file with a million bad lines must not fill
// the memory.

#include "refusals.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

gdx_status refusals_init(struct refusals *refusals) {
    *refusals = (struct refusals){.arena = gdx_arena_new()};
    return refusals->arena ? GDX_OK : GDX_NO_MEMORY;
}

void refusals_clear(struct refusals *refusals) {
    gdx_arena_free(refusals->arena);
    free(refusals->items);
    *refusals = (struct refusals){0};
}

static gdx_slice kept_kind(gdx_slice kind) {
    return (gdx_slice){kind.data, kind.bytes < GDX_BATCH_KIND_BYTES ? kind.bytes : GDX_BATCH_KIND_BYTES - 1};
}

// Room for a kind of its own, or for "other" of each class.
static size_t find_kind(const gdx_batch_kinds *kinds, gdx_batch_class class, gdx_slice kind) {
    size_t at = 0;
    while (at < kinds->count &&
           (kinds->items[at].class != class || !gdx_slice_equal(gdx_slice_of(kinds->items[at].kind), kept_kind(kind))))
        at++;
    return at;
}

void kinds_add(gdx_batch_kinds *kinds, gdx_batch_class class, gdx_slice kind, uint64_t count) {
    size_t at = find_kind(kinds, class, kind);
    if (at == kinds->count && at >= GDX_BATCH_KINDS_MOST) {
        kind = gdx_slice_of("other");
        at = find_kind(kinds, class, kind);
    }
    if (at == kinds->count) {
        kinds->count++;
        kinds->items[at].class = class;
        snprintf(kinds->items[at].kind, GDX_BATCH_KIND_BYTES, "%.*s", GDX_SLICE_ARGUMENTS(kind));
    }
    kinds->items[at].count += count;
}

void kinds_take(gdx_batch_kinds *kinds, gdx_batch_class class, gdx_slice kind) {
    size_t at = find_kind(kinds, class, kind);
    if (at == kinds->count)
        at = find_kind(kinds, class, gdx_slice_of("other"));
    assert(at < kinds->count && kinds->items[at].count > 0);
    if (--kinds->items[at].count > 0)
        return;
    kinds->count--;
    memmove(&kinds->items[at], &kinds->items[at + 1], (kinds->count - at) * sizeof kinds->items[0]);
    memset(&kinds->items[kinds->count], 0, sizeof kinds->items[0]);
}

void gdx_batch_count(gdx_batch_kinds *kinds, gdx_batch_class class, const char *kind, uint64_t count) {
    kinds_add(kinds, class, gdx_slice_of(kind), count);
}

void kinds_add_all(gdx_batch_kinds *kinds, const gdx_batch_kinds *from) {
    for (size_t i = 0; i < from->count; i++)
        kinds_add(kinds, from->items[i].class, gdx_slice_of(from->items[i].kind), from->items[i].count);
}

// What the refusal of a record, or else of a whole file, is counted by.
static gdx_slice kind_of_failure(bool is_record, gdx_status status) {
    if (is_record)
        return gdx_slice_of(status == GDX_TOO_LARGE ? "too large" : "bad record");
    switch (status) {
    case GDX_INVALID:
        return gdx_slice_of("empty file");
    case GDX_TOO_LARGE:
        return gdx_slice_of("too large");
    case GDX_UNSUPPORTED:
        return gdx_slice_of("binary file");
    case GDX_CORRUPT:
        return gdx_slice_of("damaged file");
    default:
        return gdx_slice_of("unreadable");
    }
}

struct refusal refusal_of_failure(bool is_record, gdx_slice path, uint64_t byte, gdx_status status,
                                  const char *reason) {
    return (struct refusal){.path = path,
                            .reason = gdx_slice_of(reason),
                            .kind = kind_of_failure(is_record, status),
                            .byte = byte,
                            .status = status,
                            .class = GDX_BATCH_REFUSED};
}

// Of a PDF or an office document its kind says more than what went wrong, unless that is its size.
static gdx_slice kind_of_source(const gdx_refusal *refusal, const gdx_piece *piece) {
    if (refusal->kind[0])
        return gdx_slice_of(refusal->kind);
    if (refusal->line == 0 && piece->kind >= GDX_INPUT_WORD && refusal->error.status != GDX_TOO_LARGE)
        return gdx_slice_of(gdx_piece_kind_name(piece));
    return kind_of_failure(refusal->line > 0, refusal->error.status);
}

struct refusal refusal_of_source(const gdx_refusal *refusal, const gdx_piece *piece,
                                 char reason[GDX_ERROR_TEXT_BYTES]) {
    return (struct refusal){.path = refusal->path,
                            .reason = gdx_slice_of(gdx_error_text(&refusal->error, reason)),
                            .line = refusal->line,
                            .byte = refusal->byte,
                            .kind = kind_of_source(refusal, piece),
                            .class = GDX_BATCH_REFUSED,
                            .status = refusal->error.status};
}

static gdx_status keep(struct refusals *refusals, const struct refusal *refusal) {
    if (refusals->kept[refusal->class] >= REFUSALS_KEPT)
        return GDX_OK;
    gdx_status status = gdx_grow(&refusals->items, &refusals->capacity, refusals->count + 1, sizeof *refusals->items);
    struct refusal copy = *refusal;
    if (status == GDX_OK)
        status = gdx_arena_copy(refusals->arena, refusal->path, &copy.path);
    if (status == GDX_OK)
        status = gdx_arena_copy(refusals->arena, refusal->reason, &copy.reason);
    if (status == GDX_OK)
        status = gdx_arena_copy(refusals->arena, refusal->kind, &copy.kind);
    if (status != GDX_OK)
        return status;
    refusals->items[refusals->count++] = copy;
    refusals->kept[refusal->class]++;
    return GDX_OK;
}

gdx_status refusals_add(struct refusals *refusals, const struct refusal *refusal) {
    kinds_add(&refusals->kinds, refusal->class, refusal->kind, 1);
    return keep(refusals, refusal);
}

gdx_status refusals_move(struct refusals *to, struct refusals *from, const uint64_t *lines_before) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; status == GDX_OK && i < from->count; i++) {
        struct refusal moved = from->items[i];
        if (moved.line)
            moved.line =
                lines_before && lines_before[moved.piece] != LINES_UNKNOWN ? moved.line + lines_before[moved.piece] : 0;
        status = keep(to, &moved);
    }
    kinds_add_all(&to->kinds, &from->kinds);
    refusals_clear(from);
    return status;
}

uint64_t refusals_count(const struct refusals *refusals, gdx_batch_class class) {
    uint64_t count = 0;
    for (size_t i = 0; i < refusals->kinds.count; i++)
        if (refusals->kinds.items[i].class == class)
            count += refusals->kinds.items[i].count;
    return count;
}

bool refusals_are_cut(const struct refusals *refusals, gdx_batch_class class) {
    return refusals_count(refusals, class) > refusals->kept[class];
}

const struct refusal *refusals_first(const struct refusals *refusals) {
    for (size_t i = 0; i < refusals->count; i++)
        if (refusals->items[i].class == GDX_BATCH_REFUSED)
            return &refusals->items[i];
    return NULL;
}

static gdx_status add_warning(struct refusals *refusals, struct refusal warning, const char *kind, const char *reason) {
    warning.kind = gdx_slice_of(kind);
    warning.reason = gdx_slice_of(reason);
    warning.class = GDX_BATCH_WARNING;
    return refusals_add(refusals, &warning);
}

gdx_status refusals_add_repairs(struct refusals *refusals, gdx_slice path, size_t piece, const gdx_repairs *repairs) {
    char reason[GDX_ERROR_TEXT_BYTES];
    const struct refusal place = {.path = path, .line = repairs->line, .byte = repairs->byte, .piece = (uint32_t)piece};
    gdx_status status = GDX_OK;
    if (repairs->replaced) {
        snprintf(reason, sizeof reason, "bytes that do not decode: %" PRIu64 " became U+FFFD", repairs->replaced);
        status = add_warning(refusals, place, "undecodable bytes", reason);
    }
    if (status == GDX_OK && repairs->lost_date.status != GDX_OK)
        status = add_warning(refusals, place, "unreadable date", gdx_error_text(&repairs->lost_date, reason));
    if (status == GDX_OK && repairs->lost_parts) {
        gdx_slice first = gdx_utf8_cut(repairs->first_lost, 200);
        snprintf(reason, sizeof reason, "parts that it names and that cannot be read: %" PRIu64 ", the first is %.*s",
                 repairs->lost_parts, GDX_SLICE_ARGUMENTS(first));
        status = add_warning(refusals, place, "missing part", reason);
    }
    if (status == GDX_OK && repairs->warning.bytes) {
        snprintf(reason, sizeof reason, "its converter says: %.*s", GDX_SLICE_ARGUMENTS(repairs->warning));
        status = add_warning(refusals, place, "converter's warning", reason);
    }
    return status;
}

struct refusal refusal_of_kind(gdx_slice path, gdx_input_kind kind, const char *words) {
    bool is_refused = kind == GDX_INPUT_UNREAD;
    return (struct refusal){
        .path = path,
        .reason = gdx_slice_of(is_refused ? "no reader for this kind of file" : "not a kind of file that holds text"),
        .kind = gdx_slice_of(words),
        .status = GDX_UNSUPPORTED,
        .class = is_refused ? GDX_BATCH_REFUSED : GDX_BATCH_LEFT_OUT};
}

gdx_status refusal_fail(const struct refusal *refusal, gdx_error *err) {
    gdx_status status;
    if (refusal->line == 0)
        status = gdx_fail_at(err, refusal->status, refusal->path.data, "%.*s", GDX_SLICE_ARGUMENTS(refusal->reason));
    else
        status = gdx_fail_at_byte(err, refusal->status, refusal->path.data, refusal->byte, "byte %" PRIu64 ": %.*s",
                                  refusal->byte, GDX_SLICE_ARGUMENTS(refusal->reason));
    if (err && err->reason == GDX_REASON_NONE)
        err->reason = GDX_REASON_DOCUMENT_REFUSED;
    return status;
}
