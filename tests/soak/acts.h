// SPDX-License-Identifier: Apache-2.0
// acts.h: what a call of the swarm does, and how it may end. Relies on gdx/base.h, gdx/protocol.h.
#ifndef GDX_SOAK_ACTS_H
#define GDX_SOAK_ACTS_H

#include "gdx/protocol.h"

// Documents that are never changed, and the phrase that they alone have.
enum { BASE_DOCUMENTS = 300, CHANGED_DOCUMENTS = 200 };

enum manner {
    READ_ALL,
    READ_SLOWLY,       // a message in each turn of a slow timer
    CANCEL_AT_ONCE,    // with the request hardly sent
    CANCEL_AFTER_SOME, // messages
    HURRY,             // a deadline of micro- to milliseconds
};

struct act {
    const char *name, *path;
    unsigned weight; // how often, of all acts
    enum manner manner;
    gdx_status (*pack)(gdx_buffer *out);
    unsigned messages;                // requests, each packed anew
    unsigned allowed;                 // codes it may end with, 1 << code each
    bool (*is_true)(gdx_slice reply); // NULL: any
};

extern const struct act acts[];
extern const size_t act_count;
const struct act *act_draw(bool may_write); // by weight; writers are few

// BASE_DOCUMENTS as JSON Lines.
gdx_status acts_write_base(const char *path, gdx_error *err) GDX_MUST_CHECK;
// Some of CHANGED_DOCUMENTS, of other text each time.
gdx_status acts_write_changes(const char *path, gdx_error *err) GDX_MUST_CHECK;
unsigned chance(unsigned limit); // a number below it; the same sequence in every run

#endif
