// SPDX-License-Identifier: Apache-2.0
// questions.h: a random query asked by every method of the service Search, good requests and such as are refused.
#ifndef TEST_QUESTIONS_H
#define TEST_QUESTIONS_H

#include "asked.h"
#include "corpus.h"

#include <gramdex/v1/search.pb-c.h>

// Every method that takes a query; and with a filter that lets some documents pass, and a commit that the index has
// reached or not.
void compare_all(struct asked *asked);
void compare_scoped(struct asked *asked, const struct corpus *corpus);
// Of any two documents, deleted ones and the same one twice too.
void compare_passages(struct asked *asked, const struct corpus *corpus, Gramdex__V1__Scope *scope);
// The query's text as it is, or quoted beside some words of a document.
void compare_quote(struct asked *asked, const struct corpus *corpus, Gramdex__V1__Scope *scope);
void compare_get(struct asked *asked, gdx_slice id);
void compare_batch(struct asked *asked, const struct corpus *corpus);
void compare_suggest(struct asked *asked);

#endif
