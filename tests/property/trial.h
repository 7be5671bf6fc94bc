// SPDX-License-Identifier: Apache-2.0
// trial.h: a query asked of an index, beside the answers that the oracle gives to it. What the engine says otherwise is
// refuted: the test fails with the stage, the seed, the query, and the part of it that is to blame.
#ifndef TEST_TRIAL_H
#define TEST_TRIAL_H

#include "gdx/query.h"
#include "oracle.h"

struct trial {
    const struct corpus *corpus;
    struct oracle *oracle;
    gdx_searcher *searcher;
    gdx_snapshot *snapshot;
    const struct part *part;
    gdx_query *query;
    const char *stage; // "parse", "count", "search", "scan", "trend", "facets" or "dispersion"
    struct answer *answers;
    size_t answer_count;
    uint64_t seed;
    gdx_buffer text;
    random_state random;
    gdx_buffer transcript; // of what the engine said, to compare before and after a merge
};

const gdx_document *trial_stored(const struct trial *trial, const struct answer *answer);

void trial_refute(const struct trial *trial, int line, const char *format, ...) GDX_PRINTF(3, 4);
#define REFUTE(trial, ...) trial_refute(trial, __LINE__, __VA_ARGS__)

#define MUST(trial, call)                                                                                              \
    do {                                                                                                               \
        gdx_error must_err = {0}, *err = &must_err;                                                                    \
        gdx_status must_status = call;                                                                                 \
        if (must_status != GDX_OK)                                                                                     \
            REFUTE(trial, "%s: %s", gdx_status_name(must_status), err->message);                                       \
    } while (0)

#define EQUAL(trial, what, got, wanted)                                                                                \
    do {                                                                                                               \
        if ((got) != (wanted))                                                                                         \
            REFUTE(trial, "%s: %llu, expected %llu", what, (unsigned long long)(got), (unsigned long long)(wanted));   \
    } while (0)

#endif
