// SPDX-License-Identifier: Apache-2.0
// metadata.h: what the rest of protocol/ needs of metadata lists beyond the promise: entries as they come from the
// wire.
#ifndef PROTOCOL_METADATA_H
#define PROTOCOL_METADATA_H

#include "gdx/protocol.h"

bool metadata_is_binary(gdx_slice name);
// Without any check of name and value.
gdx_status metadata_append(gdx_metadata *metadata, gdx_slice name, gdx_slice value) GDX_MUST_CHECK;
// Decodes the value of a binary name. GDX_INVALID: it is no base64.
gdx_status metadata_append_from_wire(gdx_metadata *metadata, gdx_slice name, gdx_slice value) GDX_MUST_CHECK;

#endif
