// SPDX-License-Identifier: Apache-2.0
// gdx/page.h: the page for browsers, whose files are in the program: which of them a request gets. No socket, no state.
// Relies on gdx/server.h, which asks for resources. Threads: any; everything is constant.
#ifndef GDX_PAGE_H
#define GDX_PAGE_H

#include "gdx/server.h"

// Why this program has no page, as the end of a sentence; NULL: it has one.
const char *gdx_page_absence(void);

// The file of the request's path. false: there is none, nothing is written. A name that tells the content may be kept
// for a year; any other is asked for again, by its entity tag, and is then 304 while it is the same.
bool gdx_page_reply(const gdx_resource_request *request, gdx_resource_reply *reply);

// For a server without the page: `/` says in words that there is none, and why. false: another path, nothing is
// written. `why` is the end of a sentence and must stay valid.
bool gdx_page_reply_absent(const char *why, const gdx_resource_request *request, gdx_resource_reply *reply);

#endif
