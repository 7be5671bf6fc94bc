// SPDX-License-Identifier: Apache-2.0
// converter.h: the processes inside of the sandbox.
#ifndef SANDBOX_CONVERTER_H
#define SANDBOX_CONVERTER_H

#include "sandbox.h"

// The first process of the sandbox: starts the converter, waits for it and writes a struct ending to `to`. `outer`: the
// supervisor and the process that started it.
_Noreturn void init_run(const struct job *job, bool has_namespaces, const pid_t outer[2], int to);

#endif
