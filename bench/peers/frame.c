// SPDX-License-Identifier: Apache-2.0
// frame.c: the program around an engine that is measured (peer.h): `build` and `query`, a JSON line for each.
// Every engine gets the same documents in the same order and the same phrases, and is timed by the same code; its
// memory is that of its own process. Phrases are answered over and over in file order, so that none finds its data
// in the cache from the call before.

#include "peer.h"

#include "documents.h"
#include "measure.h"

#include <errno.h>
#include <ftw.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TIMED_PASSES = 3, SLOW_PASS_SECONDS = 20 };

static gdx_status peer_failed(const struct peer_message *message, gdx_error *err) {
    return gdx_fail(err, GDX_INTERNAL, "%s: %s", peer.name, message->text);
}

// ---- build

static struct peer_text text_of(gdx_slice slice) {
    return (struct peer_text){slice.data ? slice.data : "", slice.bytes};
}

static gdx_status add_document(void *build, const gdx_document *document, gdx_error *err) {
    char date[GDX_DATE_TEXT_BYTES];
    gdx_date_format(document->date, date);
    struct peer_document given = {.id = text_of(document->id),
                                  .title = text_of(document->title),
                                  .date = {date, strlen(date)},
                                  .source = text_of(document->source),
                                  .text = text_of(document->text)};
    struct peer_message message = {0};
    return peer.add(build, &given, &message) ? GDX_OK : peer_failed(&message, err);
}

static gdx_status ignore_document(void *context, const gdx_document *document, gdx_error *err) {
    (void)context, (void)document, (void)err;
    return GDX_OK;
}

static gdx_status build(const char *input, const char *directory, unsigned threads, struct documents *out,
                        gdx_error *err) {
    struct peer_message message = {0};
    if (peer.build_file)
        return peer.build_file(input, directory, threads, &message) ? GDX_OK : peer_failed(&message, err);
    void *state = peer.begin(directory, threads, &message);
    if (!state)
        return peer_failed(&message, err);
    gdx_status status = documents_read(input, add_document, state, out, err);
    if (!peer.finish(state, &message) && status == GDX_OK)
        status = peer_failed(&message, err);
    return status;
}

static uint64_t bytes_below; // nftw hands on no context

static int add_file(const char *path, const struct stat *info, int kind, struct FTW *place) {
    (void)path, (void)place;
    uint64_t allocated = (uint64_t)info->st_blocks * 512;
    uint64_t length = (uint64_t)info->st_size;
    if (kind == FTW_F)
        bytes_below += allocated < length ? allocated : length;
    return 0;
}

// What its files take on the disk, holes left out.
static uint64_t directory_bytes(const char *directory) {
    enum { OPEN_FOLDERS = 8 };
    sync(); // else blocks are not allocated yet
    bytes_below = 0;
    if (peer.index_bytes)
        return peer.index_bytes(directory);
    return nftw(directory, add_file, OPEN_FOLDERS, FTW_PHYS) == 0 ? bytes_below : 0;
}

static double seconds_since(uint64_t begin_ns, uint64_t end_ns) {
    return (double)(end_ns - begin_ns) / 1e9;
}

static gdx_status run_build(const char *input, const char *directory, unsigned threads, gdx_error *err) {
    struct documents documents = {0};
    if (!peer.begin && !peer.build_file)
        return gdx_fail(err, GDX_UNSUPPORTED, "%s builds nothing", peer.name);
    if (mkdir(directory, 0777) != 0)
        return gdx_fail_errno(err, errno, "%s: cannot be made", directory);
    struct peer_message message = {0};
    if (peer.prepare && !peer.prepare(directory, &message))
        return peer_failed(&message, err);
    uint64_t begin = gdx_now_ns();
    uint64_t processor = processor_ns();
    uint64_t kernel = kernel_ns();
    gdx_status status = build(input, directory, threads, &documents, err);
    double seconds = seconds_since(begin, gdx_now_ns());
    double processor_seconds = seconds_since(processor, processor_ns());
    double kernel_seconds = seconds_since(kernel, kernel_ns());
    uint64_t peak = peak_bytes();
    begin = gdx_now_ns();
    processor = processor_ns();
    if (status == GDX_OK && peer.settle && !peer.settle(directory, &message))
        status = peer_failed(&message, err);
    double settle_seconds = peer.settle ? seconds_since(begin, gdx_now_ns()) : 0;
    double settle_processor = peer.settle ? seconds_since(processor, processor_ns()) : 0;
    if (status == GDX_OK && peer.build_file)
        status = documents_read(input, ignore_document, NULL, &documents, err);
    if (status == GDX_OK)
        printf("{\"figure\":\"build\",\"engine\":\"%s\",\"version\":\"%s\",\"threads\":%u,\"documents\":%" PRIu64
               ",\"text_bytes\":%" PRIu64 ",\"seconds\":%.3f,\"mb_per_s\":%.2f,\"settle_seconds\":%.3f"
               ",\"settle_cpu_seconds\":%.3f,\"cpu_seconds\":%.3f,\"kernel_seconds\":%.3f,\"peak_bytes\":%" PRIu64
               ",\"index_bytes\":%" PRIu64 "}\n",
               peer.name, peer.version, threads, documents.count, documents.text_bytes, seconds,
               (double)documents.text_bytes / 1e6 / seconds, settle_seconds, settle_processor, processor_seconds,
               kernel_seconds, peak, directory_bytes(directory));
    return status;
}

// ---- query

struct question {
    const char *phrase;
    int64_t truth; // documents in which it occurs
    int64_t answer;
    uint64_t passes_ns[TIMED_PASSES];
};

struct questions {
    json_t *lines;
    struct question *items;
    size_t count;
    size_t refused; // of the phrases that it cannot answer
    double cpu_ms;  // for each phrase, in the timed passes
};

static gdx_status read_questions(const char *path, struct questions *out, gdx_error *err) {
    FILE *file = fopen(path, "r");
    if (!file)
        return gdx_fail_errno(err, errno, "%s: cannot be read", path);
    out->lines = json_array();
    json_error_t error;
    for (json_t *line; (line = json_loadf(file, JSON_DISABLE_EOF_CHECK, &error)) != NULL;)
        json_array_append_new(out->lines, line);
    bool is_whole = feof(file) != 0;
    fclose(file);
    out->count = json_array_size(out->lines);
    out->items = calloc(out->count + 1, sizeof *out->items);
    if (!is_whole || !out->count || !out->items)
        return gdx_fail(err, GDX_INVALID, "%s: phrase %zu cannot be read: %s", path, out->count + 1, error.text);
    for (size_t i = 0; i < out->count; i++) {
        const json_t *line = json_array_get(out->lines, i);
        const char *phrase = json_string_value(json_object_get(line, "phrase"));
        if (!phrase)
            return gdx_fail(err, GDX_INVALID, "%s: line %zu has no \"phrase\"", path, i + 1);
        out->items[i].phrase = phrase;
        out->items[i].truth = json_integer_value(json_object_get(line, "documents"));
    }
    return GDX_OK;
}

// Refused phrases are counted, and the first one is named: what an engine's parser makes of a phrase must not end a run
// of an hour.
static void answer_all(void *opened, struct questions *questions, int pass) {
    for (size_t i = 0; i < questions->count; i++) {
        struct question *question = &questions->items[i];
        struct peer_text phrase = {question->phrase, strlen(question->phrase)};
        struct peer_message message = {0};
        uint64_t begin = gdx_now_ns();
        question->answer = peer.count(opened, phrase, &message);
        if (pass >= 0)
            question->passes_ns[pass] = gdx_now_ns() - begin;
        if (question->answer == PEER_FAILED && pass < 0 && questions->refused++ == 0)
            fprintf(stderr, "%s refuses \"%s\": %s\n", peer.name, question->phrase, message.text);
    }
}

static uint64_t median_of(const struct question *question, int passes) {
    struct samples samples = {.values = (uint64_t[TIMED_PASSES]){0}, .count = 0};
    for (int i = 0; i < passes; i++)
        samples.values[samples.count++] = question->passes_ns[i];
    return samples_quantile(&samples, 0.5);
}

static gdx_status print_answers(const struct questions *questions, int passes, gdx_error *err) {
    struct samples samples = {0};
    size_t exact = 0;
    size_t cannot = 0;
    gdx_status status = GDX_OK;
    printf("{\"figure\":\"query\",\"engine\":\"%s\",\"version\":\"%s\",\"ns\":[", peer.name, peer.version);
    for (size_t i = 0; status == GDX_OK && i < questions->count; i++) {
        const struct question *question = &questions->items[i];
        bool can = question->answer >= 0;
        exact += can && question->answer == question->truth;
        cannot += !can;
        if (can) {
            status = samples_add(&samples, median_of(question, passes));
            printf("%s%" PRIu64, i ? "," : "", median_of(question, passes));
        } else {
            printf("%snull", i ? "," : "");
        }
    }
    printf(
        "],\"phrases\":%zu,\"exact\":%zu,\"cannot\":%zu,\"refused\":%zu,\"passes\":%d,\"cpu_ms\":%.4f,\"p50_ms\":%.4f"
        ",\"p99_ms\":%.4f,\"p999_ms\":%.4f}\n",
        questions->count, exact, cannot, questions->refused, passes, questions->cpu_ms,
        (double)samples_quantile(&samples, 0.5) / 1e6, (double)samples_quantile(&samples, 0.99) / 1e6,
        (double)samples_quantile(&samples, 0.999) / 1e6);
    samples_clear(&samples);
    return status == GDX_OK ? GDX_OK : gdx_fail(err, status, "no memory for %zu times", questions->count);
}

static uint64_t all_processor_ns(void *opened) {
    return processor_ns() + (peer.processor_ns ? peer.processor_ns(opened) : 0);
}

// One pass that only warms, then some that are timed; one when a pass takes long.
static gdx_status time_answers(void *opened, struct questions *questions, gdx_error *err) {
    uint64_t begin = gdx_now_ns();
    answer_all(opened, questions, -1);
    int passes = (gdx_now_ns() - begin) / 1000000000u >= SLOW_PASS_SECONDS ? 1 : TIMED_PASSES;
    uint64_t processor = all_processor_ns(opened);
    for (int pass = 0; pass < passes; pass++)
        answer_all(opened, questions, pass);
    processor = all_processor_ns(opened) - processor;
    questions->cpu_ms = (double)processor / 1e6 / passes / (double)questions->count;
    return print_answers(questions, passes, err);
}

static gdx_status run_query(const char *input, const char *directory, const char *phrases, gdx_error *err) {
    struct questions questions = {0};
    struct peer_message message = {0};
    if (!peer.count)
        return gdx_fail(err, GDX_UNSUPPORTED, "%s answers nothing", peer.name);
    gdx_status status = read_questions(phrases, &questions, err);
    void *opened = status == GDX_OK ? peer.open(input, directory, &message) : NULL;
    if (status == GDX_OK && !opened)
        status = peer_failed(&message, err);
    if (status == GDX_OK)
        status = time_answers(opened, &questions, err);
    if (opened)
        peer.close(opened);
    free(questions.items);
    json_decref(questions.lines);
    return status;
}

int main(int argc, char **argv) {
    gdx_error err = {0};
    gdx_status status = GDX_OK;
    if (argc >= 4 && argc <= 5 && strcmp(argv[1], "build") == 0) {
        unsigned threads = argc == 5 ? (unsigned)strtoul(argv[4], NULL, 10) : 1;
        status = run_build(argv[2], argv[3], threads ? threads : 1, &err);
    } else if (argc == 5 && strcmp(argv[1], "query") == 0) {
        status = run_query(argv[2], argv[3], argv[4], &err);
    } else {
        fprintf(stderr, "usage: %s build FILE.jsonl NEW_DIR [THREADS]\n       %s query FILE.jsonl DIR PHRASES\n",
                argv[0], argv[0]);
        return 2;
    }
    if (status != GDX_OK)
        fprintf(stderr, "%s: %s\n", argv[0], err.message);
    return status == GDX_OK ? 0 : 1;
}
