// SPDX-License-Identifier: Apache-2.0
// effort.c: which questions are short, so that a caller with many of them lets none wait for a long one. The searcher
// weighs its query as it goes, by what the dictionaries say of each list before that is read. So a short question is
// not looked up twice, and a long one has done no more than a short one when it is known to be one.

#include "api.h"

enum { SHORT_NS = 2000000, THREADS_MOST = 8 };

// The threads that other long questions leave; one is the caller's own.
static unsigned take_threads(gdx_collection *collection) {
    unsigned all = collection->options.threads, most = all < THREADS_MOST ? all : THREADS_MOST;
    unsigned taken = atomic_load(&collection->threads), mine;
    do
        mine = taken + 1 < most ? most - taken : 1;
    while (!atomic_compare_exchange_weak(&collection->threads, &taken, taken + mine));
    return mine;
}

static void lend_threads(gdx_collection *collection, gdx_session *session) {
    gdx_error passed_over = {0}; // the same answer takes longer without threads
    session->threads = take_threads(collection);
    if (session->threads > 1 && gdx_executor_new(session->threads, &session->executor, &passed_over) == GDX_OK)
        gdx_searcher_lend_threads(session->searcher, session->executor, collection->options.share_ns);
}

void effort_begin(const gdx_question *question) {
    gdx_session *session = question->session;
    if (!session->searcher) // a root's
        return;
    gdx_searcher_limit_work(session->searcher, question->may_decline ? SHORT_NS : 0);
    if (!question->may_decline && !session->threads)
        lend_threads(question->collection, session);
}

void effort_end(const gdx_question *question) {
    gdx_session *session = question->session;
    if (!session->threads)
        return;
    gdx_searcher_lend_threads(session->searcher, NULL, 0);
    gdx_executor_free(GDX_TAKE(session->executor));
    atomic_fetch_sub(&question->collection->threads, session->threads);
    session->threads = 0;
}

bool effort_declines(gdx_question *question, uint64_t work_ns) {
    if (!question->may_decline)
        return false;
    question->has_declined = work_ns >= SHORT_NS;
    if (!question->has_declined)
        gdx_searcher_limit_work(question->session->searcher, SHORT_NS - work_ns);
    return question->has_declined;
}
