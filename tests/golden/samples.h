// SPDX-License-Identifier: Apache-2.0
// samples.h: the small indexes that golden files are made of, and that the reader of tests/format is compared over.
#ifndef TEST_GOLDEN_SAMPLES_H
#define TEST_GOLDEN_SAMPLES_H

#include "gdx/base.h"

// In this order; each is a folder of its own:
//   empty      no document was ever added
//   article    the sample article, one document in one segment
//   documents  a dozen made documents in two segments, three of them deleted
//   parts      three documents with notes, captions, furniture and places, one of them deleted
//   compact    the documents of those two, in two compact segments and an exact one
//   archive    the same in two archives and an exact segment
#define SAMPLES(SAMPLE) SAMPLE(empty) SAMPLE(article) SAMPLE(documents) SAMPLE(parts) SAMPLE(compact) SAMPLE(archive)

// Makes the index `name` in `directory`, which must be empty or not there yet. `examples`: the folder of the article.
gdx_status sample_make(const char *name, const char *directory, const char *examples, gdx_error *err) GDX_MUST_CHECK;

#endif
