// SPDX-License-Identifier: Apache-2.0
// effort.c: which questions are short, so that a caller with many of them lets none wait for a long one. The searcher
// weighs its query as it goes, by what the dictionaries say of each list before that is read. So a short question is
// not looked up twice, and a long one has done no more than a short one when it is known to be one.

#include "api.h"

enum { SHORT_NS = 2000000 };

void effort_begin(const gdx_question *question) {
    if (question->session->searcher) // a root's has none
        gdx_searcher_limit_work(question->session->searcher, question->may_decline ? SHORT_NS : 0);
}

bool effort_declines(gdx_question *question, uint64_t work_ns) {
    if (!question->may_decline)
        return false;
    question->has_declined = work_ns >= SHORT_NS;
    if (!question->has_declined)
        gdx_searcher_limit_work(question->session->searcher, SHORT_NS - work_ns);
    return question->has_declined;
}
