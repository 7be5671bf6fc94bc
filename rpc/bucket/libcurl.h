// SPDX-License-Identifier: Apache-2.0
// libcurl.h: libcurl, loaded when the first bucket is opened: it brings some twenty-five libraries along, which would
// be half of the start of every command. Relies on gdx/error.h, libcurl's header. Any thread.
#ifndef BUCKET_LIBCURL_H
#define BUCKET_LIBCURL_H

#include "gdx/error.h"

#include <curl/curl.h>

#define LIBCURL_FUNCTIONS(each)                                                                                        \
    each(easy_cleanup) each(easy_getinfo) each(easy_header) each(easy_init) each(easy_perform) each(easy_reset)        \
        each(easy_setopt) each(easy_strerror) each(global_init) each(slist_append) each(slist_free_all)

// Each function as curl_ and its name in libcurl's manual. The header checks the options of curl_easy_setopt and
// curl_easy_getinfo by macros, which these do not have: numbers are long or curl_off_t, as the manual says.
struct libcurl {
#define LIBCURL_MEMBER(name) __typeof__(curl_##name) *name;
    LIBCURL_FUNCTIONS(LIBCURL_MEMBER)
#undef LIBCURL_MEMBER
};

// Loads and starts it once; it stays. GDX_UNSUPPORTED: it is not there, or too old; GDX_NO_MEMORY.
gdx_status libcurl_load(const struct libcurl **out, gdx_error *err) GDX_MUST_CHECK;

#endif
