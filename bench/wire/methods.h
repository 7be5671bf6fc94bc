// SPDX-License-Identifier: Apache-2.0
// methods.h: what is asked over the wire and what must come back. Relies on gdx/base.h, ../phrases.h.
#ifndef GDX_BENCH_METHODS_H
#define GDX_BENCH_METHODS_H

#include "../phrases.h"

struct question {      // one request, and the truth about its answer
    gdx_slice message; // packed
    uint64_t documents, occurrences;
};

struct answer { // what the messages of a reply add up to
    uint64_t messages, documents, occurrences, hits;
    bool is_malformed;
};

struct method {
    const char *name, *path;
    uint64_t documents; // phrases found in about so many are asked; 0: the method takes none
    gdx_status (*pack)(const struct phrase *phrase, gdx_buffer *out);
    void (*take)(struct answer *answer, gdx_slice message);
    bool (*is_true)(const struct question *question, const struct answer *answer);
};

enum { METHODS = 6, QUESTIONS = 16 };
extern const struct method methods[METHODS];

struct questions { // {0} is empty; of one method, asked in turn
    struct question items[QUESTIONS];
    size_t count;
    gdx_buffer packed;
};

// The phrases of two symbols and more that come nearest to the number of documents that the method wants.
// GDX_INVALID: there is none.
gdx_status questions_make(struct questions *questions, const struct method *method, const struct phrases *phrases,
                          gdx_error *err) GDX_MUST_CHECK;
void questions_clear(struct questions *questions);

#endif
