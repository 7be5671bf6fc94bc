// SPDX-License-Identifier: Apache-2.0
// libcurl.c: see libcurl.h.

#include "libcurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

#define LIBCURL_FILE "libcurl.so.4" // since 2006; a function that it has got since then may be missing in an old one

static struct libcurl library;
static gdx_error failure;

static void load(void) {
    static const struct {
        const char *name;
        void *member;
    } functions[] = {
#define LIBCURL_ROW(name) {"curl_" #name, &library.name},
        LIBCURL_FUNCTIONS(LIBCURL_ROW)
#undef LIBCURL_ROW
    };
    void *handle = dlopen(LIBCURL_FILE, RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; handle && i < sizeof functions / sizeof functions[0]; i++) {
        void *found = dlsym(handle, functions[i].name);
        if (!found)
            handle = NULL;
        memcpy(functions[i].member, &found, sizeof found); // ISO C has no cast from an object to a function
    }
    if (!handle)
        gdx_fail(&failure, GDX_UNSUPPORTED,
                 "object stores need libcurl, which cannot be loaded (Debian's package libcurl4): %.300s", dlerror());
    else if (library.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        gdx_fail_memory(&failure, "libcurl");
}

gdx_status libcurl_load(const struct libcurl **out, gdx_error *err) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    *out = &library;
    return failure.status == GDX_OK ? GDX_OK : gdx_error_pass(err, &failure);
}
