// SPDX-License-Identifier: Apache-2.0
// served.c: see served.h.

#include "served.h"

#include "folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

void served_close_work(struct served *served) {
    gdx_work_close(served->work, NULL, NULL);
}

static void on_stopped(void *context) {
    struct served *served = context;
    uv_close((uv_handle_t *)&served->stop, NULL);
    if (served->stopped)
        served->stopped(served);
    else
        served_close_work(served);
}

static void on_stop(uv_async_t *async) {
    struct served *served = async->data;
    gdx_server_stop(served->server, on_stopped, served);
}

static void run(void *context) {
    struct served *served = context;
    gdx_work_run_loop_here(served->work);
    uv_run(&served->loop, UV_RUN_DEFAULT);
}

void served_open(struct served *served) {
    gdx_server_options options = gdx_server_options_default();
    gdx_error err = {0};
    *served = (struct served){.folder = folder_new()};
    snprintf(served->address, sizeof served->address, "unix:%s/socket", served->folder);
    assert_int_equal(uv_loop_init(&served->loop), 0);
    assert_int_equal(uv_async_init(&served->loop, &served->stop, on_stop), 0);
    served->stop.data = served;
    assert_int_equal(gdx_work_open(&served->loop, 2, 100, &served->work, &err), GDX_OK);
    assert_int_equal(gdx_server_open(&served->loop, served->work, &options, &served->server, &err), GDX_OK);
}

void served_run(struct served *served) {
    gdx_error err = {0};
    assert_int_equal(gdx_server_listen(served->server, served->address, NULL, &err), GDX_OK);
    assert_int_equal(uv_thread_create(&served->thread, run, served), 0);
}

void served_stop(struct served *served) {
    uv_async_send(&served->stop);
    uv_thread_join(&served->thread);
    assert_int_equal(uv_loop_close(&served->loop), 0);
    folder_remove(served->folder);
}
