// SPDX-License-Identifier: Apache-2.0
// place.h: where a file is and what it is called. A place is an absolute path without . and .. components, links not
// followed. A name is what ids and origins are made of: the path below the base folder, else the place; control
// characters, bytes that are not UTF-8, and % are %XX in it. One is made from the other.
#ifndef GDX_BATCH_PLACE_H
#define GDX_BATCH_PLACE_H

#include "gdx/base.h"

// Appends the place of a path, which starts at the working folder unless it is absolute. However the path reaches the
// base folder, by links or not, the place starts as `base` is spelled.
gdx_status place_of_path(gdx_slice base, const char *path, gdx_buffer *out, gdx_error *err) GDX_MUST_CHECK;
// The same from a folder's place, by the path alone.
gdx_status place_join(gdx_slice folder, const char *path, gdx_buffer *out, gdx_error *err) GDX_MUST_CHECK;
// Appends the name of a place; GDX_NO_MEMORY.
gdx_status name_of_place(gdx_slice base, gdx_slice place, gdx_buffer *out) GDX_MUST_CHECK;
// Appends the place of a name.
gdx_status place_of_name(gdx_slice base, gdx_slice name, gdx_buffer *out) GDX_MUST_CHECK;
// Appends text with characters escaped as in a name, or gives the text of such a one back.
gdx_status name_escape(gdx_slice text, gdx_buffer *out) GDX_MUST_CHECK;
gdx_status name_unescape(gdx_slice name, gdx_buffer *out) GDX_MUST_CHECK;
// True for a folder's place itself and for all below it. *out_rest, may be NULL: what comes after it and its slash.
bool place_is_below(gdx_slice place, gdx_slice folder, gdx_slice *out_rest);
// The name of the folder directly above; "" at the top.
gdx_slice place_folder_name(gdx_slice place);

#endif
