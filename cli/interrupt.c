// SPDX-License-Identifier: Apache-2.0
// interrupt.c: SIGINT and SIGTERM as a flag. The flag is global because a signal handler has nothing else to reach.

#include "interrupt.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

static atomic_bool interrupted;
static atomic_int signal_number;

static void on_signal(int number) {
    atomic_store(&signal_number, number);
    atomic_store(&interrupted, true);
}

const atomic_bool *interrupt_watch(void) {
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    return &interrupted;
}

int interrupt_signal(void) {
    return atomic_load(&signal_number);
}
