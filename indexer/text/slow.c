// SPDX-License-Identifier: Apache-2.0
// slow.c: the matching rule in its plainest form: fold the whole text, then ask the rule for each character. The tests
// compare the fast way in symbols.c with this twin.

#include "slow.h"

#include "emit.h"
#include "fold.h"
#include "tables.h"

gdx_status text_symbols_slowly(gdx_slice utf8, gdx_symbols *symbols) {
    size_t count;
    bool in_word = false;
    gdx_status status = text_fold(utf8, &symbols->scratch, &count);
    if (status == GDX_OK)
        status = text_make_room(symbols, count, false);
    for (size_t i = 0; status == GDX_OK && i < count; i++) {
        uint32_t symbol = text_simplified(&text_rule_lists, gdx_load_u32(symbols->scratch.data + i * 4));
        text_emit(symbols, symbol, text_kind_of(&text_rule_lists, symbol), &in_word, (gdx_span){0, 0}, false);
    }
    return status;
}
