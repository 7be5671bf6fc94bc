// SPDX-License-Identifier: Apache-2.0
// backup_report.h: what backup and restore say alike. Relies on gdx/backup.h, terminal.h, jansson.
#ifndef GRAMDEX_BACKUP_REPORT_H
#define GRAMDEX_BACKUP_REPORT_H

#include "terminal.h"

#include "gdx/backup.h"

#include <jansson.h>

// `context`: a struct progress.
void backup_on_progress(void *context, uint64_t done, uint64_t of);
// How the files came: copied, shared, linked, kept.
void backup_print_ways(const gdx_backup_figures *figures);
// NULL: no memory.
json_t *backup_json(const char *type, const gdx_backup_figures *figures, uint64_t took_ns);

#endif
