// SPDX-License-Identifier: Apache-2.0
// index_command.h: one run of `gramdex index`, and what its files do for each other. Relies on target.h, terminal.h,
// gdx/batch.h.
#ifndef GRAMDEX_INDEX_COMMAND_H
#define GRAMDEX_INDEX_COMMAND_H

#include "file_list.h"
#include "options.h"
#include "terminal.h"

#include "gdx/batch.h"

struct index_command {
    struct target target;
    gdx_batch_options options;
    struct command_arguments paths;
    struct option_list globs, excludes, files_from, converters, facets;
    struct file_list files;
    const char *shard, *unless_in;
    const char *part_directory; // with --shard: where the part is built
    const char *metrics_file;   // NULL: none
    const char *base, *allow_refused, *prune_limit, *map_text, *id_from, *date_from;
    gdx_record_map *map;    // of map_text
    gdx_buffer base_folder; // found
    struct gdx_converters *table;
    size_t converter_memory;
    uint32_t ocr_pages;
    gdx_batch_share allowed;
    gdx_shape shape; // that was asked for
    bool has_shape, ends_with_zero, is_dry_run, ocr;
    unsigned verbose;
    uint64_t since_ns;
    struct progress progress;
    uint64_t shown; // findings
    uint64_t unshown;
    gdx_status output_status; // of the lines for refusals
};

// index.c. `directory`: of the index; NULL: a server has it.
gdx_status index_find_base(struct index_command *self, const char *directory, gdx_error *err) GDX_MUST_CHECK;

// index_options.c. The check of the options together also reads those that are more than a number or a text.
extern const struct option_table index_own_table;
gdx_status index_check(void *settings, gdx_error *err) GDX_MUST_CHECK;

// index_convert.c. The first only checks --converter; the second sets options.converter.
gdx_status index_check_converters(const struct index_command *self, gdx_error *err) GDX_MUST_CHECK;
gdx_status index_open_converter(struct index_command *self, gdx_error *err) GDX_MUST_CHECK;
void index_close_converter(struct index_command *self);

// index_shard.c. The check of --shard and --unless-in; and the run that builds a part.
gdx_status index_check_shard(struct index_command *self, bool has_standard_input, gdx_error *err) GDX_MUST_CHECK;
gdx_status index_build_part(struct index_command *self, gdx_batch_summary *summary, gdx_error *err) GDX_MUST_CHECK;

// index_report.c: what people and programs see of a run. The first two are callbacks of a batch.
void index_on_progress(void *context, const gdx_batch_progress *at);
void index_on_finding(void *context, const gdx_batch_finding *finding);
// Ends the lines of findings, before the summary.
void index_end_findings(struct index_command *self);
// `writer` NULL: a server has the index.
gdx_status index_report(const struct index_command *self, const gdx_batch_summary *summary, gdx_index_writer *writer,
                        gdx_error *err) GDX_MUST_CHECK;
// The same of a run that changes nothing. `summary->deleted` is what --prune would delete.
gdx_status index_report_trial(const struct index_command *self, gdx_batch_summary *summary,
                              gdx_error *err) GDX_MUST_CHECK;

// index_metrics.c: the run's figures into --metrics-file, whatever became of it; nothing without that option. GDX_IO,
// GDX_NO_SPACE, GDX_NO_MEMORY: what the file held stays.
gdx_status index_write_metrics(const struct index_command *self, const gdx_batch_summary *summary, int exit_status,
                               gdx_error *err) GDX_MUST_CHECK;

// index.c: --shape. GDX_PRECONDITION: the index has documents, and so another shape, which stays.
gdx_status index_check_shape(const struct index_command *self, const gdx_snapshot *snapshot,
                             gdx_error *err) GDX_MUST_CHECK;

// index_trial.c: --dry-run. Nothing is written, not even an index that is not there.
gdx_status index_trial(struct index_command *self, gdx_batch_summary *summary, gdx_error *err) GDX_MUST_CHECK;

#endif
