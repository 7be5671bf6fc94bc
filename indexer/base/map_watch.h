// SPDX-License-Identifier: Apache-2.0
// map_watch.h: the maps of the process, as the handler of SIGBUS finds them.
#ifndef BASE_MAP_WATCH_H
#define BASE_MAP_WATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gdx_map_watch;

// Watches a map until map_watch_end, which comes before the map is taken away. NULL: no memory. Any thread.
struct gdx_map_watch *map_watch_begin(const void *data, size_t bytes);
void map_watch_end(struct gdx_map_watch *watch);

bool map_watch_has_fault(const struct gdx_map_watch *watch, uint64_t *out_byte);
void map_watch_set_fault(struct gdx_map_watch *watch, uint64_t byte); // the first one stays

#endif
