// SPDX-License-Identifier: Apache-2.0
// share.c: "20" and "5%", as limits of how much may go wrong are written.

#include "gdx/batch.h"

#include <errno.h>
#include <stdlib.h>

bool gdx_batch_share_parse(const char *text, gdx_batch_share *out) {
    char *end;
    errno = 0;
    if (*text < '0' || *text > '9')
        return false;
    double value = strtod(text, &end);
    bool is_percent = *end == '%';
    bool is_whole = strspn(text, "0123456789") == (size_t)(end - text);
    if (errno || end[is_percent] || (is_percent ? value > 100 : !is_whole))
        return false;
    *out = (gdx_batch_share){.is_given = true, .is_percent = is_percent, .value = value};
    return true;
}

bool gdx_batch_share_allows(const gdx_batch_share *share, uint64_t part, uint64_t whole) {
    double most = share->is_percent ? share->value / 100 * (double)whole : share->value;
    return (double)part <= most;
}
