// SPDX-License-Identifier: Apache-2.0
// served.h: a server on a thread and a loop of its own, on a unix socket in a new folder.
#ifndef TEST_SERVED_H
#define TEST_SERVED_H

#include "gdx/server.h"

struct served {
    uv_thread_t thread;
    uv_loop_t loop;
    uv_async_t stop;
    gdx_work *work;
    gdx_server *server;
    char *folder, address[512]; // "unix:..."
    void *context;              // the test's
    // Runs on: the server's loop, once it has stopped. Closes what the test has opened on that loop, then calls
    // served_close_work. NULL: nothing was.
    void (*stopped)(struct served *served);
};

// Opens everything but the services: add them, then run. Fails the test when it cannot.
void served_open(struct served *served);
void served_run(struct served *served);
void served_close_work(struct served *served); // Runs on: the server's loop
void served_stop(struct served *served);

#endif
