// SPDX-License-Identifier: Apache-2.0
// program.h: runs the built program as a shell would, and keeps what it said.
// Relies on POSIX, jansson, cmocka. A test has one directory of its own, removed at its end.
#ifndef GRAMDEX_TESTS_PROGRAM_H
#define GRAMDEX_TESTS_PROGRAM_H

#include "gdx/base.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
// after the four above, as it demands
#include <cmocka.h>
#include <sys/types.h>

enum { PATH_BYTES = 512 };

// A temporary directory, and in it the index that most tests ask.
struct place {
    char directory[PATH_BYTES];
    char index[PATH_BYTES];
};
void place_make(struct place *place);
void place_remove(struct place *place);
// A place of the test's own as *state, for cmocka's setup and teardown.
int place_set_up(void **state);
int place_tear_down(void **state);
// "<directory>/<name>" into `to`.
const char *place_path(const struct place *place, const char *name, char to[PATH_BYTES]);
// A place with an index of these records, JSON Lines; later runs are as on a terminal without colours.
void place_make_indexed(struct place *place, const char *records);
// A file with this content; returns its path in `to`.
const char *place_write(const struct place *place, const char *name, const char *content, char to[PATH_BYTES]);

struct said {
    int exit_status; // 128 + signal when one ended it
    gdx_buffer out;  // both with a zero after the end
    gdx_buffer err;
};
void said_clear(struct said *said);
static inline const char *said_out(const struct said *said) {
    return (const char *)said->out.data;
}
static inline const char *said_err(const struct said *said) {
    return (const char *)said->err.data;
}

// Runs `gramdex COMMAND --index INDEX ARGUMENT...`; the arguments end with NULL.
struct said run(const struct place *place, const char *command, ...) __attribute__((sentinel));
// The same with standard input.
struct said run_with_input(const struct place *place, const char *input, const char *command, ...)
    __attribute__((sentinel));
// The same on a terminal of so many columns: what is seen there, of standard error too, is in `out`.
struct said run_on_terminal(const struct place *place, unsigned columns, const char *command, ...)
    __attribute__((sentinel));
// Any arguments after "gramdex"; the list ends with NULL.
struct said run_bare(const struct place *place, const char *const *arguments);
// A function of shell: `flip FILE BYTE` damages two bytes of a file that may be linked elsewhere, and not there.
#define FLIP_FUNCTION                                                                                                  \
    "flip() { cp \"$1\" held && rm \"$1\" && cp held \"$1\" && printf '\\377\\377' |\n"                                \
    "    dd of=\"$1\" bs=1 seek=\"$2\" conv=notrunc 2>/dev/null; }"
// A line of shell, with $GRAMDEX and $INDEX set.
struct said run_shell(const struct place *place, const char *line);
// Starts without waiting; `input_fd` becomes its standard input. Finish with run_wait.
pid_t run_start(const struct place *place, int input_fd, const char *const *arguments);
struct said run_wait(const struct place *place, pid_t pid);

// Lines of shell after those of $FUNCTIONS, which a setup has set. Fails the test unless they exit so and say this, on
// either output.
void expect_shell(const struct place *place, const char *lines, int exit_status, const char *words);
// Fails the test, showing what was said, unless the exit status is as expected.
void expect_status(const struct said *said, int exit_status);
// Fails the test, showing the text, unless it has this part.
void expect_in(const char *text, const char *part);
// The line-th line of standard output, from 0, as JSON; the caller drops the reference. Fails the test if it is none.
json_t *json_of_line(const struct said *said, size_t line);
size_t line_count(const struct said *said);
// A member's integer; fails the test when it is not there.
int64_t integer_of(const json_t *object, const char *name);
const char *string_of(const json_t *object, const char *name);

#endif
