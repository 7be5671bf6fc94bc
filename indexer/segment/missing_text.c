// SPDX-License-Identifier: Apache-2.0
// missing_text.c: cuts the live documents of the sources that lack lists into symbols again and notes where the terms
// stand that need positions, and how often in each document the symbols that need counts. Tasks take ranges of
// documents; what they find is put in its place in the order of the ranges, by the owner.

#include "missing_lists.h"

#include "fold.h"

#include "gdx/ngram.h"

#include <assert.h>
#include <stdlib.h>

enum {
    SLICE_POSITIONS = 1 << 15, // of the documents of a task: about half a millisecond
    SLICES_PER_SEAT = 2,
    FORGET_EVERY = 512, // slices
    FLAGS = 1 << 16,    // code points with flags; of others the table tells
    SLOTS_MIN = 64,
};

// What a symbol is to a source, of those that are looked for there.
enum { BEGINS = 1, FOLLOWS = 2, COUNTS = 4 };
enum { ANYTHING = BEGINS | FOLLOWS | COUNTS };

#define NO_SYMBOL UINT32_MAX             // a word that nobody looks for
#define COUNTED   (UINT64_C(0xffffffff)) // in place of the second symbol: the first is counted

struct slot { // of the table of terms and counted symbols
    uint64_t key;
    uint32_t index;
    bool is_used;
};

struct word_slot { // of the table of words in them
    uint64_t hash; // of its spelling
    uint32_t symbol;
    bool is_used;
};

// What is looked for; immutable while tasks run.
struct wanted {
    struct slot *slots;
    size_t slot_count; // a power of two, at least twice what is in it
    struct word_slot *words;
    size_t word_slot_count;
    size_t word_count;
    uint8_t *flags; // FLAGS of each source
};

struct hit {
    uint32_t term;
    uint32_t position; // in the result
};

struct counted {
    uint32_t symbol; // by its index
    uint32_t document;
    uint32_t count;
};

struct cutting;
struct slice { // the owner's until it is submitted, its task's until that has run
    gdx_task task;
    struct cutting *cutting;
    size_t source;
    uint32_t begin; // documents of it [begin, end)
    uint32_t end;
    uint32_t to; // the first live one's number in the result
    struct hit *hits;
    size_t hit_count;
    size_t hit_capacity;
    struct counted *counts;
    size_t count_count;
    size_t count_capacity;
    gdx_status status;
    gdx_error error;
};

struct seat { // of one task at a time
    gdx_store_reader *reader;
    gdx_folded *folded;
    uint32_t *counts; // of each counted symbol in the document at hand; zero between documents
};

struct cutting { // the owner's; tasks see what is immutable, their slice and their seat
    const merge_plan *merge;
    missing_lists *missing;
    gdx_document_columns columns; // of the result
    struct wanted wanted;
    atomic_bool is_stopped;
    struct seat *seats;
    unsigned seat_count;
    struct slice *slices;
    size_t slice_count;
    uint64_t submitted;
    uint64_t taken;
    // The next slice:
    size_t source;
    uint32_t document;
    uint32_t to;
};

// ---- what is looked for

static size_t slots_for(size_t count) {
    size_t slots = SLOTS_MIN;
    while (slots < 2 * count)
        slots *= 2;
    return slots;
}

static inline struct slot *slot_of(const struct wanted *wanted, uint64_t key) {
    size_t at = (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & (wanted->slot_count - 1);
    while (wanted->slots[at].is_used && wanted->slots[at].key != key)
        at = (at + 1) & (wanted->slot_count - 1);
    return &wanted->slots[at];
}

static struct word_slot *word_slot_of(const merge_plan *merge, const struct wanted *wanted, gdx_slice word) {
    uint64_t hash = gdx_checksum(word.data, word.bytes);
    size_t at = (size_t)hash & (wanted->word_slot_count - 1);
    for (;; at = (at + 1) & (wanted->word_slot_count - 1)) {
        struct word_slot *slot = &wanted->words[at];
        if (!slot->is_used ||
            (slot->hash == hash && gdx_slice_compare(merge->words[slot->symbol - GDX_FIRST_WORD], word) == 0))
            return slot;
    }
}

static void add_word(const merge_plan *merge, struct wanted *wanted, uint32_t symbol) {
    if (symbol < GDX_FIRST_WORD)
        return;
    gdx_slice word = merge->words[symbol - GDX_FIRST_WORD];
    *word_slot_of(merge, wanted, word) = (struct word_slot){gdx_checksum(word.data, word.bytes), symbol, true};
    wanted->word_count++;
}

static void set_flag(uint8_t *flags, uint32_t symbol, uint8_t flag) {
    if (symbol < FLAGS)
        flags[symbol] |= flag;
}

static void set_flags(const missing_lists *missing, const missing_source *of, uint8_t *flags) {
    for (size_t t = 0; t < missing->terms.count; t++) {
        if (of->terms[t].count == 0)
            continue;
        set_flag(flags, (uint32_t)(missing->terms.keys[t] >> 32), BEGINS);
        set_flag(flags, (uint32_t)missing->terms.keys[t], FOLLOWS);
    }
    for (size_t s = 0; s < missing->symbols.count; s++)
        if (of->symbols[s].is_counted)
            set_flag(flags, (uint32_t)missing->symbols.keys[s], COUNTS);
}

static gdx_status wanted_init(const merge_plan *merge, const missing_lists *missing, struct wanted *wanted) {
    size_t count = missing->terms.count + missing->symbols.count;
    wanted->slot_count = slots_for(count);
    wanted->word_slot_count = slots_for(missing->terms.count + count); // two of a term
    wanted->slots = calloc(wanted->slot_count, sizeof *wanted->slots);
    wanted->words = calloc(wanted->word_slot_count, sizeof *wanted->words);
    wanted->flags = calloc(missing->source_count, FLAGS);
    if (!wanted->slots || !wanted->words || !wanted->flags)
        return GDX_NO_MEMORY;
    for (size_t t = 0; t < missing->terms.count; t++) {
        *slot_of(wanted, missing->terms.keys[t]) = (struct slot){missing->terms.keys[t], (uint32_t)t, true};
        add_word(merge, wanted, (uint32_t)(missing->terms.keys[t] >> 32));
        add_word(merge, wanted, (uint32_t)missing->terms.keys[t]);
    }
    for (size_t s = 0; s < missing->symbols.count; s++) {
        uint64_t key = missing->symbols.keys[s] << 32 | COUNTED;
        *slot_of(wanted, key) = (struct slot){key, (uint32_t)s, true};
        add_word(merge, wanted, (uint32_t)missing->symbols.keys[s]);
    }
    for (size_t i = 0; i < missing->source_count; i++)
        set_flags(missing, &missing->sources[i], wanted->flags + i * FLAGS);
    return GDX_OK;
}

static void wanted_clear(struct wanted *wanted) {
    free(wanted->slots);
    free(wanted->words);
    free(wanted->flags);
}

// ---- in a task

static gdx_status no_memory(const struct slice *slice) {
    return merge_no_memory(slice->cutting->merge, "lists of blocks", (gdx_error *)&slice->error);
}

struct place { // in the document at hand
    struct slice *slice;
    struct seat *seat;
    const uint8_t *flags;
    gdx_position_range counted; // positions of the result
    uint32_t position;
};

// The number in the result of a symbol of a text.
static inline uint32_t number_of(const struct place *place, const gdx_symbols *field, size_t i) {
    const struct cutting *cutting = place->slice->cutting;
    uint32_t symbol = field->symbols[i];
    if (!(symbol & GDX_WORD_FLAG))
        return symbol;
    if (cutting->wanted.word_count == 0)
        return NO_SYMBOL;
    gdx_slice word = gdx_symbols_word(field, symbol & ~GDX_WORD_FLAG);
    const struct word_slot *slot = word_slot_of(cutting->merge, &cutting->wanted, word);
    return slot->is_used ? slot->symbol : NO_SYMBOL;
}

static inline uint8_t flags_of(const uint8_t *flags, uint32_t symbol) {
    if (symbol < FLAGS)
        return flags[symbol];
    return symbol == NO_SYMBOL ? 0 : ANYTHING;
}

static gdx_status note_term(const struct place *place, uint64_t key) {
    struct slice *slice = place->slice;
    const struct slot *slot = slot_of(&slice->cutting->wanted, key);
    if (!slot->is_used || slice->cutting->missing->sources[slice->source].terms[slot->index].count == 0)
        return GDX_OK;
    gdx_status status = gdx_grow(&slice->hits, &slice->hit_capacity, slice->hit_count + 1, sizeof *slice->hits);
    if (status != GDX_OK)
        return status;
    slice->hits[slice->hit_count++] = (struct hit){slot->index, place->position};
    return GDX_OK;
}

static void count_symbol(const struct place *place, uint32_t symbol) {
    const struct slot *slot = slot_of(&place->slice->cutting->wanted, (uint64_t)symbol << 32 | COUNTED);
    if (slot->is_used)
        place->seat->counts[slot->index]++;
}

static gdx_status look_through(struct place *place, const gdx_symbols *field) {
    uint32_t next = field->count ? number_of(place, field, 0) : GDX_SYMBOL_END;
    uint8_t next_flags = flags_of(place->flags, next);
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < field->count && status == GDX_OK; i++, place->position++) {
        uint32_t first = next;
        uint8_t flags = next_flags;
        next = i + 1 < field->count ? number_of(place, field, i + 1) : GDX_SYMBOL_END;
        next_flags = flags_of(place->flags, next);
        if (flags & BEGINS && next_flags & FOLLOWS)
            status = note_term(place, (uint64_t)first << 32 | next);
        if (flags & COUNTS && place->position >= place->counted.begin && place->position < place->counted.end)
            count_symbol(place, first);
    }
    place->position++; // the end mark
    return status;
}

static gdx_status other_positions(struct slice *slice, uint32_t document) {
    return segment_damaged(slice->cutting->merge->sources[slice->source].segment, SECTION_DOCUMENT_BEGIN,
                           (uint64_t)document * 4, "positions that are not those of the stored text", &slice->error);
}

static gdx_status end_document(const struct place *place, uint32_t to) {
    struct slice *slice = place->slice;
    const missing_lists *missing = slice->cutting->missing;
    for (size_t s = 0; s < missing->symbols.count; s++) {
        uint32_t count = place->seat->counts[s];
        if (count == 0 || !missing->sources[slice->source].symbols[s].is_counted) {
            place->seat->counts[s] = 0;
            continue;
        }
        if (gdx_grow(&slice->counts, &slice->count_capacity, slice->count_count + 1, sizeof *slice->counts) != GDX_OK)
            return GDX_NO_MEMORY;
        slice->counts[slice->count_count++] = (struct counted){(uint32_t)s, to, count};
        place->seat->counts[s] = 0;
    }
    return GDX_OK;
}

// `to`: its number in the result, whose columns, unlike the file's, cannot change meanwhile.
static gdx_status cut_document(struct slice *slice, struct seat *seat, uint32_t document, uint32_t to) {
    const struct cutting *cutting = slice->cutting;
    const gdx_segment *segment = cutting->merge->sources[slice->source].segment;
    gdx_document read;
    folded_walk walk = {0};
    gdx_symbols field;
    gdx_status status =
        gdx_store_read(seat->reader, (gdx_segment *)segment, document, &read, &slice->error); // changes nothing
    if (status != GDX_OK)
        return status;
    status = gdx_folded_fold(seat->folded, folded_rule_of(segment), &read);
    if (status == GDX_NO_MEMORY)
        return no_memory(slice);
    const gdx_document_columns *columns = &cutting->columns;
    struct place place = {slice, seat, cutting->wanted.flags + slice->source * FLAGS, gdx_columns_counted(columns, to),
                          columns->begin[to]};
    if (status != GDX_OK || gdx_folded_positions(seat->folded) != columns->begin[to + 1] - columns->begin[to])
        return other_positions(slice, document);
    for (size_t number = 0; status == GDX_OK && folded_next(seat->folded, &walk, &field); number++) {
        if (number == 1 && place.position != columns->text[to])
            return other_positions(slice, document);
        status = look_through(&place, &field);
    }
    if (status == GDX_OK)
        status = end_document(&place, to);
    return status == GDX_OK ? GDX_OK : no_memory(slice);
}

static gdx_status make_seat(struct slice *slice, struct seat *seat) {
    if (!seat->reader)
        seat->reader = gdx_store_reader_new(0);
    if (!seat->folded)
        seat->folded = gdx_folded_new();
    if (!seat->counts)
        seat->counts = calloc(slice->cutting->missing->symbols.count + 1, sizeof *seat->counts);
    if (!seat->reader || !seat->folded || !seat->counts)
        return no_memory(slice);
    gdx_store_reader_obey(seat->reader, slice->cutting->merge->stop);
    return GDX_OK;
}

static gdx_status cut_slice(struct slice *slice, struct seat *seat) {
    const merge_source *source = &slice->cutting->merge->sources[slice->source];
    gdx_status status = make_seat(slice, seat);
    uint32_t to = slice->to;
    for (uint32_t d = slice->begin; d < slice->end && status == GDX_OK; d++) {
        if (merge_is_deleted(source, d))
            continue;
        status = atomic_load_explicit(&slice->cutting->is_stopped, memory_order_relaxed)
                     ? GDX_CANCELLED
                     : merge_check(slice->cutting->merge, &slice->error);
        if (status == GDX_OK)
            status = cut_document(slice, seat, d, to++);
    }
    return status;
}

static void run_task(gdx_task *task, unsigned seat) {
    struct slice *slice = (struct slice *)task;
    assert(seat < slice->cutting->seat_count);
    slice->status = cut_slice(slice, &slice->cutting->seats[seat]);
}

// ---- the owner's

static struct slice *slice_of(const struct cutting *cutting, uint64_t number) {
    return &cutting->slices[number % cutting->slice_count];
}

// To the first source at or after the one at hand that is read. `to` stands at its first document.
static bool has_documents(struct cutting *cutting) {
    const merge_plan *merge = cutting->merge;
    while (cutting->source < merge->source_count) {
        const merge_source *source = &merge->sources[cutting->source];
        if (cutting->missing->sources[cutting->source].is_read && cutting->document < source->columns.count)
            return true;
        if (cutting->document == 0)
            cutting->to += source->live_count;
        cutting->document = 0;
        cutting->source++;
    }
    return false;
}

// The next documents, into a slice that has been taken from.
static void submit(struct cutting *cutting) {
    const merge_source *source = &cutting->merge->sources[cutting->source];
    struct slice *slice = slice_of(cutting, cutting->submitted++);
    slice->source = cutting->source;
    slice->begin = cutting->document;
    slice->to = cutting->to;
    slice->hit_count = slice->count_count = 0;
    slice->error = (gdx_error){0};
    uint32_t begin = cutting->columns.begin[slice->to];
    while (cutting->document < source->columns.count && cutting->columns.begin[cutting->to] - begin < SLICE_POSITIONS)
        cutting->to += !merge_is_deleted(source, cutting->document++);
    slice->end = cutting->document;
    gdx_executor_submit(cutting->merge->executor, &slice->task);
}

static gdx_status otherwise_in_text(const struct slice *slice, gdx_error *err) {
    return segment_damaged(slice->cutting->merge->sources[slice->source].segment, SECTION_TERM_BLOCKS, 0,
                           "a term that occurs in the stored text another number of times than it says", err);
}

static gdx_status take(const struct slice *slice, gdx_error *err) {
    missing_lists *missing = slice->cutting->missing;
    missing_source *of = &missing->sources[slice->source];
    if (slice->status != GDX_OK)
        return gdx_error_pass(err, &slice->error);
    for (size_t i = 0; i < slice->hit_count; i++) {
        missing_term *term = &of->terms[slice->hits[i].term];
        if (term->found == term->count)
            return otherwise_in_text(slice, err);
        missing->positions[term->begin + term->found++] = slice->hits[i].position;
    }
    for (size_t i = 0; i < slice->count_count; i++) {
        const struct counted *counted = &slice->counts[i];
        missing_symbol *symbol = &of->symbols[counted->symbol];
        if (gdx_grow(&symbol->counts, &symbol->capacity, symbol->count + 1, sizeof *symbol->counts) != GDX_OK)
            return merge_no_memory(slice->cutting->merge, "lists of blocks", err);
        symbol->counts[symbol->count++] = (gdx_frequency){counted->document, counted->count};
    }
    return GDX_OK;
}

static gdx_status check_found(const struct cutting *cutting, gdx_error *err) {
    const missing_lists *missing = cutting->missing;
    for (size_t i = 0; i < missing->source_count; i++)
        for (size_t t = 0; t < missing->terms.count; t++)
            if (missing->sources[i].terms[t].found != missing->sources[i].terms[t].count)
                return otherwise_in_text(&(struct slice){.cutting = (struct cutting *)cutting, .source = i}, err);
    return GDX_OK;
}

static gdx_status cut_all(struct cutting *cutting, gdx_error *err) {
    gdx_status status = GDX_OK;
    while (status == GDX_OK) {
        while (cutting->submitted - cutting->taken < cutting->slice_count && has_documents(cutting))
            submit(cutting);
        if (cutting->taken == cutting->submitted)
            break;
        struct slice *slice = slice_of(cutting, cutting->taken);
        gdx_executor_wait(cutting->merge->executor, &slice->task);
        cutting->taken++;
        status = take(slice, err);
        if (cutting->taken % FORGET_EVERY == 0)
            merge_forget(cutting->merge);
    }
    merge_forget(cutting->merge);
    return status == GDX_OK ? check_found(cutting, err) : status;
}

static void cutting_clear(struct cutting *cutting) {
    atomic_store_explicit(&cutting->is_stopped, true, memory_order_relaxed);
    for (; cutting->taken < cutting->submitted; cutting->taken++)
        gdx_executor_wait(cutting->merge->executor, &slice_of(cutting, cutting->taken)->task);
    for (size_t i = 0; cutting->slices && i < cutting->slice_count; i++) {
        free(cutting->slices[i].hits);
        free(cutting->slices[i].counts);
    }
    for (unsigned i = 0; cutting->seats && i < cutting->seat_count; i++) {
        gdx_store_reader_free(cutting->seats[i].reader);
        gdx_folded_free(cutting->seats[i].folded);
        free(cutting->seats[i].counts);
    }
    free(cutting->slices);
    free(cutting->seats);
    wanted_clear(&cutting->wanted);
}

static size_t slices_for(const gdx_executor *executor) {
    unsigned seats = gdx_executor_seats(executor);
    return seats > 1 ? (size_t)seats * SLICES_PER_SEAT : 1;
}

size_t missing_text_bytes(const merge_plan *merge) {
    return slices_for(merge->executor) * SLICE_POSITIONS * sizeof(struct hit) + merge->source_count * FLAGS;
}

gdx_status missing_text_read(const merge_plan *merge, missing_lists *missing, gdx_error *err) {
    struct cutting cutting = {
        .merge = merge,
        .missing = missing,
        .columns = document_table_columns(&merge->documents),
        .seat_count = gdx_executor_seats(merge->executor),
        .slice_count = slices_for(merge->executor),
    };
    cutting.seats = calloc(cutting.seat_count, sizeof *cutting.seats);
    cutting.slices = calloc(cutting.slice_count, sizeof *cutting.slices);
    gdx_status status = cutting.seats && cutting.slices ? wanted_init(merge, missing, &cutting.wanted) : GDX_NO_MEMORY;
    if (status != GDX_OK)
        status = merge_no_memory(merge, "lists of blocks", err);
    for (size_t i = 0; status == GDX_OK && i < cutting.slice_count; i++) {
        cutting.slices[i].task = (gdx_task){.run = run_task};
        cutting.slices[i].cutting = &cutting;
    }
    if (status == GDX_OK)
        status = cut_all(&cutting, err);
    cutting_clear(&cutting);
    return status;
}
