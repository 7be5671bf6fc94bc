// SPDX-License-Identifier: Apache-2.0
// option_value.c: turns the text of an option into its value, and stores it in the settings.

#include "option.h"

#include "gdx/nearest.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

// Digits alone: strtoull would also take a sign and spaces. *end is where they end.
static bool read_digits(const char *text, char **end, uint64_t *out) {
    if (text[0] < '0' || text[0] > '9')
        return false;
    errno = 0;
    *out = strtoull(text, end, 10);
    return errno == 0;
}

static gdx_status read_number(const struct option *option, const char *label, const char *text, uint64_t *out,
                              gdx_error *err) {
    char *end = NULL;
    if (read_digits(text, &end, out) && *end == 0 && *out >= option->least && *out <= option->most)
        return GDX_OK;
    return gdx_fail(err, GDX_INVALID, "%s %s: expected a number from %" PRIu64 " to %" PRIu64, label, text,
                    option->least, option->most);
}

// 256M, 2G, 64K, or bytes; powers of 1024.
static bool read_size(const char *text, uint64_t *out) {
    static const char units[] = "KMGT";
    char *end = NULL;
    if (!read_digits(text, &end, out))
        return false;
    unsigned shift = 0;
    const char *unit = *end ? strchr(units, *end & ~0x20) : NULL;
    if (unit) {
        shift = 10 * (unsigned)(unit - units + 1);
        end++;
    }
    if (*end != 0 || *out == 0 || *out > (UINT64_MAX >> 1) >> shift)
        return false;
    *out <<= shift;
    return true;
}

static gdx_status read_bytes(const struct option *option, const char *label, const char *text, uint64_t *out,
                             gdx_error *err) {
    if (!read_size(text, out))
        return gdx_fail(err, GDX_INVALID, "%s %s: expected bytes, as in 256M or 2G", label, text);
    if (*out < option->least)
        return gdx_fail(err, GDX_INVALID, "%s %s: at least %" PRIu64 "M is needed", label, text, option->least >> 20);
    if (option->most && *out > option->most)
        return gdx_fail(err, GDX_INVALID, "%s %s: at most %" PRIu64 "M is possible", label, text, option->most >> 20);
    return GDX_OK;
}

static gdx_status read_choice(const struct option *option, const char *label, const char *text, uint64_t *out,
                              gdx_error *err) {
    char list[256] = "";
    size_t used = 0;
    gdx_nearest nearest = {.wanted = gdx_slice_of(text)};
    for (size_t i = 0; option->choices[i]; i++) {
        if (strcmp(option->choices[i], text) == 0) {
            *out = i;
            return GDX_OK;
        }
        const char *before = i == 0 ? "" : option->choices[i + 1] ? ", " : " or ";
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", before, option->choices[i]);
        assert(used < sizeof list);
        gdx_nearest_try(&nearest, option->choices[i]);
    }
    if (nearest.name)
        return gdx_fail(err, GDX_INVALID, "%s %s: expected %s; did you mean %s?", label, text, list, nearest.name);
    return gdx_fail(err, GDX_INVALID, "%s %s: expected %s", label, text, list);
}

static void store_integer(void *at, size_t bytes, uint64_t value) {
    uint32_t narrow = (uint32_t)value;
    if (bytes == sizeof narrow)
        memcpy(at, &narrow, sizeof narrow);
    else
        memcpy(at, &value, sizeof value);
}

static gdx_status add_to_list(struct option_list *list, const char *label, const char *text, gdx_error *err) {
    if (list->count == OPTION_LIST_MOST)
        return gdx_fail(err, GDX_INVALID, "%s: at most %d are possible", label, OPTION_LIST_MOST);
    list->items[list->count++] = text;
    return GDX_OK;
}

static gdx_status store_text(const struct option *option, void *at, const char *label, const char *text,
                             gdx_error *err) {
    uint64_t value = 0;
    gdx_status status = GDX_OK;
    switch (option->kind) {
    case OPTION_TEXT:
        memcpy(at, &text, sizeof text);
        return GDX_OK;
    case OPTION_LIST:
        return add_to_list(at, label, text, err);
    case OPTION_NUMBER:
        status = read_number(option, label, text, &value, err);
        break;
    case OPTION_BYTES:
        status = read_bytes(option, label, text, &value, err);
        break;
    case OPTION_CHOICE:
        status = read_choice(option, label, text, &value, err);
        break;
    default:
        assert(!"an option that takes no argument");
    }
    if (status == GDX_OK)
        store_integer(at, option->field.bytes, value);
    return status;
}

gdx_status option_store(const struct option_place *place, void *settings, const char *label, const char *text,
                        gdx_error *err) {
    const struct option *option = place->option;
    char *base = (char *)settings + place->offset;
    void *at = base + option->field.offset;
    gdx_status status = GDX_OK;
    if (option_takes_argument(option))
        status = store_text(option, at, label, text, err);
    else if (option->kind == OPTION_COUNT)
        ++*(unsigned *)at;
    else
        *(bool *)at = option->kind == OPTION_FLAG;
    if (status == GDX_OK && option->given.bytes)
        *(bool *)(base + option->given.offset) = true;
    return status;
}
