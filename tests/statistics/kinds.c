// SPDX-License-Identifier: Apache-2.0
// kinds.c: see kinds.h.

#include "kinds.h"

#include "gdx/letters.h"
#include "gdx/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { KINDS_MOST = 4096 };

static gdx_buffer spelled[KINDS_MOST];
static uint32_t count = 1;

void kinds_forget(void) {
    count = 1;
}

uint32_t kinds_count(void) {
    return count;
}

uint32_t kind_of(gdx_slice spelling) {
    for (uint32_t i = 1; i < count; i++)
        if (gdx_slice_equal(gdx_buffer_slice(&spelled[i]), spelling))
            return i;
    assert_true(count < KINDS_MOST);
    gdx_buffer_clear(&spelled[count]);
    assert_int_equal(gdx_buffer_append(&spelled[count], spelling.data, spelling.bytes), GDX_OK);
    return count++;
}

gdx_slice spelling_of(uint32_t kind) {
    return gdx_buffer_slice(&spelled[kind]);
}

static bool is_one_of(uint32_t kind, const char *all) {
    gdx_slice text = spelling_of(kind);
    return text.bytes >= 3 && memmem(all, strlen(all), text.data, text.bytes);
}

bool is_function(uint32_t kind) {
    return is_one_of(kind,
                     "的了和与及或在对从向为由被把将是有也都还就又而但并且以于之其这那该各等称说让使至到上中下后前");
}

bool is_plain_function(uint32_t kind) {
    return is_function(kind) && !is_one_of(kind, "这那该各其上中下前后");
}

static bool is_period(uint32_t kind) {
    return is_one_of(kind, "年月季周日");
}

static bool is_when(uint32_t kind) {
    return is_one_of(kind, "年月季周日今明去前后上下半一二两三四五六七八九十百零个当每初末底号度以来");
}

bool says_when(const uint32_t *kinds, uint32_t length) {
    bool has_period = false, all = true;
    if (length > 1 && is_period(kinds[length - 1]) && is_when(kinds[length - 2]) && !is_period(kinds[length - 2]))
        return true;
    if (is_one_of(kinds[0], "第")) {
        uint32_t numbers = 1;
        while (numbers < length && is_when(kinds[numbers]))
            numbers++;
        return numbers == length || (length > 2 && numbers == length - 1);
    }
    for (uint32_t i = 0; i < length; i++) {
        has_period |= is_period(kinds[i]);
        all &= is_when(kinds[i]);
    }
    return all && has_period;
}

bool is_digits(uint32_t kind) {
    gdx_slice text = spelling_of(kind);
    for (size_t at = 0, bytes; at < text.bytes; at += bytes)
        if (!gdx_rule_is_digit(gdx_rule_current(), gdx_utf8_decode_valid((const uint8_t *)text.data + at, &bytes)))
            return false;
    return true;
}

void spell_kinds(const uint32_t *kinds, uint32_t length, gdx_buffer *out) {
    out->bytes = 0;
    for (uint32_t i = 0; i < length; i++) {
        gdx_slice text = spelling_of(kinds[i]);
        bool apart = i && (uint8_t)text.data[0] < 128 && out->data[out->bytes - 1] < 128;
        assert_int_equal(gdx_buffer_append_format(out, "%s%.*s", apart ? " " : "", GDX_SLICE_ARGUMENTS(text)), GDX_OK);
    }
}
