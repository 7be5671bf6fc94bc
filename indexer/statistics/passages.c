// SPDX-License-Identifier: Apache-2.0
// passages.c: the longest runs of letters that two texts share. Relies on text_letters.h.
// Every place of the shorter text is in a table, by a rolling hash of the least number of letters from it on. The other
// text is walked once: what the table gives is compared letter by letter, so that a hash decides nothing, and is
// extended when the letters before differ; else the passage began earlier and is known.

#include "gdx/statistics.h"

#include "readable.h"
#include "text_letters.h"

#include <stdlib.h>

enum { SYMBOLS_MOST = 50000000, NOWHERE = UINT32_MAX, STOP_EVERY = 1 << 18 };
static const uint64_t COMPARISONS_MOST = 1000000000;
static const uint64_t PRIME = ((uint64_t)1 << 61) - 1, BASE = 0x5bd1e995a1b3c7; // of the rolling hash

struct run {
    uint32_t letters;
    uint32_t begins[2];
};

struct comparison { // one owner
    const gdx_passages_options *options;
    const gdx_stop *stop;
    struct text_letters texts[2];
    struct word_numbers words;
    int tabled;             // which of the texts is in the table
    uint32_t *heads;        // the last place of each slot
    uint32_t *next;         // the one before it
    uint64_t mask, leading; // BASE to the power of the least letters
    struct run *runs;
    size_t run_count, run_capacity;
    uint64_t found, spent, since_stop; // comparisons of letters
};

// ---- the table

static uint64_t multiply(uint64_t a, uint64_t b) {
    unsigned __int128 product = (unsigned __int128)a * b;
    uint64_t sum = (uint64_t)(product & PRIME) + (uint64_t)(product >> 61);
    return sum >= PRIME ? sum - PRIME : sum;
}

// The hash of the letters before place `at` with one more, and without the one that leaves.
static uint64_t roll(const struct comparison *self, const uint32_t *numbers, size_t at, uint64_t hash) {
    uint32_t least = self->options->letters_least;
    hash = multiply(hash, BASE) + numbers[at] + 1;
    if (at >= least)
        hash += PRIME - multiply(self->leading, (uint64_t)numbers[at - least] + 1);
    return hash % PRIME;
}

static uint64_t slot_of(const struct comparison *self, uint64_t hash) {
    return (hash * UINT64_C(0x9e3779b97f4a7c15)) >> 32 & self->mask;
}

static gdx_status empty_slots(struct comparison *self, size_t slots, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t at = 0; at < slots && status == GDX_OK; at += STOP_EVERY) {
        size_t count = slots - at < STOP_EVERY ? slots - at : STOP_EVERY;
        memset(self->heads + at, 0xff, count * sizeof *self->heads);
        status = gdx_stop_check(self->stop, err);
    }
    return status;
}

static gdx_status make_table(struct comparison *self, gdx_error *err) {
    self->tabled = self->texts[1].count < self->texts[0].count;
    const struct text_letters *text = &self->texts[self->tabled];
    uint32_t least = self->options->letters_least;
    size_t slots = 1024;
    while (slots < text->count)
        slots *= 2;
    self->mask = slots - 1;
    self->heads = malloc(slots * sizeof *self->heads);
    self->next = malloc(text->count * sizeof *self->next);
    if (!self->heads || !self->next)
        return gdx_fail_memory(err, "the letters of a document");
    self->leading = 1;
    for (uint32_t i = 0; i < least; i++)
        self->leading = multiply(self->leading, BASE);
    uint64_t hash = 0;
    gdx_status status = empty_slots(self, slots, err);
    for (size_t at = 0; at < text->count && status == GDX_OK; at++) {
        hash = roll(self, text->numbers, at, hash);
        status = at % STOP_EVERY == 0 ? gdx_stop_check(self->stop, err) : GDX_OK;
        if (at + 1 < least)
            continue;
        uint32_t *head = &self->heads[slot_of(self, hash)];
        self->next[at + 1 - least] = *head;
        *head = (uint32_t)(at + 1 - least);
    }
    return status;
}

// ---- runs

static int by_length(const void *a, const void *b) {
    const struct run *left = a, *right = b;
    if (left->letters != right->letters)
        return left->letters > right->letters ? -1 : 1;
    if (left->begins[0] != right->begins[0])
        return left->begins[0] < right->begins[0] ? -1 : 1;
    return left->begins[1] < right->begins[1] ? -1 : left->begins[1] > right->begins[1];
}

// Sorts, and keeps the longest.
static void keep_longest(struct comparison *self) {
    if (self->run_count)
        qsort(self->runs, self->run_count, sizeof *self->runs, by_length);
    if (self->run_count > self->options->limit)
        self->run_count = self->options->limit;
}

static gdx_status add_run(struct comparison *self, uint32_t letters, size_t tabled, size_t walked, gdx_error *err) {
    struct run run = {.letters = letters};
    run.begins[self->tabled] = (uint32_t)tabled;
    run.begins[!self->tabled] = (uint32_t)walked;
    self->found++;
    if (self->run_count >= self->options->limit * 2)
        keep_longest(self);
    if (gdx_grow(&self->runs, &self->run_capacity, self->run_count + 1, sizeof *self->runs) != GDX_OK)
        return gdx_fail_memory(err, "passages");
    self->runs[self->run_count++] = run;
    return GDX_OK;
}

static gdx_status spend(struct comparison *self, uint64_t comparisons, gdx_error *err) {
    self->since_stop += comparisons;
    if (self->since_stop < STOP_EVERY)
        return GDX_OK;
    self->spent += self->since_stop;
    self->since_stop = 0;
    if (self->spent > COMPARISONS_MOST)
        return gdx_fail(err, GDX_TOO_LARGE,
                        "the documents repeat runs of %u letters too often to compare them all; ask for longer "
                        "passages",
                        self->options->letters_least);
    return gdx_stop_check(self->stop, err);
}

// The table's places for what begins at `walked`.
static gdx_status try_places(struct comparison *self, size_t walked, uint64_t hash, gdx_error *err) {
    const struct text_letters *table = &self->texts[self->tabled], *text = &self->texts[!self->tabled];
    gdx_status status = GDX_OK;
    for (uint32_t at = self->heads[slot_of(self, hash)]; at != NOWHERE && status == GDX_OK; at = self->next[at]) {
        size_t length = 0;
        bool began_before = at && walked && table->numbers[at - 1] == text->numbers[walked - 1];
        while (!began_before && at + length < table->count && walked + length < text->count &&
               table->numbers[at + length] == text->numbers[walked + length])
            length++;
        if (length >= self->options->letters_least)
            status = add_run(self, (uint32_t)length, at, walked, err);
        if (status == GDX_OK)
            status = spend(self, length + 1, err);
    }
    return status;
}

static gdx_status find_runs(struct comparison *self, gdx_error *err) {
    const struct text_letters *text = &self->texts[!self->tabled];
    uint32_t least = self->options->letters_least;
    uint64_t hash = 0;
    gdx_status status = GDX_OK;
    for (size_t at = 0; at < text->count && status == GDX_OK; at++) {
        hash = roll(self, text->numbers, at, hash);
        if (at + 1 >= least)
            status = try_places(self, at + 1 - least, hash, err);
        if (status == GDX_OK)
            status = spend(self, 1, err);
    }
    keep_longest(self);
    return status;
}

// ---- the answer

static gdx_status show_place(const struct text_letters *text, uint32_t begin, uint32_t letters, gdx_arena *arena,
                             gdx_passage_place *out, bool *out_is_cut) {
    size_t part = text_letters_part(text, begin);
    out->part = (uint32_t)part;
    out->begin = text->spans[begin].begin;
    out->end = text->spans[begin + letters - 1].end;
    gdx_slice words = {text->parts[part].text.data + out->begin, (size_t)(out->end - out->begin)};
    gdx_status status = gdx_arena_copy(arena, gdx_store_place(text->reader, out->part, out->begin), &out->place);
    return status == GDX_OK ? readable_copy(arena, words, GDX_PASSAGE_WORDS_BYTES, &out->words, out_is_cut) : status;
}

static gdx_status show(const struct comparison *self, gdx_passages *out, gdx_error *err) {
    out->found = self->found;
    out->passages = gdx_arena_allocate(out->arena, (self->run_count + 1) * sizeof *out->passages);
    gdx_status status = out->passages ? GDX_OK : GDX_NO_MEMORY;
    for (size_t i = 0; i < self->run_count && status == GDX_OK; i++) {
        gdx_passage *passage = &out->passages[out->passage_count++];
        passage->letters = self->runs[i].letters;
        for (int side = 0; side < 2 && status == GDX_OK; side++)
            status = show_place(&self->texts[side], self->runs[i].begins[side], passage->letters, out->arena,
                                &passage->places[side], &passage->is_cut);
    }
    return status == GDX_OK ? GDX_OK : gdx_fail_memory(err, "passages");
}

void gdx_passages_free(gdx_passages *passages) {
    if (passages)
        gdx_arena_free(passages->arena); // which has all of it
}

static gdx_status compare(struct comparison *self, gdx_snapshot *snapshot, const gdx_slice ids[2], gdx_passages *out,
                          gdx_error *err) {
    GDX_AUTO(gdx_query) query = NULL; // a rule that this program does not have is refused as by any query
    gdx_status status = gdx_query_all(gdx_snapshot_rule(snapshot), &query, err);
    self->words.arena = out->arena;
    for (int side = 0; side < 2 && status == GDX_OK; side++) {
        self->texts[side].words = &self->words;
        status =
            text_letters_read(&self->texts[side], snapshot, ids[side], GDX_WORD_FLAG + (uint32_t)side, self->stop, err);
        out->letters[side] = self->texts[side].letters;
        if (status == GDX_OK)
            status = gdx_stop_check(self->stop, err);
    }
    if (status == GDX_OK && self->texts[0].symbols + self->texts[1].symbols > SYMBOLS_MOST)
        return gdx_fail(err, GDX_TOO_LARGE, "the documents have more than %d symbols", SYMBOLS_MOST);
    if (status == GDX_OK)
        status = make_table(self, err);
    if (status == GDX_OK)
        status = find_runs(self, err);
    return status == GDX_OK ? show(self, out, err) : status;
}

gdx_status gdx_passages_compute(gdx_snapshot *snapshot, const gdx_slice ids[2], const gdx_passages_options *options,
                                const gdx_stop *stop, gdx_passages **out, gdx_error *err) {
    GDX_AUTO(gdx_arena) arena = gdx_arena_new();
    gdx_passages *passages = arena ? gdx_arena_allocate(arena, sizeof *passages) : NULL;
    if (!passages)
        return gdx_fail_memory(err, "passages");
    struct comparison self = {.options = options, .stop = stop};
    passages->arena = arena;
    passages->commit = gdx_snapshot_commit(snapshot);
    gdx_status status = compare(&self, snapshot, ids, passages, err);
    for (int side = 0; side < 2; side++)
        text_letters_clear(&self.texts[side]);
    word_numbers_clear(&self.words);
    free(self.heads);
    free(self.next);
    free(self.runs);
    if (status == GDX_OK) {
        *out = passages;
        arena = NULL; // handed over
    }
    return status;
}
