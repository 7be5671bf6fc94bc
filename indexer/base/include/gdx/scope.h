// SPDX-License-Identifier: Apache-2.0
// gdx/scope.h: who frees an object: cleanup at the end of a scope, and handing over to a caller.
// Relies on the C library. Threads: none are involved; both act on the caller's own variables.
//
//     GDX_AUTO(gdx_map) map = NULL;   // freed at the end of the scope, whatever the way out
//     ...
//     *out = GDX_TAKE(map);           // the caller owns it now; `map` is NULL and nothing is freed
#ifndef GDX_SCOPE_H
#define GDX_SCOPE_H

#include <stddef.h>

// A pointer that is released at the end of its scope. Its type needs a GDX_DEFINE_AUTO.
#define GDX_AUTO(type) __attribute__((cleanup(type##_free_auto))) type *
// Makes GDX_AUTO(type) call `release` on a pointer that is not NULL.
#define GDX_DEFINE_AUTO(type, release)                                                                                 \
    __attribute__((unused)) static inline void type##_free_auto(type **object) {                                       \
        if (*object)                                                                                                   \
            release(*object);                                                                                          \
    }

// Hands a pointer over: its value, after the variable is set to NULL. `pointer` is evaluated twice.
#define GDX_TAKE(pointer)                                                                                              \
    __extension__({                                                                                                    \
        __auto_type taken_ = (pointer);                                                                                \
        (pointer) = NULL;                                                                                              \
        taken_;                                                                                                        \
    })

#endif
