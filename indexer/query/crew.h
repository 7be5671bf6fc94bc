// SPDX-License-Identifier: Apache-2.0
// crew.h: one query by several threads. The parts of some work are numbered. Helpers, each with a searcher of its own,
// do them in any order; the query's thread takes what they found in order, so that answers are those of one thread.
// Threads: the run's owner calls everything here. Relies on the executor that the searcher was lent.
#ifndef GDX_QUERY_CREW_H
#define GDX_QUERY_CREW_H

#include "budget.h"

typedef struct query_parts {
    size_t count;
    // Does a part; what it finds is in the memory of `run` and where `context` has a place for the part. In a helper's
    // run on any thread, several at once; in the query's own when a part is done again.
    gdx_status (*work)(void *context, query_run *run, size_t part, gdx_error *err);
    void *context;
    bool are_kept; // what was found of a part stays until the query ends; else until the next part is taken
} query_parts;

// How many parts may be under way at once. 0: the searcher has no threads to share with, or its helpers are busy with
// other parts, or hold what was kept of them; the caller does all by itself.
size_t query_crew_places(const query_run *run);
// Helpers begin with part `first`. GDX_NO_MEMORY: nothing has begun.
gdx_status query_crew_begin(query_run *run, const query_parts *parts, size_t first, gdx_error *err) GDX_MUST_CHECK;
// Waits for a part; parts are taken in order. *out: the run in which it was done, a helper's or `run` itself. Any error
// of the work. A query must fail as it would on one thread, where each part may take all the memory: a part that fails
// for want of memory, or with which more texts are read than a query may read, is done again in `run`, and so are all
// after it. When parts are kept it is GDX_NO_MEMORY: the caller does all again.
gdx_status query_crew_take(query_run *run, size_t part, query_run **out, gdx_error *err) GDX_MUST_CHECK;
// Waits for helpers, whose other parts are dropped. What is kept counts towards the memory of `run`, unless parts are
// to be done again. After query_crew_begin, whatever happened.
void query_crew_end(query_run *run);

// Items [0, count) of whatever, of which something is found that a list of numbers holds.
typedef struct query_finding {
    size_t count;
    size_t part;   // items that a thread does at a time: about half a millisecond's
    size_t shared; // with fewer items no thread is asked
    // Appends to `out` what it finds of items [begin, end), in order. `run` and `out` are a helper's, or the caller's;
    // it uses no list of the searcher but `out`.
    gdx_status (*find)(const void *context, query_run *run, size_t begin, size_t end, query_list *out, gdx_error *err);
    const void *context;
} query_finding;
// Appends what is found of all items, in order, to a list of the run's searcher. Any error of the work.
gdx_status query_crew_find(query_run *run, const query_finding *finding, query_list *out,
                           gdx_error *err) GDX_MUST_CHECK;

void query_crew_reset(query_crew *crew); // between two queries; NULL is fine
void query_crew_free(query_crew *crew);  // NULL is fine

#endif
