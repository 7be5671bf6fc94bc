// SPDX-License-Identifier: Apache-2.0
// gather_say.c: what a root's answer says besides its figures: commit, time, the notes that the whole index would have,
// and the slices that are missing.

#include "gather.h"

#include <stdio.h>

static gdx_note_fact fact_of(const Gramdex__V1__NoteFact *from) {
    return (gdx_note_fact){
        .text = slice_of(from->text),
        .source = slice_of(from->source),
        .is_source = from->source.len > 0,
        .is_absent = from->absent,
        .key = {slice_of(from->key), from->declared, from->without, from->segments},
    };
}

// Of one query, as one slice says them.
static gdx_status read_facts(gdx_arena *arena, const Gramdex__V1__AskResponse *answer, uint32_t query,
                             gdx_note_facts *out) {
    *out = (gdx_note_facts){.has_more_sources = answer->more_sources};
    out->facts = gdx_arena_allocate(arena, answer->n_facts * sizeof *out->facts + 1);
    out->sources = gdx_arena_allocate(arena, answer->n_sources * sizeof *out->sources + 1);
    if (!out->facts || !out->sources)
        return GDX_NO_MEMORY;
    for (size_t i = 0; i < answer->n_facts; i++)
        if (answer->facts[i]->query == query)
            out->facts[out->count++] = fact_of(answer->facts[i]);
    for (size_t i = 0; i < answer->n_sources; i++)
        out->sources[out->source_count++] = slice_of(answer->sources[i]);
    return GDX_OK;
}

static gdx_status join_facts(const struct gathered *gathered, uint32_t query, gdx_note_facts *out, gdx_error *err) {
    gdx_arena *arena = gathered->question->session->arena;
    gdx_status status = GDX_OK;
    bool has_one = false;
    *out = (gdx_note_facts){0};
    for (uint32_t i = 0; i < gathered->pin.slices && status == GDX_OK; i++) {
        gdx_note_facts more;
        if (!gathered->slices[i].answer)
            continue;
        if (read_facts(arena, gathered->slices[i].answer, query, &more) != GDX_OK)
            return reply_no_memory(err);
        if (has_one)
            status = gdx_note_facts_add(out, &more, arena, err);
        else
            *out = more;
        has_one = true;
    }
    return status;
}

gdx_key_use gather_key_use(const struct gathered *gathered, uint32_t query) {
    gdx_key_use use = {0};
    for (uint32_t i = 0; i < gathered->pin.slices; i++) {
        const Gramdex__V1__AskResponse *answer = gathered->slices[i].answer;
        for (size_t f = 0; answer && f < answer->n_facts; f++) {
            const Gramdex__V1__NoteFact *fact = answer->facts[f];
            if (fact->query != query)
                continue;
            use.key = slice_of(fact->key);
            use.is_declared = fact->declared;
            use.without += fact->without;
            use.segments += fact->segments;
        }
    }
    return use;
}

static uint32_t count_queries(const struct gathered *gathered) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < gathered->pin.slices; i++) {
        const Gramdex__V1__AskResponse *answer = gathered->slices[i].answer;
        if (answer && answer->n_facts && answer->facts[answer->n_facts - 1]->query >= count)
            count = answer->facts[answer->n_facts - 1]->query + 1;
    }
    return count;
}

static gdx_status say_missing(const struct gathered *gathered, uint32_t slice, Gramdex__V1__Answer *out,
                              gdx_error *err) {
    gdx_arena *arena = gathered->question->session->arena;
    char text[GDX_ERROR_TEXT_BYTES];
    gdx_buffer note = {0};
    gdx_slice kept = {"", 0};
    gdx_status status = gdx_buffer_append_format(&note, "slice %u of %u is left out: %s", slice, gathered->pin.slices,
                                                 gdx_error_text(&gathered->slices[slice].why, text));
    if (status == GDX_OK)
        status = gdx_arena_copy(arena, gdx_buffer_slice(&note), &kept);
    gdx_buffer_clear(&note);
    out->complete = false;
    return status == GDX_OK ? reply_note(arena, kept, out, err) : reply_no_memory(err);
}

gdx_status gather_answer(const struct gathered *gathered, uint32_t first, Gramdex__V1__Answer *out, gdx_error *err) {
    gdx_arena *arena = gathered->question->session->arena;
    gdx_status status = GDX_OK;
    uint32_t queries = count_queries(gathered);
    for (uint32_t query = first; query < queries && status == GDX_OK; query++) {
        gdx_note_facts facts;
        gdx_slice *notes = NULL;
        size_t count = 0;
        status = join_facts(gathered, query, &facts, err);
        if (status == GDX_OK)
            status = gdx_note_facts_write(&facts, arena, &notes, &count, err);
        if (status == GDX_OK && count)
            status = reply_note_list(arena, notes, count, out, err);
    }
    for (uint32_t i = 0; i < gathered->pin.slices && status == GDX_OK; i++)
        if (gathered->slices[i].why.status != GDX_OK)
            status = say_missing(gathered, i, out, err);
    return status;
}

gdx_status gather_give(const struct gathered *gathered, ProtobufCMessage *reply, Gramdex__V1__Answer **answer,
                       gdx_error *err) {
    gdx_question *question = gathered->question;
    Gramdex__V1__Answer said;
    reply_answer(question, gathered->pin.commit, &said);
    *answer = &said;
    gdx_status status = gather_answer(gathered, 0, &said, err);
    if (status == GDX_OK)
        status = question->reply(question->context, reply, err);
    *answer = NULL;
    return status;
}
