// SPDX-License-Identifier: Apache-2.0
// commands.c: the one list of commands. main.c and help walk it.

#include "command.h"
#include "gdx/nearest.h"

#ifdef GRAMDEX_BENCH
#define BENCH_COMMANDS(X)                                                                                              \
    X(bench)                                                                                                           \
    X(bench_wire)
#else
#define BENCH_COMMANDS(X)
#endif
#define COMMANDS(X)                                                                                                    \
    X(index)                                                                                                           \
    X(search)                                                                                                          \
    X(count)                                                                                                           \
    X(trend)                                                                                                           \
    X(facets)                                                                                                          \
    X(dispersion)                                                                                                      \
    X(rising)                                                                                                          \
    X(keyness)                                                                                                         \
    X(ngrams)                                                                                                          \
    X(neighbours)                                                                                                      \
    X(collocates)                                                                                                      \
    X(reprints)                                                                                                        \
    X(passages)                                                                                                        \
    X(quote)                                                                                                           \
    X(suggest)                                                                                                         \
    X(get)                                                                                                             \
    X(delete)                                                                                                          \
    X(stat)                                                                                                            \
    X(verify)                                                                                                          \
    X(merge)                                                                                                           \
    X(publish)                                                                                                         \
    X(backup)                                                                                                          \
    X(restore)                                                                                                         \
    X(push)                                                                                                            \
    X(pull)                                                                                                            \
    X(sweep)                                                                                                           \
    X(serve)                                                                                                           \
    X(generate)                                                                                                        \
    BENCH_COMMANDS(X)

#define DECLARE(name) extern const struct command command_##name;
COMMANDS(DECLARE)
#define ROW(name) &command_##name,
static const struct command *const commands[] = {COMMANDS(ROW)};

const struct command *command_at(size_t index) {
    return index < sizeof commands / sizeof commands[0] ? commands[index] : NULL;
}

const struct command *command_find(int count, char *const *words, int *out_words) {
    char two[64] = "";
    if (count > 1)
        snprintf(two, sizeof two, "%.30s %.30s", words[0], words[1]);
    const struct command *found = NULL, *command;
    for (size_t i = 0; count > 0 && (command = command_at(i)); i++) {
        if (strcmp(command_name(command), two) == 0) {
            *out_words = 2;
            return command;
        }
        if (strcmp(command_name(command), words[0]) == 0)
            found = command;
    }
    *out_words = 1;
    return found;
}

const struct command *command_near(const char *name) {
    gdx_nearest nearest = {.wanted = gdx_slice_of(name)};
    const struct command *command, *near = NULL;
    for (size_t i = 0; (command = command_at(i)); i++) {
        const char *before = nearest.name;
        gdx_nearest_try(&nearest, command_name(command));
        if (nearest.name != before)
            near = command;
    }
    return near;
}
