// SPDX-License-Identifier: Apache-2.0
// index_shard.c: `gramdex index --shard`: one of several runs that together build one index. Relies on index_command.h,
// gdx/parts.h.

#include "index_command.h"
#include "report.h"

#include "gdx/parts.h"

#include <stdlib.h>

gdx_status index_check_shard(struct index_command *self, bool has_standard_input, gdx_error *err) {
    gdx_shard shard;
    if (!self->shard)
        return self->unless_in ? gdx_fail(err, GDX_INVALID, "--unless-in goes with --shard") : GDX_OK;
    const struct {
        bool is_given;
        const char *what;
    } others[] = {{has_standard_input, "standard input"},
                  {self->options.prune, "--prune"},
                  {self->options.commit_every > 0, "--commit-every"},
                  {self->is_dry_run, "--dry-run"}};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (others[i].is_given)
            return gdx_fail(err, GDX_INVALID, "--shard does not go with %s", others[i].what);
    if (self->paths.count == 0 && self->files_from.count == 0)
        return gdx_fail(err, GDX_INVALID, "PATH... is missing");
    return gdx_shard_choose(self->shard, getenv, &shard, err);
}

// ---- what decides, besides the inputs, which documents they are, and the bytes of the part

static gdx_status append(gdx_buffer *to, const char *name, const char *value) {
    return value ? gdx_buffer_append_format(to, "%s=%s\n", name, value) : GDX_OK;
}

static gdx_status append_list(gdx_buffer *to, const char *name, const struct option_list *list) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < list->count && status == GDX_OK; i++)
        status = append(to, name, list->items[i]);
    return status;
}

static gdx_status describe_manner(const struct index_command *self, gdx_buffer *out) {
    const gdx_batch_options *options = &self->options;
    gdx_status status = append(out, "source", options->source);
    if (status == GDX_OK)
        status = append(out, "encoding", options->encoding);
    if (status == GDX_OK)
        status = append(out, "map", self->map_text);
    if (status == GDX_OK)
        status = append(out, "id-from", self->id_from);
    if (status == GDX_OK)
        status = append(out, "date-from", self->date_from);
    if (status == GDX_OK)
        status = append_list(out, "facet", &self->facets);
    if (status == GDX_OK)
        status = append_list(out, "converter", &self->converters);
    if (status == GDX_OK && self->shape != GDX_SHAPE_EXACT)
        status = append(out, "shape", gdx_shape_name(self->shape));
    if (status == GDX_OK)
        status =
            gdx_buffer_append_format(out, "ocr=%d %u\ndocument-limit=%zu\nlevel=%d\nmerge=%d\n", (int)self->ocr,
                                     self->ocr_pages, options->document_limit, options->level, (int)options->merge);
    return status == GDX_OK ? gdx_buffer_append(out, "", 1) : status;
}

// ---- the run

static gdx_status report_part(const struct index_command *self, gdx_shard shard, const char *outcome,
                              const char *sentence, gdx_error *err) {
    if (self->target.json)
        return json_line(json_pack("{s:s,s:I,s:I,s:s}", "type", "part", "part", (json_int_t)shard.index, "parts",
                                   (json_int_t)shard.count, "outcome", outcome),
                         err);
    printf("%s: part %u of %u%s\n", self->target.index, shard.index, shard.count, sentence);
    return GDX_OK;
}

static gdx_status build(struct index_command *self, const gdx_part_options *options, gdx_batch_summary *summary,
                        gdx_error *err) {
    GDX_AUTO(gdx_part_build) part = NULL;
    bool is_first = false;
    gdx_status status = gdx_part_build_open(self->target.index, options, &part, err);
    if (status == GDX_OK) {
        self->part_directory = gdx_part_build_directory(part);
        status = index_open_converter(self, err);
    }
    if (status == GDX_OK)
        status = gdx_part_build_run(part, self->files.paths, self->files.count, &self->options, summary, err);
    index_end_findings(self);
    if (status == GDX_OK)
        status = gdx_part_build_finish(part, &is_first, err);
    if (status == GDX_OK)
        status = report_part(self, options->shard, is_first ? "made" : "another_was_first",
                             is_first ? "" : ": another was first", err);
    return status == GDX_OK ? index_report(self, summary, gdx_part_build_writer(part), err) : status;
}

// Another run has made it: nothing was read.
static gdx_status report_made(const struct index_command *self, gdx_shard shard, const gdx_batch_summary *summary,
                              gdx_error *err) {
    gdx_status status = report_part(self, shard, "there", " is there already, of the same inputs", err);
    return status == GDX_OK && self->target.json ? index_report(self, summary, NULL, err) : status;
}

static gdx_status add_keys(const struct index_command *self, gdx_keys *keys, gdx_error *err) {
    gdx_status status = GDX_OK;
    for (size_t i = 0; i < self->facets.count && status == GDX_OK; i++)
        status = gdx_keys_add(keys, gdx_slice_of(self->facets.items[i]), err);
    return status;
}

gdx_status index_build_part(struct index_command *self, gdx_batch_summary *summary, gdx_error *err) {
    gdx_buffer manner = {0};
    gdx_keys keys = {0};
    gdx_part_options options = {.unless = self->unless_in, .keys = &keys, .shape = self->shape};
    bool is_made = false;
    gdx_status status = describe_manner(self, &manner) == GDX_OK ? GDX_OK : gdx_fail_memory(err, "a part");
    options.manner = (const char *)manner.data;
    if (status == GDX_OK)
        status = gdx_shard_choose(self->shard, getenv, &options.shard, err);
    if (status == GDX_OK)
        status = add_keys(self, &keys, err);
    if (status == GDX_OK)
        status = index_find_base(self, self->target.index, err);
    if (status == GDX_OK)
        status = gdx_part_is_made(self->target.index, &options, self->files.paths, self->files.count, &self->options,
                                  &is_made, err);
    if (status == GDX_OK)
        status = is_made ? report_made(self, options.shard, summary, err) : build(self, &options, summary, err);
    gdx_buffer_clear(&manner);
    return status;
}
