// SPDX-License-Identifier: Apache-2.0
// sanitizer.h: whether a test runs under the thread sanitizer, which sees what threads do at once and nothing else, and
// takes several times as long. Tests in Python find the name of theirs in GRAMDEX_TEST_SANITIZER.
#ifndef TEST_SANITIZER_H
#define TEST_SANITIZER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#ifdef __SANITIZE_THREAD__
enum { WATCHES_THREADS = 1 };
#else
enum { WATCHES_THREADS = 0 };
#endif

// For a case in which one thread works, or threads do what another case has them do, too.
static inline void skip_thread_sanitizer(void) {
    if (WATCHES_THREADS)
        skip();
}

#endif
