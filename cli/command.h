// SPDX-License-Identifier: Apache-2.0
// command.h: what main.c needs to know of a subcommand: one row of its table each.
// A command parses its own options (argp ends the program itself on --help and on wrong use), does its work, prints,
// and returns the exit status.
#ifndef GRAMDEX_COMMAND_H
#define GRAMDEX_COMMAND_H

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_WRONG_USE = 2 };

// argv[0] is "gramdex COMMAND", so that messages and usage name it.
typedef int command_function(int argc, char **argv);

command_function command_index, command_search, command_count, command_trend, command_get, command_delete, command_stat,
    command_verify, command_merge, command_serve, command_bench, command_bench_wire; // the last: bench.c's

#endif
