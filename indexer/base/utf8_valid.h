// SPDX-License-Identifier: Apache-2.0
// utf8_valid.h: the variants that gdx_utf8_valid chooses from, for utf8.c and the tests.
#ifndef GDX_BASE_UTF8_VALID_H
#define GDX_BASE_UTF8_VALID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool utf8_valid_plain(const uint8_t *data, size_t bytes);
#ifdef __x86_64__
bool utf8_valid_v3(const uint8_t *data, size_t bytes); // needs GDX_PROCESSOR_V3
#endif

#endif
