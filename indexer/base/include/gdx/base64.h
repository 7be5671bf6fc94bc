// SPDX-License-Identifier: Apache-2.0
// gdx/base64.h: base64 (RFC 4648, section 4), which carries bytes in texts. Relies on gdx/base.h. Any thread.
#ifndef GDX_BASE64_H
#define GDX_BASE64_H

#include "gdx/base.h"

gdx_status gdx_base64_encode(gdx_slice raw, gdx_buffer *out) GDX_MUST_CHECK;  // appends, without padding
gdx_status gdx_base64_decode(gdx_slice text, gdx_buffer *out) GDX_MUST_CHECK; // appends; with or without; GDX_INVALID

#endif
