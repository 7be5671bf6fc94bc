// SPDX-License-Identifier: Apache-2.0
// verdict.h: what gramdex-sandbox says at the end, to the process that started it. Both sides are of one build.
#ifndef SANDBOX_VERDICT_H
#define SANDBOX_VERDICT_H

#include <stdint.h>

enum sandbox_end {
    SANDBOX_EXITED = 1,  // value: the converter's exit status
    SANDBOX_SIGNALLED,   // value: the signal that ended it
    SANDBOX_NOT_STARTED, // value: errno of exec
    SANDBOX_WALL,        // its time is over
    SANDBOX_CPU,         // its processor time is over
    SANDBOX_MEMORY,      // over its memory
    SANDBOX_FILES,       // over what it may write, or too many files, or folders too deep
    SANDBOX_PROCESSES,   // over its number of processes
    SANDBOX_SYSTEM_CALL, // it used a system call that converters may not use
    SANDBOX_NO_OUTPUT,   // it succeeded, and the file it was to write is not there
    SANDBOX_STOPPED,     // the other side wanted no more
    SANDBOX_FAILED,      // our own failure: value is errno, detail says what
};

enum { SANDBOX_DETAIL_BYTES = 120 };

struct sandbox_verdict {
    uint32_t end;
    int32_t value;
    uint64_t cpu_us; // of the converter
    char detail[SANDBOX_DETAIL_BYTES];
};

#endif
