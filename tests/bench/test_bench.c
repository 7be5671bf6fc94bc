// SPDX-License-Identifier: Apache-2.0
// test_bench.c: what benchmarks rest on: text that is the same for the same seed, phrases that are there, answers that
// are compared with the truth, and the exact sizes of an index, which change only when somebody means it
// (bench/sizes.csv).

#include "../support/folder.h"
#include "gdx/bench.h"

#include <inttypes.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { SMALL = 200000, PHRASES = 60, SIZES_TEXT = 2 << 20 }; // SIZES_TEXT: as bench/sizes has it

static gdx_buffer sample;
static char *folder;

static int set_up(void **state) {
    (void)state;
    folder = folder_new();
    return gdx_read_file(GDX_EXAMPLES "/article.txt", 1 << 20, &sample, NULL) == GDX_OK ? 0 : -1;
}

static int tear_down(void **state) {
    (void)state;
    gdx_buffer_clear(&sample);
    folder_remove(folder);
    return 0;
}

struct printed { // what a measurement prints
    char *text;
    size_t bytes;
    FILE *to;
};

static FILE *printed_open(struct printed *printed) {
    *printed = (struct printed){0};
    printed->to = open_memstream(&printed->text, &printed->bytes);
    assert_non_null(printed->to);
    return printed->to;
}

static void assert_fine(gdx_status status, const gdx_error *err) {
    if (status != GDX_OK)
        print_error("%s\n", err->message);
    assert_int_equal(status, GDX_OK);
}

static struct printed generate(uint64_t bytes, uint64_t seed) {
    struct printed printed;
    gdx_error err = {0};
    FILE *to = printed_open(&printed);
    assert_fine(gdx_bench_generate(gdx_buffer_slice(&sample), bytes, seed, to, &err), &err);
    fclose(to);
    return printed;
}

static struct printed measure(gdx_status run(const gdx_bench_options *, FILE *, gdx_error *), const char *input,
                              const char *directory) {
    struct printed printed;
    gdx_error err = {0};
    gdx_bench_options options = {.input = input,
                                 .directory = directory,
                                 .most_threads = 1,
                                 .runs = 1,
                                 .seed = 1,
                                 .phrase_count = PHRASES,
                                 .json = true};
    FILE *to = printed_open(&printed);
    assert_fine(run(&options, to, &err), &err);
    fclose(to);
    return printed;
}

// The first line with this figure, or, for NULL, the first line.
static json_t *find_line(const struct printed *printed, const char *figure) {
    for (const char *at = printed->text; *at;) {
        const char *end = strchr(at, '\n');
        json_t *line = json_loadb(at, (size_t)(end - at), 0, NULL);
        assert_non_null(line);
        const char *own = json_string_value(json_object_get(line, "figure"));
        if (!figure || (own && strcmp(own, figure) == 0))
            return line;
        json_decref(line);
        at = end + 1;
    }
    fail_msg("no line has the figure %s", figure);
    return NULL;
}

// ---- generated text

static void the_same_seed_generates_the_same_text(void **state) {
    (void)state;
    struct printed first = generate(SMALL, 7);
    struct printed again = generate(SMALL, 7);
    assert_true(first.bytes >= SMALL);
    assert_int_equal(first.bytes, again.bytes);
    assert_memory_equal(first.text, again.text, first.bytes);
    free(first.text);
    free(again.text);
}

static void another_seed_generates_another_text(void **state) {
    (void)state;
    struct printed first = generate(SMALL, 7);
    struct printed other = generate(SMALL, 8);
    assert_int_not_equal(gdx_checksum(first.text, SMALL), gdx_checksum(other.text, SMALL));
    free(first.text);
    free(other.text);
}

static void a_sample_of_a_few_words_is_refused(void **state) {
    (void)state;
    struct printed printed;
    gdx_error err = {0};
    FILE *to = printed_open(&printed);
    assert_int_equal(gdx_bench_generate(gdx_slice_of("全球产业链重构"), SMALL, 1, to, &err), GDX_INVALID);
    assert_non_null(strstr(err.message, "7 Chinese characters"));
    fclose(to);
    free(printed.text);
}

// ---- phrases and the truth about them

static const char *write_generated(const char *name, uint64_t bytes) {
    struct printed text = generate(bytes, 1);
    folder_write(folder, name, text.text, text.bytes);
    free(text.text);
    return folder_path(folder, name);
}

static void drawn_phrases_are_of_every_length_and_stand_in_the_text(void **state) {
    (void)state;
    struct printed phrases = measure(gdx_bench_phrases, write_generated("text.jsonl", SMALL), NULL);
    unsigned count = 0;
    for (const char *at = phrases.text; *at; at = strchr(at, '\n') + 1, count++) {
        json_t *line = json_loads(at, JSON_DISABLE_EOF_CHECK, NULL);
        json_int_t documents = json_integer_value(json_object_get(line, "documents"));
        assert_int_equal(json_integer_value(json_object_get(line, "symbols")), 1 + count % 20);
        assert_true(documents >= 1);
        assert_true(json_integer_value(json_object_get(line, "occurrences")) >= documents);
        json_decref(line);
    }
    assert_int_equal(count, PHRASES);
    free(phrases.text);
}

static void an_index_answers_all_phrases_with_the_truth(void **state) {
    (void)state;
    const char *text = write_generated("text.jsonl", SMALL);
    const char *index = folder_path(folder, "index");
    struct printed phrases = measure(gdx_bench_phrases, text, NULL);
    folder_write(folder, "phrases.jsonl", phrases.text, phrases.bytes);
    struct printed built = measure(gdx_bench_build, text, index);
    struct printed answers = measure(gdx_bench_query, folder_path(folder, "phrases.jsonl"), index);
    json_t *truth = find_line(&answers, "truth");
    assert_int_equal(json_integer_value(json_object_get(truth, "exact")), PHRASES);
    assert_int_equal(json_integer_value(json_object_get(truth, "of")), PHRASES);
    json_decref(truth);
    free(phrases.text);
    free(built.text);
    free(answers.text);
}

static void an_answer_that_is_not_the_truth_is_not_exact(void **state) {
    (void)state;
    const char *index = folder_path(folder, "index");
    struct printed built = measure(gdx_bench_build, write_generated("text.jsonl", SMALL), index);
    folder_write_text(folder, "wrong.jsonl",
                      "{\"phrase\":\"没有这个词组\",\"symbols\":6,\"documents\":3,\"occurrences\":4}\n");
    struct printed answers = measure(gdx_bench_query, folder_path(folder, "wrong.jsonl"), index);
    json_t *truth = find_line(&answers, "truth");
    assert_int_equal(json_integer_value(json_object_get(truth, "exact")), 0);
    json_decref(truth);
    free(built.text);
    free(answers.text);
}

static void a_long_count_is_timed_by_one_thread_and_by_all(void **state) {
    (void)state;
    struct printed printed;
    gdx_error err = {0};
    const char *index = folder_path(folder, "index");
    struct printed built = measure(gdx_bench_build, write_generated("text.jsonl", SMALL), index);
    folder_write_text(folder, "one.jsonl", "{\"phrase\":\"词组\",\"symbols\":2,\"documents\":0,\"occurrences\":0}\n");
    gdx_bench_options options = {
        .input = folder_path(folder, "one.jsonl"), .directory = index, .most_threads = 2, .runs = 1, .json = true};
    FILE *to = printed_open(&printed);
    assert_fine(gdx_bench_query(&options, to, &err), &err);
    fclose(to);
    json_t *lent = find_line(&printed, "lent");
    assert_int_equal(json_integer_value(json_object_get(lent, "threads")), 2);
    assert_true(json_real_value(json_object_get(lent, "one_ms")) > 0);
    assert_true(json_real_value(json_object_get(lent, "lent_ms")) > 0);
    json_decref(lent);
    free(printed.text);
    free(built.text);
}

// ---- statistics

// The periods hold some of the generated documents; the second half of 2024 and the year before need not.
static void each_statistic_is_measured(void **state) {
    (void)state;
    static const char *const methods[] = {"contrast", "ngrams", "neighbours", "collocates",
                                          "trend",    "facets", "dispersion"};
    const char *index = folder_path(folder, "index");
    struct printed built = measure(gdx_bench_build, write_generated("text.jsonl", SMALL), index), printed;
    gdx_bench_options options = {.directory = index, .most_threads = 2, .runs = 1, .json = true};
    gdx_error err = {0};
    options.a = "date:2018..";
    options.b = "date:..2017";
    FILE *to = printed_open(&printed);
    assert_fine(gdx_bench_statistics(&options, to, &err), &err);
    fclose(to);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, "\"method\":\"%s\",\"threads\":1,", methods[i]);
        const char *line = strstr(printed.text, wanted);
        assert_non_null(line);
        assert_true(strtoull(strstr(line, "\"of\":") + strlen("\"of\":"), NULL, 10) > 0);
    }
    assert_non_null(strstr(printed.text, "\"method\":\"contrast\",\"threads\":2,"));
    free(printed.text);
    free(built.text);
}

// One in seven of them is a reprint, one in 21 an excerpt.
static void reprints_that_were_made_are_found(void **state) {
    (void)state;
    enum { MADE = 2100 };
    const char *index = folder_path(folder, "index");
    struct printed made;
    gdx_error err = {0};
    FILE *to = printed_open(&made);
    assert_fine(gdx_bench_generate_reprints(gdx_buffer_slice(&sample), MADE, 1, to, &err), &err);
    fclose(to);
    folder_write(folder, "reprints.jsonl", made.text, made.bytes);
    struct printed built = measure(gdx_bench_build, folder_path(folder, "reprints.jsonl"), index);
    struct printed found = measure(gdx_bench_reprints, NULL, index);
    json_t *line = find_line(&found, "reprints");
    assert_int_equal(json_integer_value(json_object_get(line, "documents")), MADE);
    assert_int_equal(json_integer_value(json_object_get(line, "reprints_of")), MADE / 7);
    assert_int_equal(json_integer_value(json_object_get(line, "reprints_right")), MADE / 7);
    assert_int_equal(json_integer_value(json_object_get(line, "reprints_wrong")), 0);
    assert_int_equal(json_integer_value(json_object_get(line, "excerpts_of")), MADE / 21);
    assert_int_equal(json_integer_value(json_object_get(line, "excerpts_right")), MADE / 21);
    json_decref(line);
    free(made.text);
    free(built.text);
    free(found.text);
}

static void a_statistic_that_there_is_not_is_refused(void **state) {
    (void)state;
    gdx_error err = {0};
    gdx_bench_options options = {.directory = folder_path(folder, "index"), .methods = "trend,kurtosis"};
    assert_int_equal(gdx_bench_statistics(&options, stdout, &err), GDX_INVALID);
    assert_non_null(strstr(err.message, "\"kurtosis\" is no statistic"));
}

// ---- sizes

static uint64_t listed_bytes(gdx_slice list, const char *part) {
    char wanted[64];
    snprintf(wanted, sizeof wanted, "\"%s\",", part);
    const char *at = memmem(list.data, list.bytes, wanted, strlen(wanted));
    return at ? strtoull(at + strlen(wanted), NULL, 10) : 0;
}

static void an_index_of_generated_text_has_the_listed_sizes(void **state) {
    (void)state;
    gdx_buffer list = {0};
    gdx_error err = {0};
    assert_fine(gdx_read_file(GDX_SOURCE_ROOT "/bench/sizes.csv", 1 << 16, &list, &err), &err);
    assert_int_equal(gdx_buffer_append(&list, "", 1), GDX_OK);
    struct printed merged =
        measure(gdx_bench_merge, write_generated("sizes.jsonl", SIZES_TEXT), folder_path(folder, "sizes"));
    json_t *merge = find_line(&merged, "merge"); // so little text is one segment
    assert_int_equal(json_integer_value(json_object_get(merge, "segments")), 1);
    assert_true(json_is_null(json_object_get(merge, "mb_per_s")));
    json_decref(merge);
    json_t *size = find_line(&merged, "size");
    const char *part;
    json_t *bytes;
    bool differs = false;
    json_object_foreach(json_object_get(size, "parts"), part, bytes) {
        uint64_t listed = listed_bytes(gdx_buffer_slice(&list), part);
        uint64_t found = (uint64_t)json_integer_value(bytes);
        differs |= listed != found;
        if (listed != found)
            print_error("%s: %" PRIu64 " bytes, %" PRIu64 " are listed\n", part, found, listed);
    }
    if (differs)
        fail_msg("if that is meant: bench/sizes > bench/sizes.csv");
    json_decref(size);
    gdx_buffer_clear(&list);
    free(merged.text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_generates_the_same_text),
        cmocka_unit_test(another_seed_generates_another_text),
        cmocka_unit_test(a_sample_of_a_few_words_is_refused),
        cmocka_unit_test(drawn_phrases_are_of_every_length_and_stand_in_the_text),
        cmocka_unit_test(an_index_answers_all_phrases_with_the_truth),
        cmocka_unit_test(an_answer_that_is_not_the_truth_is_not_exact),
        cmocka_unit_test(a_long_count_is_timed_by_one_thread_and_by_all),
        cmocka_unit_test(each_statistic_is_measured),
        cmocka_unit_test(reprints_that_were_made_are_found),
        cmocka_unit_test(a_statistic_that_there_is_not_is_refused),
        cmocka_unit_test(an_index_of_generated_text_has_the_listed_sizes),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
