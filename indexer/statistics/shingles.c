// SPDX-License-Identifier: Apache-2.0
// shingles.c: see shingles.h. A shingle's hash is a polynomial in the hashes of its letters, so that the next one costs
// a multiplication, mixed at the end, so that the lowest of many are a random choice of them.

#include "shingles.h"
#include "word_sort.h"

#include "gdx/letters.h"
#include "gdx/segment.h"

#include <stdlib.h>

enum { CACHE_BYTES = 1 << 20, PLANE = 1 << 16 };

static const uint64_t base = UINT64_C(0x9e3779b97f4a7c15);

struct shingle_reader {
    gdx_snapshot *snapshot;
    const gdx_rule *rule;
    gdx_store_reader *store;
    gdx_symbols cut;
    struct shingles low, room;
    uint64_t letters[PLANE / 64]; // a bit a code point of the first plane: it is a letter
    uint64_t leaving;             // base to the power of SHINGLE_LETTERS
};

void shingles_clear(struct shingles *shingles) {
    free(shingles->hashes);
    *shingles = (struct shingles){0};
}

static void list_letters(struct shingle_reader *reader) {
    memset(reader->letters, 0xff, sizeof reader->letters);
    for (uint32_t end, mark = gdx_marks_next(0, &end); mark < PLANE; mark = gdx_marks_next(end, &end))
        for (; mark < end && mark < PLANE; mark++)
            reader->letters[mark / 64] &= ~(UINT64_C(1) << mark % 64);
}

struct shingle_reader *shingle_reader_new(gdx_snapshot *snapshot) {
    struct shingle_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return NULL;
    *reader = (struct shingle_reader){.snapshot = snapshot,
                                      .rule = gdx_snapshot_rule(snapshot),
                                      .store = gdx_store_reader_new(CACHE_BYTES),
                                      .leaving = 1};
    for (int i = 0; i < SHINGLE_LETTERS; i++)
        reader->leaving *= base;
    list_letters(reader);
    if (reader->store)
        return reader;
    shingle_reader_free(reader);
    return NULL;
}

void shingle_reader_free(struct shingle_reader *reader) {
    if (!reader)
        return;
    gdx_store_reader_free(reader->store);
    gdx_symbols_clear(&reader->cut);
    shingles_clear(&reader->low);
    shingles_clear(&reader->room);
    free(reader);
}

// ---- hashes

// The finalizer of MurmurHash3.
static uint64_t mix(uint64_t x) {
    x = (x ^ x >> 33) * UINT64_C(0xff51afd7ed558ccd);
    x = (x ^ x >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
    return x ^ x >> 33;
}

static uint64_t hash_of_word(gdx_slice text) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325); // FNV-1a
    for (size_t i = 0; i < text.bytes; i++)
        hash = (hash ^ (uint8_t)text.data[i]) * UINT64_C(0x100000001b3);
    return mix(hash);
}

// 0: no letter.
static uint64_t hash_of_letter(const struct shingle_reader *reader, uint32_t symbol) {
    if (symbol & GDX_WORD_FLAG)
        return hash_of_word(gdx_symbols_word(&reader->cut, symbol & ~GDX_WORD_FLAG)) | 1;
    bool is_letter = symbol < PLANE ? reader->letters[symbol / 64] >> symbol % 64 & 1 : gdx_symbol_is_letter(symbol);
    return is_letter ? mix(symbol) | 1 : 0;
}

static gdx_status add_text(struct shingle_reader *reader, gdx_slice text, struct shingles *out) {
    gdx_status status = gdx_text_symbols(reader->rule, text, 0, &reader->cut);
    if (status == GDX_OK)
        status = gdx_grow(&out->hashes, &out->capacity, out->count + reader->cut.count + 1, sizeof *out->hashes);
    if (status != GDX_OK)
        return status;
    uint64_t window[SHINGLE_LETTERS] = {0}, hash = 0;
    size_t letters = 0;
    for (size_t i = 0; i < reader->cut.count; i++) {
        uint64_t letter = hash_of_letter(reader, reader->cut.symbols[i]);
        if (!letter)
            continue;
        uint64_t *oldest = &window[letters++ % SHINGLE_LETTERS];
        hash = hash * base + letter - *oldest * reader->leaving;
        *oldest = letter;
        if (letters >= SHINGLE_LETTERS)
            out->hashes[out->count++] = mix(hash);
    }
    return GDX_OK;
}

// ---- lists

// Hashes are spread evenly, so that after two passes by the highest bits nearly all is in place.
void shingles_sort(struct shingles *shingles, struct shingles *room) {
    word_sort_by_byte(shingles->hashes, room->hashes, shingles->count, 48);
    word_sort_by_byte(room->hashes, shingles->hashes, shingles->count, 56);
    word_sort_insert(shingles->hashes, shingles->count);
    size_t kept = 0;
    for (size_t i = 0; i < shingles->count; i++)
        if (kept == 0 || shingles->hashes[i] != shingles->hashes[kept - 1])
            shingles->hashes[kept++] = shingles->hashes[i];
    shingles->count = kept;
}

static void take_out(struct shingles *shingles, const struct shingles *without) {
    size_t kept = 0;
    for (size_t i = 0, at = 0; i < shingles->count; i++) {
        while (at < without->count && without->hashes[at] < shingles->hashes[i])
            at++;
        if (at == without->count || without->hashes[at] != shingles->hashes[i])
            shingles->hashes[kept++] = shingles->hashes[i];
    }
    shingles->count = kept;
}

// A long list is searched for each, a short one is walked.
static void leave_out(struct shingles *shingles, const struct shingles *without) {
    enum { WALKED = 16 };
    if (without->count <= shingles->count * WALKED) {
        take_out(shingles, without);
        return;
    }
    size_t kept = 0, low = 0;
    for (size_t i = 0; i < shingles->count; i++) {
        size_t high = without->count;
        for (size_t from = low; from < high;) {
            size_t middle = from + (high - from) / 2;
            if (without->hashes[middle] < shingles->hashes[i])
                low = from = middle + 1;
            else
                high = middle;
        }
        if (low == without->count || without->hashes[low] != shingles->hashes[i])
            shingles->hashes[kept++] = shingles->hashes[i];
    }
    shingles->count = kept;
}

// Those of the text as they come; there is room for as many.
static gdx_status read_text(struct shingle_reader *reader, size_t segment, uint32_t document, struct shingles *out,
                            gdx_error *err) {
    gdx_document stored;
    gdx_segment *from = gdx_snapshot_segment(reader->snapshot, segment)->segment;
    gdx_status status = gdx_store_read(reader->store, from, document, &stored, err);
    if (status != GDX_OK)
        return status;
    out->count = 0;
    status = add_text(reader, stored.text, out);
    gdx_part_walk walk = {0};
    for (const gdx_part *part; status == GDX_OK && (part = gdx_document_next_part(&stored, &walk));)
        if (part->field == GDX_FIELD_TEXT)
            status = add_text(reader, part->text, out);
    if (status == GDX_OK)
        status = gdx_grow(&reader->room.hashes, &reader->room.capacity, out->count + 1, sizeof *out->hashes);
    if (status == GDX_TOO_LARGE)
        return gdx_fail(err, status, "a document is too large for its shingles");
    return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "the shingles of a document");
}

gdx_status shingles_read(struct shingle_reader *reader, size_t segment, uint32_t document,
                         const struct shingles *without, struct shingles *out, gdx_error *err) {
    gdx_status status = read_text(reader, segment, document, out, err);
    if (status != GDX_OK)
        return status;
    shingles_sort(out, &reader->room);
    if (without && without->count)
        leave_out(out, without);
    return GDX_OK;
}

// The lowest of `all`, which stay: about twice as many as are wanted, since some repeat or are left out.
static gdx_status take_lowest(struct shingle_reader *reader, const struct shingles *all, const struct shingles *without,
                              size_t most) {
    struct shingles *low = &reader->low;
    uint64_t end = UINT64_MAX / all->count * 2 * most;
    if (gdx_grow(&low->hashes, &low->capacity, all->count + 1, sizeof *low->hashes) != GDX_OK)
        return GDX_NO_MEMORY;
    low->count = 0;
    for (size_t i = 0; i < all->count; i++) {
        low->hashes[low->count] = all->hashes[i];
        low->count += all->hashes[i] < end;
    }
    shingles_sort(low, &reader->room);
    leave_out(low, without);
    return GDX_OK;
}

gdx_status shingles_read_sketch(struct shingle_reader *reader, size_t segment, uint32_t document,
                                const struct shingles *without, struct shingles *room, struct shingle_sketch *out,
                                gdx_error *err) {
    enum { SORTED_WHOLE = 4 }; // times as many as are wanted
    gdx_status status = read_text(reader, segment, document, room, err);
    out->count = 0;
    if (status == GDX_OK && room->count > out->most * SORTED_WHOLE) {
        status = take_lowest(reader, room, without, out->most);
        if (status != GDX_OK)
            return gdx_fail_memory(err, "the shingles of a document");
        out->count = shingles_sketch(&reader->low, out->hashes, out->most);
    }
    if (status != GDX_OK || (out->count && out->count == out->most))
        return status;
    shingles_sort(room, &reader->room);
    leave_out(room, without);
    out->count = room->count >= SHINGLES_LEAST ? shingles_sketch(room, out->hashes, out->most) : 0;
    return GDX_OK;
}

size_t shingles_sketch(const struct shingles *shingles, uint32_t *to, size_t most) {
    size_t count = 0;
    for (size_t i = 0; i < shingles->count && count < most; i++) {
        uint32_t high = (uint32_t)(shingles->hashes[i] >> 32);
        if (count == 0 || to[count - 1] != high)
            to[count++] = high;
    }
    return count;
}

size_t shingles_common(const struct shingles *a, const struct shingles *b) {
    size_t common = 0;
    for (size_t i = 0, j = 0; i < a->count && j < b->count;) {
        uint64_t left = a->hashes[i], right = b->hashes[j];
        common += left == right;
        i += left <= right;
        j += right <= left;
    }
    return common;
}
