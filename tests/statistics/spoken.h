// SPDX-License-Identifier: Apache-2.0
// spoken.h: random collections that say something: words that stand together, and documents of one topic.
#ifndef TEST_SPOKEN_H
#define TEST_SPOKEN_H

#include "../property/corpus.h"

// The ids of documents of the topic end with t. corpus_clear frees what it has.
void speak(struct corpus *out, random_state *random);
const char *spoken_topic(random_state *random); // a word of the topic that others stand near

#endif
