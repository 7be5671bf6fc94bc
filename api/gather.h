// SPDX-License-Identifier: Apache-2.0
// gather.h: a root's side of a question: asked of every slice of one commit, and the answers side by side. What adds
// them up stands beside the operation itself.
//
//     do
//         status = gather_ask(&gathered, NULL, err);      // one round, or several
//     while (gather_again(&gathered, &status, err));
//     ... add up what gather_reply gives of each slice ...
//     gather_give(&gathered, &reply.base, &reply.answer, err);
//     gather_close(&gathered);
#ifndef API_GATHER_H
#define API_GATHER_H

#include "api.h"

struct gathered_slice {
    Gramdex__V1__AskResponse *answer; // of the last round; NULL: not asked, or missing
    ProtobufCMessage *reply;          // the operation's, unpacked
    gdx_error why;                    // it is missing; status GDX_OK: it is not
};

struct slice_reply {                      // of one slice, as gdx_operation.check gets it
    const ProtobufCMessage *request;      // of the operation, as the root has it
    const Gramdex__V1__AskRequest *asked; // what the slice was asked
    const Gramdex__V1__AskResponse *answer;
    const void *reply; // of the operation
};

struct gathered { // {0} is closed
    gdx_question *question;
    const ProtobufCMessage *message;
    const gdx_operation *operation;
    gdx_leaves_pin pin;
    bool is_pinned_by_token;
    uint64_t least; // the commit must be this or a later one
    bool allows_partial;
    bool has_changed;              // a slice turned out to be missing: what was asked before does not count
    unsigned attempts;             // at a commit that leaves have let go meanwhile
    struct gathered_slice *slices; // pin.slices of them
    Gramdex__V1__AskRequest *requests;
    Gramdex__V1__LeafCommit commit;
};

// Pins a commit: 0, the current one, which must be the scope's least or later; else the one of a page token. The
// requests, one for each slice, ask `message` of it: the caller may change them. In the session's arena.
gdx_status gather_open(gdx_question *question, const ProtobufCMessage *message, uint64_t commit, struct gathered *out,
                       gdx_error *err) GDX_MUST_CHECK;
void gather_close(struct gathered *gathered);
// Another request of the operation for slices from now on, in place of `message`. GDX_NO_MEMORY.
gdx_status gather_set_request(struct gathered *gathered, uint32_t slice, const ProtobufCMessage *message,
                              gdx_error *err) GDX_MUST_CHECK;
// Asks every slice that is there, or those of `which` (one for each slice; NULL: all). Drops the answers of the last
// round. The first failure by number of the slice. With Scope.allow_partial a slice without an answer is missing.
gdx_status gather_ask(struct gathered *gathered, const bool *which, gdx_error *err) GDX_MUST_CHECK;
// True: all rounds are to be made again, because a slice is missing since, or the commit is no longer held.
bool gather_again(struct gathered *gathered, gdx_status *status, gdx_error *err);
// open, one round, and again where that helps.
gdx_status gather_all(gdx_question *question, const ProtobufCMessage *message, struct gathered *out,
                      gdx_error *err) GDX_MUST_CHECK;

// The reply of slice i; NULL: it has none.
static inline const void *gather_reply(const struct gathered *gathered, uint32_t i) {
    return gathered->slices[i].reply;
}

// ---- gather_check.c

// GDX_CORRUPT, naming the slice: no leaf gives this answer.
gdx_status gather_check(const struct gathered *gathered, const gdx_operation *operation,
                        const struct slice_reply *slice, gdx_error *err) GDX_MUST_CHECK;
// *out is sum + part. False: it is more than a slice can have.
bool gather_is_sum(uint64_t sum, uint64_t part, uint64_t *out);

// ---- what is said

// Why a slice is missing, the first that is; NULL: none is.
const gdx_error *gather_missing(const struct gathered *gathered);

// Adds to what reply_answer says: notes from the facts of query `first` on, and which slices are missing.
gdx_status gather_answer(const struct gathered *gathered, uint32_t first, Gramdex__V1__Answer *out,
                         gdx_error *err) GDX_MUST_CHECK;
// Gives the question its one reply; `answer` is the reply's field, which is filled in by the two above.
gdx_status gather_give(const struct gathered *gathered, ProtobufCMessage *reply, Gramdex__V1__Answer **answer,
                       gdx_error *err) GDX_MUST_CHECK;
// The use of the key that is said as query number `query`, over all slices.
gdx_key_use gather_key_use(const struct gathered *gathered, uint32_t query);

// ---- rows that have a name: added up by it

struct gather_row {
    ProtobufCBinaryData name;
    uint32_t slice; // it comes from
    size_t group;   // rows of different groups are never one
    uint64_t documents, occurrences, of_documents, of_symbols;
};
struct gather_rows { // {0} is empty; in the arena
    struct gather_row *rows;
    size_t count, room;
};
// GDX_NO_MEMORY.
gdx_status gather_rows_add(gdx_arena *arena, struct gather_rows *rows, struct gather_row row) GDX_MUST_CHECK;
// Puts rows of one name together: then by group and name, and the name "" comes last, as that of periods does, or
// first. GDX_CORRUPT: a slice has a name twice, or a sum over all rows does not fit.
gdx_status gather_rows_join(struct gather_rows *rows, bool empty_last, gdx_error *err) GDX_MUST_CHECK;
// Most occurrences first, then most documents, then by name; or most documents first.
void gather_rows_rank(struct gather_row *rows, size_t count, bool by_documents);

#endif
