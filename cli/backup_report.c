// SPDX-License-Identifier: Apache-2.0
// backup_report.c: see backup_report.h.

#include "backup_report.h"

void backup_on_progress(void *context, uint64_t done, uint64_t of) {
    char done_text[NUMBER_TEXT_BYTES], of_text[NUMBER_TEXT_BYTES];
    progress_draw(context, of ? (double)done / (double)of : 1, "%s of %s", format_bytes(done, done_text),
                  format_bytes(of, of_text));
}

void backup_print_ways(const gdx_backup_figures *figures) {
    const struct {
        const char *name;
        uint64_t bytes;
    } ways[] = {{"copied", figures->copied_bytes},
                {"copied by sharing blocks", figures->cloned_bytes},
                {"linked", figures->linked_bytes},
                {"there already", figures->kept_bytes}};
    const char *between = "";
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        char bytes[NUMBER_TEXT_BYTES];
        if (ways[i].bytes == 0)
            continue;
        printf("%s%s %s", between, format_bytes(ways[i].bytes, bytes), ways[i].name);
        between = ", ";
    }
    if (*between)
        printf("\n");
}

json_t *backup_json(const char *type, const gdx_backup_figures *figures, uint64_t took_ns) {
    return json_pack("{s:s,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:b,s:b,s:b,s:I,s:I,s:I}", "type", type, "commit",
                     (json_int_t)figures->commit, "documents", (json_int_t)figures->documents, "segments",
                     (json_int_t)figures->segments, "index_bytes", (json_int_t)figures->bytes, "copied_bytes",
                     (json_int_t)figures->copied_bytes, "cloned_bytes", (json_int_t)figures->cloned_bytes,
                     "linked_bytes", (json_int_t)figures->linked_bytes, "kept_bytes", (json_int_t)figures->kept_bytes,
                     "unchanged", figures->is_unchanged, "had_index", figures->had_index, "was_unreadable",
                     figures->was_unreadable, "commit_before", (json_int_t)figures->commit_before, "documents_before",
                     (json_int_t)figures->documents_before, "took_us", (json_int_t)(took_ns / 1000));
}
