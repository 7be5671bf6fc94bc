// SPDX-License-Identifier: Apache-2.0
// words_writer.h: writes the vocabulary of a segment. Format: docs/format.md, "Words". Relies on sink.h.
#ifndef GDX_SEGMENT_WORDS_WRITER_H
#define GDX_SEGMENT_WORDS_WRITER_H

#include "gdx/base.h"
#include "sink.h"

// The sections WORDS, WORD_BLOCKS and WORDS_REVERSED from `count` words in byte order.
gdx_status words_write(const gdx_slice *words, uint32_t count, segment_sink *sink, gdx_error *err) GDX_MUST_CHECK;

#endif
