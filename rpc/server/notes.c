// SPDX-License-Identifier: Apache-2.0
// notes.c: what a handler says of its call, for the log. The call may end while its handler still runs, by its deadline
// or because the client has gone, and then the notes that are there are wanted most. So the handler's thread appends to
// memory that never moves, and makes known how much of it is complete; the loop reads that much.
// A note: one byte of kind, one of the name's length, the name, eight bytes of number or of the text's length, the
// text.

#include "exchange.h"

#include "gdx/utf8.h"

enum { NOTES_BYTES = 4096, NOTE_HEAD_BYTES = 10, TEXT_BYTES_MOST = 1024 };
enum kind { KIND_TEXT, KIND_NUMBER };

static bool has_note(const gdx_exchange *exchange, gdx_slice name) {
    gdx_note note;
    gdx_slice notes = exchange_notes(exchange);
    for (size_t at = 0; gdx_note_next(notes, &at, &note);)
        if (gdx_slice_equal(note.name, name))
            return true;
    return false;
}

// A call that is asked again in the other lane notes the same again: the first counts. What has no room is left out.
static void add(gdx_exchange *exchange, enum kind kind, gdx_slice name, uint64_t value, gdx_slice text) {
    assert(exchange_is_handlers(exchange) && name.bytes <= UINT8_MAX);
    size_t at = atomic_load_explicit(&exchange->noted, memory_order_relaxed);
    size_t bytes = NOTE_HEAD_BYTES + name.bytes + text.bytes;
    if (has_note(exchange, name) || bytes > NOTES_BYTES - at)
        return;
    if (at == 0 && gdx_buffer_reserve(&exchange->notes, NOTES_BYTES) != GDX_OK)
        return;
    uint8_t *to = exchange->notes.data + at;
    to[0] = (uint8_t)kind;
    to[1] = (uint8_t)name.bytes;
    memcpy(to + 2, name.data, name.bytes);
    memcpy(to + 2 + name.bytes, &value, sizeof value);
    memcpy(to + NOTE_HEAD_BYTES + name.bytes, text.data, text.bytes);
    atomic_store_explicit(&exchange->noted, at + bytes, memory_order_release);
}

void gdx_exchange_note_text(gdx_exchange *exchange, const char *name, gdx_slice text) {
    if (text.bytes > TEXT_BYTES_MOST) {
        text.bytes = TEXT_BYTES_MOST;
        while (text.bytes && ((uint8_t)text.data[text.bytes] & 0xc0) == 0x80) // within a character
            text.bytes--;
    }
    add(exchange, KIND_TEXT, gdx_slice_of(name), text.bytes, text);
}

void gdx_exchange_note_number(gdx_exchange *exchange, const char *name, uint64_t number) {
    add(exchange, KIND_NUMBER, gdx_slice_of(name), number, (gdx_slice){"", 0});
}

gdx_slice exchange_notes(const gdx_exchange *exchange) {
    size_t bytes = atomic_load_explicit(&exchange->noted, memory_order_acquire);
    return bytes ? (gdx_slice){(const char *)exchange->notes.data, bytes} : (gdx_slice){"", 0};
}

bool gdx_note_next(gdx_slice notes, size_t *at, gdx_note *out) {
    if (*at >= notes.bytes)
        return false;
    const char *from = notes.data + *at;
    uint64_t value;
    out->name = (gdx_slice){from + 2, (uint8_t)from[1]};
    memcpy(&value, from + 2 + out->name.bytes, sizeof value);
    out->is_number = from[0] == KIND_NUMBER;
    out->number = out->is_number ? value : 0;
    out->text = (gdx_slice){from + NOTE_HEAD_BYTES + out->name.bytes, out->is_number ? 0 : (size_t)value};
    *at += NOTE_HEAD_BYTES + out->name.bytes + out->text.bytes;
    return true;
}
