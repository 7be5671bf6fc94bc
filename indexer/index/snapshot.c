// SPDX-License-Identifier: Apache-2.0
// snapshot.c: a commit that somebody is reading. A snapshot owns a reference to each of its segments, so a newer commit
// costs only the segments that are new, and files that the writer has removed stay readable while they are mapped.

#include "gdx/text.h"

#include "slice.h"
#include "snapshot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

enum { READ_ATTEMPTS = 64 }; // each failed one means that a writer has committed meanwhile

size_t gdx_snapshot_segment_count(const gdx_snapshot *snapshot) {
    return snapshot->count;
}

const gdx_live_segment *gdx_snapshot_segment(const gdx_snapshot *snapshot, size_t index) {
    return &snapshot->segments[index].live;
}

const gdx_rule *gdx_snapshot_rule(const gdx_snapshot *snapshot) {
    const gdx_rule *rule = gdx_rule_find(snapshot->rule_number);
    return rule && gdx_rule_checksum(rule) == snapshot->rule_fingerprint ? rule : NULL;
}

const gdx_snapshot_whole *gdx_snapshot_whole_of(const gdx_snapshot *snapshot) {
    return &snapshot->whole;
}

bool gdx_snapshot_is_slice(const gdx_snapshot *snapshot) {
    return snapshot->whole.slice.count > 1;
}

uint64_t gdx_snapshot_commit(const gdx_snapshot *snapshot) {
    return snapshot->commit;
}

uint64_t gdx_snapshot_documents(const gdx_snapshot *snapshot) {
    return snapshot->documents;
}

uint64_t gdx_snapshot_symbols(const gdx_snapshot *snapshot) {
    return snapshot->symbols;
}

uint64_t gdx_snapshot_bytes(const gdx_snapshot *snapshot) {
    return snapshot->bytes;
}

gdx_snapshot *gdx_snapshot_retain(gdx_snapshot *snapshot) {
    atomic_fetch_add_explicit(&snapshot->references, 1, memory_order_relaxed);
    return snapshot;
}

void gdx_snapshot_release(gdx_snapshot *snapshot) {
    if (!snapshot || atomic_fetch_sub_explicit(&snapshot->references, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < snapshot->count; i++) {
        gdx_segment_release(snapshot->segments[i].live.segment);
        deletions_release(snapshot->segments[i].deletions);
    }
    reprints_release(snapshot->reprints);
    firsts_free(snapshot->firsts);
    free(snapshot);
}

gdx_status gdx_snapshot_find_id(const gdx_snapshot *snapshot, gdx_slice id, size_t *out_segment, uint32_t *out_document,
                                bool *out_has, gdx_error *err) {
    gdx_error failure = {0};
    for (size_t i = snapshot->count; i-- > 0;) {
        const gdx_live_segment *live = &snapshot->segments[i].live;
        uint32_t document = 0;
        bool has = false;
        gdx_status status = gdx_segment_settle(
            live->segment, gdx_segment_find_id(live->segment, id, &document, &has, &failure), &failure);
        if (status != GDX_OK && status != GDX_CORRUPT)
            return gdx_error_pass(err, &failure);
        if (status == GDX_OK && has && !gdx_is_deleted(live->deleted, document)) {
            *out_segment = i;
            *out_document = document;
            *out_has = true;
            return GDX_OK;
        }
    }
    if (failure.status != GDX_OK)
        return gdx_error_pass(err, &failure);
    *out_has = false;
    return GDX_OK;
}

// ---- reprints

gdx_status snapshot_check_reprints(const gdx_snapshot *snapshot, gdx_error *err) {
    const gdx_error *why = &snapshot->reprints_why;
    if (why->status == GDX_NOT_FOUND)
        return gdx_fail_at(err, GDX_CORRUPT, why->where, "%s; the manifest names it", why->message);
    return why->status == GDX_OK ? GDX_OK : gdx_error_pass(err, why);
}

gdx_status snapshot_share_reprints(gdx_snapshot *to, const gdx_snapshot *from) {
    to->reprints_name = from->reprints_name;
    to->reprints_bytes = from->reprints_bytes;
    to->reprints_why = from->reprints_why;
    if (!from->reprints)
        return GDX_OK;
    to->reprints = reprints_retain(from->reprints);
    to->firsts = firsts_new();
    return to->firsts ? GDX_OK : GDX_NO_MEMORY;
}

static bool is_damage(gdx_status status) {
    return status == GDX_CORRUPT || status == GDX_UNSUPPORTED || status == GDX_NOT_FOUND;
}

static gdx_status open_reprints(const char *directory, const struct manifest *manifest, const gdx_snapshot *previous,
                                gdx_snapshot *to, gdx_error *err) {
    gdx_status status = GDX_OK;
    gdx_error why = {0};
    if (manifest->reprints_bytes == 0)
        return GDX_OK;
    to->reprints_name = manifest->reprints_name;
    to->reprints_bytes = manifest->reprints_bytes;
    if (previous && previous->reprints && snapshot_has_reprints(previous, manifest->reprints_name) &&
        previous->reprints_bytes == manifest->reprints_bytes)
        to->reprints = reprints_retain(previous->reprints);
    else
        status = reprints_open(directory, manifest->reprints_name, manifest->reprints_bytes, &to->reprints, &why);
    if (is_damage(status))
        to->reprints_why = why;
    else if (status != GDX_OK)
        return gdx_error_pass(err, &why);
    to->firsts = firsts_new();
    return to->firsts ? GDX_OK : gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory to open it");
}

bool snapshot_has_reprints(const gdx_snapshot *snapshot, uint64_t name) {
    return snapshot->reprints_bytes && snapshot->reprints_name == name;
}

struct manifest snapshot_manifest(const gdx_snapshot *snapshot) {
    return (struct manifest){
        .rule_fingerprint = snapshot->rule_fingerprint,
        .rule_number = snapshot->rule_number,
        .commit = snapshot->commit,
        .shape = snapshot->shape,
        .keys = snapshot->keys,
        .reprints_name = snapshot->reprints_name,
        .reprints_bytes = snapshot->reprints_bytes,
    };
}

// ---- damage

gdx_status gdx_snapshot_settle(const gdx_snapshot *snapshot, gdx_status status, gdx_error *err) {
    for (size_t i = 0; i < snapshot->count; i++)
        status = gdx_segment_settle(snapshot->segments[i].live.segment, status, err);
    return status;
}

size_t gdx_snapshot_bad_segments(const gdx_snapshot *snapshot, gdx_error *out_why) {
    size_t bad = 0;
    for (size_t i = 0; i < snapshot->count; i++)
        bad += gdx_segment_is_bad(snapshot->segments[i].live.segment, out_why);
    return bad;
}

gdx_shape gdx_snapshot_shape(const gdx_snapshot *snapshot) {
    return snapshot->shape;
}

const gdx_keys *gdx_snapshot_keys(const gdx_snapshot *snapshot) {
    return &snapshot->keys;
}

gdx_status gdx_snapshot_key_use(const gdx_snapshot *snapshot, gdx_slice key, gdx_key_use *out, gdx_error *err) {
    gdx_keys one = {0};
    size_t without = 0;
    gdx_status status = gdx_keys_add(&one, key, err);
    for (size_t i = 0; i < snapshot->count && status == GDX_OK; i++) {
        bool has = true;
        status = gdx_segment_has_keys(snapshot->segments[i].live.segment, &one, &has, err);
        without += !has;
    }
    if (status == GDX_OK)
        *out = (gdx_key_use){.key = key,
                             .is_declared = gdx_keys_find(&snapshot->keys, key) < snapshot->keys.count,
                             .without = without,
                             .segments = snapshot->count};
    return status;
}

void gdx_key_note(const gdx_key_use *use, char note[GDX_MESSAGE_BYTES]) {
    note[0] = '\0';
    if (use->without == 0)
        return;
    if (!use->is_declared)
        snprintf(note, GDX_MESSAGE_BYTES,
                 "the key %.*s is not declared: the metadata of each document is read, which is slow; gramdex index "
                 "--facet %.*s declares it",
                 GDX_SLICE_ARGUMENTS(use->key), GDX_SLICE_ARGUMENTS(use->key));
    else
        snprintf(note, GDX_MESSAGE_BYTES,
                 "%" PRIu64 " of %" PRIu64
                 " segments have no column of the key %.*s yet: their metadata is read, which "
                 "is slow; gramdex merge makes the columns",
                 use->without, use->segments, GDX_SLICE_ARGUMENTS(use->key));
}

static gdx_snapshot *new_like(const gdx_snapshot *snapshot) {
    gdx_snapshot *made = calloc(1, sizeof *made + snapshot->count * sizeof made->segments[0]);
    if (!made)
        return NULL;
    atomic_init(&made->references, 1);
    made->rule_fingerprint = snapshot->rule_fingerprint;
    made->rule_number = snapshot->rule_number;
    made->commit = snapshot->commit;
    made->shape = snapshot->shape;
    made->keys = snapshot->keys;
    made->bytes = snapshot->bytes;
    made->whole = snapshot->whole;
    if (snapshot_share_reprints(made, snapshot) != GDX_OK) {
        gdx_snapshot_release(made);
        return NULL;
    }
    return made;
}

static void append(gdx_snapshot *to, const struct snapshot_segment *from, gdx_segment *segment) {
    struct snapshot_segment *added = &to->segments[to->count++];
    const gdx_segment_info *info = gdx_segment_info_of(segment);
    *added = *from;
    added->live.segment = gdx_segment_retain(segment);
    added->deletions = deletions_retain(from->deletions);
    to->documents += info->document_count - from->live.deleted_count;
    to->symbols += info->symbol_count - from->live.deleted_symbols;
}

gdx_status gdx_snapshot_without_bad(const gdx_snapshot *snapshot, const gdx_error *failure, gdx_snapshot **out,
                                    gdx_error *err) {
    gdx_snapshot *rest = new_like(snapshot);
    if (!rest)
        return gdx_fail_memory(err, "a part of the index");
    for (size_t i = 0; i < snapshot->count; i++) {
        gdx_segment *segment = snapshot->segments[i].live.segment;
        if (!gdx_segment_is_bad(segment, NULL) && strcmp(gdx_segment_path(segment), failure->where) != 0)
            append(rest, &snapshot->segments[i], segment);
    }
    *out = rest;
    return GDX_OK;
}

// A fresh look at the file of a bad segment: NULL while it is not good. The segment's figures are its name's, which the
// footer's checksum is, so they need no comparison.
static gdx_segment *reopen(const char *directory, const gdx_segment *bad) {
    gdx_segment *fresh = NULL;
    gdx_error not_yet = {0};
    gdx_status status = gdx_segment_open(directory, gdx_segment_info_of(bad)->name, &fresh, &not_yet);
    if (status == GDX_OK && gdx_segment_replaces(fresh, bad, &not_yet) == GDX_OK)
        return fresh;
    gdx_segment_release(fresh);
    return NULL;
}

size_t snapshot_repair(const char *directory, const gdx_snapshot *snapshot, gdx_snapshot **out) {
    size_t repaired = 0;
    gdx_snapshot *made = gdx_snapshot_bad_segments(snapshot, NULL) ? new_like(snapshot) : NULL;
    for (size_t i = 0; made && i < snapshot->count; i++) {
        gdx_segment *segment = snapshot->segments[i].live.segment;
        gdx_segment *fresh = gdx_segment_is_bad(segment, NULL) ? reopen(directory, segment) : NULL;
        append(made, &snapshot->segments[i], fresh ? fresh : segment);
        gdx_segment_release(fresh);
        repaired += fresh != NULL;
    }
    if (repaired)
        *out = made;
    else
        gdx_snapshot_release(made);
    return repaired;
}

struct manifest_segment snapshot_record(const gdx_snapshot *snapshot, size_t i) {
    const struct snapshot_segment *segment = &snapshot->segments[i];
    return (struct manifest_segment){
        .info = *gdx_segment_info_of(segment->live.segment),
        .deletions_name = segment->deletions ? deletions_name(segment->deletions) : 0,
        .deleted_symbols = segment->live.deleted_symbols,
        .deleted_count = segment->live.deleted_count,
    };
}

bool snapshot_has_segment(const gdx_snapshot *snapshot, uint64_t name) {
    for (size_t i = 0; i < snapshot->count; i++)
        if (gdx_segment_info_of(snapshot->segments[i].live.segment)->name == name)
            return true;
    return false;
}

bool snapshot_has_deletions(const gdx_snapshot *snapshot, uint64_t name) {
    for (size_t i = 0; i < snapshot->count; i++)
        if (snapshot->segments[i].deletions && deletions_name(snapshot->segments[i].deletions) == name)
            return true;
    return false;
}

// ---- open

static bool info_equal(const gdx_segment_info *a, const gdx_segment_info *b) {
    return a->name == b->name && a->bytes == b->bytes && a->document_count == b->document_count &&
           a->position_count == b->position_count && a->symbol_count == b->symbol_count &&
           a->text_bytes == b->text_bytes;
}

static const struct snapshot_segment *find_segment(const gdx_snapshot *snapshot, uint64_t name, size_t hint) {
    if (!snapshot)
        return NULL;
    if (hint < snapshot->count && gdx_segment_info_of(snapshot->segments[hint].live.segment)->name == name)
        return &snapshot->segments[hint];
    for (size_t i = 0; i < snapshot->count; i++)
        if (gdx_segment_info_of(snapshot->segments[i].live.segment)->name == name)
            return &snapshot->segments[i];
    return NULL;
}

// One that is open already, or NULL.
static gdx_segment *find_fresh(gdx_segment *const *fresh, size_t count, uint64_t name) {
    for (size_t i = 0; i < count; i++)
        if (gdx_segment_info_of(fresh[i])->name == name)
            return fresh[i];
    return NULL;
}

// Takes `opened` if there is one. It is compared in any case: a later manifest may say something else of it.
static gdx_status open_segment(const char *directory, const struct manifest_segment *record,
                               const struct manifest *manifest, gdx_segment *opened, gdx_segment **out,
                               gdx_error *err) {
    gdx_segment *segment = opened ? gdx_segment_retain(opened) : NULL;
    gdx_status status = segment ? GDX_OK : gdx_segment_open(directory, record->info.name, &segment, err);
    if (status != GDX_OK)
        return status;
    if (!info_equal(gdx_segment_info_of(segment), &record->info))
        status =
            gdx_fail_at(err, GDX_CORRUPT, gdx_segment_path(segment), "its figures differ from those in the manifest");
    else if (gdx_segment_rule_fingerprint(segment) != manifest->rule_fingerprint ||
             gdx_segment_rule_number(segment) != manifest->rule_number)
        status = gdx_fail_at(err, GDX_CORRUPT, gdx_segment_path(segment),
                             "header: made by another matching rule than the manifest");
    if (status == GDX_OK)
        *out = segment;
    else
        gdx_segment_release(segment);
    return status;
}

// Fills snapshot->segments[i]; what is filled is released with the snapshot, also after a failure.
static gdx_status open_one(const char *directory, const struct manifest *manifest, size_t i,
                           const gdx_snapshot *previous, gdx_segment *const *fresh, size_t fresh_count,
                           struct snapshot_segment *to, gdx_error *err) {
    const struct manifest_segment *record = &manifest->segments[i];
    const struct snapshot_segment *old = find_segment(previous, record->info.name, i);
    gdx_segment *opened = old ? old->live.segment : find_fresh(fresh, fresh_count, record->info.name);
    gdx_status status = open_segment(directory, record, manifest, opened, &to->live.segment, err);
    if (status != GDX_OK || record->deleted_count == 0)
        return status;
    if (old && old->deletions && deletions_name(old->deletions) == record->deletions_name &&
        old->live.deleted_count == record->deleted_count)
        to->deletions = deletions_retain(old->deletions);
    else
        status = deletions_open(directory, record, &to->deletions, err);
    if (status == GDX_OK) {
        to->live.deleted = deletions_bitmap(to->deletions);
        to->live.deleted_count = record->deleted_count;
        to->live.deleted_symbols = record->deleted_symbols;
    }
    return status;
}

gdx_status snapshot_open(const char *directory, const struct manifest *manifest, const gdx_snapshot *previous,
                         gdx_segment *const *fresh, size_t fresh_count, gdx_snapshot **out, gdx_error *err) {
    gdx_snapshot *snapshot = calloc(1, sizeof *snapshot + manifest->count * sizeof snapshot->segments[0]);
    if (!snapshot)
        return gdx_fail_at(err, GDX_NO_MEMORY, directory, "no memory to open %zu segments", manifest->count);
    atomic_init(&snapshot->references, 1);
    snapshot->rule_fingerprint = manifest->rule_fingerprint;
    snapshot->rule_number = manifest->rule_number;
    snapshot->commit = manifest->commit;
    snapshot->shape = manifest->shape;
    snapshot->keys = manifest->keys;
    snapshot->documents = manifest_documents(manifest);
    snapshot->symbols = manifest_symbols(manifest);
    snapshot->bytes = manifest_file_bytes(manifest);
    gdx_status status = open_reprints(directory, manifest, previous, snapshot, err);
    for (size_t i = 0; status == GDX_OK && i < manifest->count; i++) {
        snapshot->count = i + 1;
        status = open_one(directory, manifest, i, previous, fresh, fresh_count, &snapshot->segments[i], err);
    }
    if (status == GDX_OK)
        *out = snapshot;
    else
        gdx_snapshot_release(snapshot);
    return status;
}

// ---- read

struct reading {
    const char *directory;
    gdx_index_slice slice;
    const gdx_snapshot *previous;
    struct manifest_file file;
    gdx_error missing; // why it is to be read again
};

static gdx_snapshot_whole whole_of(const struct reading *reading, const struct manifest *manifest) {
    return (gdx_snapshot_whole){
        .slice = reading->slice,
        .manifest = reading->file.checksum,
        .documents = manifest_documents(manifest),
        .symbols = manifest_symbols(manifest),
        .bytes = manifest_file_bytes(manifest),
        .segments = manifest->count,
    };
}

// One attempt. *out_again: a file is missing that the next commit may not name any more.
static gdx_status read_once(struct reading *reading, bool is_first, gdx_snapshot **out, bool *out_again,
                            gdx_error *err) {
    struct manifest manifest = {0};
    uint64_t before = reading->file.checksum;
    bool only_reprints = reading->missing.status == GDX_OK;
    gdx_status status = manifest_read(reading->directory, &manifest, &reading->file, err);
    bool is_same = !is_first && reading->file.checksum == before;
    *out_again = false;
    if (status == GDX_OK && is_same && !only_reprints) {
        status = gdx_fail_at(err, GDX_CORRUPT, reading->missing.where, "%s; the manifest names it",
                             reading->missing.message);
    } else if (status == GDX_OK) {
        reading->missing = (gdx_error){0};
        gdx_snapshot_whole whole = whole_of(reading, &manifest);
        slice_manifest(&manifest, reading->slice);
        status = snapshot_open(reading->directory, &manifest, reading->previous, NULL, 0, out, &reading->missing);
        if (status == GDX_OK)
            (*out)->whole = whole;
        bool lacks_reprints = status == GDX_OK && (*out)->reprints_why.status == GDX_NOT_FOUND;
        *out_again = status == GDX_NOT_FOUND || (lacks_reprints && !is_same);
        if (lacks_reprints && *out_again)
            gdx_snapshot_release(GDX_TAKE(*out));
    }
    manifest_clear(&manifest);
    return status;
}

gdx_status snapshot_read(const char *directory, gdx_index_slice slice, const gdx_snapshot *previous,
                         struct manifest_file *file, gdx_snapshot **out, gdx_error *err) {
    struct reading reading = {.directory = directory, .slice = slice, .previous = previous, .file = {.descriptor = -1}};
    gdx_status status = GDX_OK;
    bool again = true;
    for (int attempt = 0; again && attempt < READ_ATTEMPTS; attempt++)
        status = read_once(&reading, attempt == 0, out, &again, err);
    if (again)
        status = gdx_fail_at(err, GDX_UNAVAILABLE, directory, "commits come faster than they can be opened; try again");
    else if (status != GDX_OK && reading.missing.status == status) // any other is in err already
        status = gdx_error_pass(err, &reading.missing);
    if (status == GDX_OK && file) {
        manifest_file_close(file);
        *file = reading.file;
        reading.file.descriptor = -1;
    }
    manifest_file_close(&reading.file);
    return status;
}
