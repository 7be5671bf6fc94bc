// SPDX-License-Identifier: Apache-2.0
// test_convert.c: conversions that go well: which row, which program, what it gives, what the cache spares; and many at
// once.

#include "world.h"

#include "../support/folder.h"
#include "gdx/clock.h"
#include "gdx/file.h"
#include "share.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void expect_output(const struct world *world, const char *text) {
    if (!gdx_slice_equal(gdx_buffer_slice(&world->out), gdx_slice_of(text)))
        fail_msg("\"%.*s\", expected \"%s\"", GDX_SLICE_ARGUMENTS(gdx_buffer_slice(&world->out)), text);
}

static void placeholders_name_input_output_and_folder(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "",
               ".caj html -- /bin/sh -c \"echo converting; cat $0 >$1; echo $2 >>$1\" INPUT OUTPUT PAGES\n"
               "doc text -- /bin/sh -c \"echo $0 $HOME $PWD\" x=FOLDER/y\n");
    world_expect(&world, world_convert(&world, ".caj", "the input\n"), GDX_OK, NULL);
    expect_output(&world, "the input\n200\n");
    assert_int_equal(world.what.form, GDX_FORM_HTML);
    assert_string_equal(world.what.name, "sh");
    world_expect(&world, world_convert(&world, "doc", ""), GDX_OK, NULL);
    char folder[256], text[1024];
    assert_int_equal(sscanf((char *)world.out.data, "x=%255[^ /]", folder), 0); // an absolute path
    assert_int_equal(sscanf((char *)world.out.data, "x=%255[^ ]", folder), 1);
    *strrchr(folder, '/') = 0;
    snprintf(text, sizeof text, "x=%s/y %s %s\n", folder, folder, folder);
    expect_output(&world, text);
    world_close(&world);
}

static void rows_are_tried_in_order(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "",
               "a text package=p -- nonesuch\n"
               "a text -- /bin/sh -c \"echo lost; echo why >&2; exit 3\"\n"
               "a html -- /bin/sh -c \"echo found; echo careful >&2\"\n"
               "b text package=p -- nonesuch\n"
               "b text -- /bin/sh -c \"echo why >&2; exit 3\"\n"
               "c text package=p -- nonesuch\n"
               "d off\n"
               "e text quiet=yes -- /bin/sh -c \"echo careful >&2\"\n");
    world_expect(&world, world_convert(&world, "a", "x"), GDX_OK, NULL);
    expect_output(&world, "found\n");
    assert_int_equal(world.what.form, GDX_FORM_HTML);
    assert_string_equal(world.what.warning, "careful");
    world_expect(&world, world_convert(&world, "b", "x"), GDX_INVALID,
                 "nonesuch is not installed: apt install p; sh: exit status 3: why");
    assert_int_equal(world.out.bytes, 0);
    world_expect(&world, world_convert(&world, "c", "x"), GDX_UNSUPPORTED, "nonesuch is not installed: apt install p");
    world_expect(&world, world_convert(&world, "d", "x"), GDX_UNSUPPORTED, "the converter for d is switched off");
    world_expect(&world, world_convert(&world, "z", "x"), GDX_UNSUPPORTED, "no converter for z");
    world_expect(&world, world_convert(&world, "e", "x"), GDX_OK, NULL);
    assert_string_equal(world.what.warning, "");
    world_expect(&world, world_convert(&world, GDX_CONVERT_OCR_PDF, "x"), GDX_UNSUPPORTED, "--ocr is not given");
    gdx_converter_counts counts;
    gdx_converter_count(world.converter, &counts);
    assert_int_equal(counts.converted, 2);
    assert_int_equal(counts.failed, 2); // what no program was asked for is none
    gdx_buffer versions = {0};          // of sh, which two rows ran
    assert_int_equal(gdx_converter_versions(world.converter, &versions), GDX_OK);
    assert_int_equal(gdx_buffer_append(&versions, "", 1), GDX_OK);
    assert_non_null(strstr((char *)versions.data, "sh of "));
    assert_null(strchr((char *)versions.data, ';'));
    gdx_buffer_clear(&versions);
    assert_true(gdx_converter_reads(world.converter, "a"));
    assert_false(gdx_converter_reads(world.converter, "d")); // off
    assert_false(gdx_converter_reads(world.converter, GDX_CONVERT_OCR_PDF));
    world_close(&world);
}

static void a_program_that_cannot_start_is_named(void **state) {
    (void)state;
    struct world world;
    char row[512];
    world_open(&world, "", "a off");
    folder_write_text(world.folder, "script", "#!/nonesuch\n");
    assert_int_equal(chmod(folder_path(world.folder, "script"), 0755), 0);
    snprintf(row, sizeof row, "a text -- %s", folder_path(world.folder, "script"));
    assert_int_equal(gdx_converters_parse(world.table, "row", gdx_slice_of(row), &world.err), GDX_OK);
    world_reopen(&world);
    world_expect(&world, world_convert(&world, "a", "x"), GDX_INVALID, "script cannot be run: No such file");
    world.options.libexec = world.temporary; // no sandbox there
    world_reopen(&world);
    world_expect(&world, world_convert(&world, "a", "x"), GDX_UNSUPPORTED, "gramdex-sandbox is not in");
    world_close(&world);
}

static void a_temporary_folder_that_is_missing_is_our_failure(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "", "a text -- cat INPUT");
    world.options.temporary = folder_path(world.folder, "none");
    world_reopen(&world);
    world_expect(&world, world_convert(&world, "a", "x"), GDX_NOT_FOUND, "the temporary folder cannot be made");
    world_close(&world);
}

static void large_inputs_and_outputs_pass_at_once(void **state) {
    (void)state;
    enum { BYTES = 20 << 20 };
    struct world world;
    world_open(&world, "",
               "a text -- cat INPUT\n"
               "b text -- cp INPUT OUTPUT\n");
    char *input = malloc(BYTES + 1);
    assert_non_null(input);
    for (size_t i = 0; i < BYTES; i++)
        input[i] = (char)('a' + i * 7 % 23);
    input[BYTES] = 0;
    for (const char *kind = "a"; *kind <= 'b'; kind = *kind == 'a' ? "b" : "c") {
        world_expect(&world, world_convert(&world, kind, input), GDX_OK, NULL);
        assert_true(gdx_slice_equal(gdx_buffer_slice(&world.out), gdx_slice_of(input)));
    }
    // One that does not read its input, and one that is over before it is sent.
    assert_int_equal(gdx_converters_parse(world.table, "row", gdx_slice_of("a text -- /bin/true"), &world.err), GDX_OK);
    world_reopen(&world);
    world_expect(&world, world_convert(&world, "a", input), GDX_OK, NULL);
    assert_int_equal(world.out.bytes, 0);
    free(input);
    world_close(&world);
}

// ---- PDF, by the real program

// A page with a line of text. The table of offsets is right, so that nothing has to be mended.
static void make_pdf(const char *line, gdx_buffer *out) {
    char content[256];
    size_t offsets[6];
    int bytes = snprintf(content, sizeof content, "BT /F1 24 Tf 72 720 Td (%s) Tj ET", line);
    const char *const objects[] = {
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        NULL,
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    };
    assert_int_equal(gdx_buffer_append_format(out, "%%PDF-1.4\n"), GDX_OK);
    for (int i = 0; i < 5; i++) {
        offsets[i] = out->bytes;
        gdx_status status =
            objects[i] ? gdx_buffer_append_format(out, "%d 0 obj\n%s\nendobj\n", i + 1, objects[i])
                       : gdx_buffer_append_format(out, "%d 0 obj\n<< /Length %d >>\nstream\n%s\nendstream\nendobj\n",
                                                  i + 1, bytes, content);
        assert_int_equal(status, GDX_OK);
    }
    offsets[5] = out->bytes;
    assert_int_equal(gdx_buffer_append_format(out, "xref\n0 6\n0000000000 65535 f \n"), GDX_OK);
    for (int i = 0; i < 5; i++)
        assert_int_equal(gdx_buffer_append_format(out, "%010zu 00000 n \n", offsets[i]), GDX_OK);
    assert_int_equal(
        gdx_buffer_append_format(out, "trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%zu\n%%%%EOF\n%c", offsets[5], 0),
        GDX_OK);
}

static bool is_installed(const char *program) {
    char path[64];
    snprintf(path, sizeof path, "/usr/bin/%s", program);
    return access(path, X_OK) == 0;
}

static void a_pdf_is_converted_once(void **state) {
    (void)state;
    if (!is_installed("pdftohtml"))
        skip();
    struct world world;
    gdx_buffer pdf = {0}, versions = {0};
    make_pdf("Trade in goods and services", &pdf);
    world_open(&world, "", "");
    char cache[512];
    snprintf(cache, sizeof cache, "%s/converted", world.folder);
    world.options.cache = cache;
    world_reopen(&world);
    for (int turn = 0; turn < 3; turn++) {
        if (turn == 2)
            world_reopen(&world); // another run
        world_expect(&world, world_convert(&world, GDX_CONVERT_PDF, (char *)pdf.data), GDX_OK, NULL);
        assert_non_null(memmem(world.out.data, world.out.bytes, "Trade in goods and services", 27));
        assert_int_equal(world.what.form, GDX_FORM_PDF_XML);
        assert_int_equal(world.what.is_cached, turn > 0);
        assert_string_equal(world.what.name, "pdftohtml");
        assert_string_equal(world.what.warning, "");
        assert_non_null(strstr(world.what.version, "pdftohtml version "));
    }
    assert_int_equal(gdx_converter_versions(world.converter, &versions), GDX_OK);
    assert_true(gdx_slice_equal(gdx_buffer_slice(&versions), gdx_slice_of(world.what.version)));
    gdx_buffer_clear(&versions);
    gdx_buffer_clear(&pdf);
    world_close(&world);
}

static void what_is_no_pdf_is_refused_in_its_words(void **state) {
    (void)state;
    if (!is_installed("pdftohtml"))
        skip();
    struct world world;
    world_open(&world, "", "");
    world_expect(&world, world_convert(&world, GDX_CONVERT_PDF, "not a PDF"), GDX_INVALID,
                 "pdftohtml: exit status 1: ");
    world_close(&world);
}

// Cut at many places it converts, with or without a warning, or is refused; nothing else.
static void a_pdf_cut_anywhere_is_converted_or_refused(void **state) {
    (void)state;
    if (!is_installed("pdftohtml"))
        skip();
    struct world world;
    gdx_buffer pdf = {0};
    make_pdf("cut", &pdf);
    world_open(&world, "", "");
    for (size_t bytes = 0; bytes < pdf.bytes; bytes += 97) {
        char *part = strndup((char *)pdf.data, bytes);
        gdx_status status = world_convert(&world, GDX_CONVERT_PDF, part);
        assert_true(status == GDX_OK || status == GDX_INVALID);
        free(part);
    }
    gdx_buffer_clear(&pdf);
    world_close(&world);
}

// Our own converter, built as this test is: under a sanitizer its memory has to fit into the sandbox, too.
static void mail_is_read_by_our_own_converter(void **state) {
    (void)state;
    struct world world;
    world_open(&world, "", "mail jsonl memory=1G -- " GRAMDEX_LIBEXEC "/gramdex-mail INPUT");
    gdx_status status = world_convert(&world, GDX_CONVERT_MAIL, "From: a@example.org\nSubject: the tariffs\n\nBody\n");
    world_expect(&world, status, GDX_OK, NULL);
    assert_int_equal(world.what.form, GDX_FORM_RECORDS);
    assert_non_null(memmem(world.out.data, world.out.bytes, "the tariffs", 11));
    assert_string_equal(world.what.warning, "");
    world_close(&world);
}

// ---- many at once

struct worker {
    pthread_t thread;
    gdx_converter *converter;
    int number;
};

static void *convert_own(void *context) {
    struct worker *worker = context;
    for (int turn = 0; turn < 6; turn++) {
        char input[32];
        gdx_buffer out = {0};
        gdx_converted what = {0};
        gdx_error err = {0};
        snprintf(input, sizeof input, "%d of %d", turn, worker->number);
        gdx_status status =
            gdx_convert(worker->converter, turn % 2 ? "a" : "b", gdx_slice_of(input), NULL, &out, &what, &err);
        assert_int_equal(status, GDX_OK);
        assert_true(gdx_slice_equal(gdx_buffer_slice(&out), gdx_slice_of(input)));
        gdx_buffer_clear(&out);
    }
    return NULL;
}

static void workers_share_one(void **state) {
    (void)state;
    struct world world;
    struct worker workers[6];
    world_open(&world, "",
               "a text memory=400M -- cat INPUT\n"
               "b text memory=2G alone=yes -- cat INPUT\n");
    for (int i = 0; i < 6; i++) {
        workers[i] = (struct worker){.converter = world.converter, .number = i};
        assert_int_equal(pthread_create(&workers[i].thread, NULL, convert_own, &workers[i]), 0);
    }
    for (int i = 0; i < 6; i++)
        assert_int_equal(pthread_join(workers[i].thread, NULL), 0);
    world_check_nothing_left(&world);
    gdx_converter_counts counts;
    gdx_converter_count(world.converter, &counts);
    assert_int_equal(counts.converted, 36);
    world_close(&world);
}

static struct share share;
static atomic_int in_use, alone_in_use;
static bool is_taken;

// Asks for 1 to 3 of 4, or for 9, which is more than there is.
static void *enter_and_leave(void *context) {
    unsigned seed = (unsigned)(uintptr_t)context;
    for (int turn = 0; turn < 300; turn++) {
        int bytes = rand_r(&seed) % 8 == 0 ? 9 : 1 + rand_r(&seed) % 3;
        bool is_alone = rand_r(&seed) % 2;
        gdx_error err = {0};
        assert_int_equal(share_enter(&share, (uint64_t)bytes, is_alone ? &is_taken : NULL, NULL, &err), GDX_OK);
        int now = atomic_fetch_add(&in_use, bytes) + bytes;
        assert_true(bytes == 9 ? now == 9 : now <= 4);
        if (is_alone)
            assert_int_equal(atomic_fetch_add(&alone_in_use, 1), 0);
        sched_yield();
        if (is_alone)
            atomic_fetch_sub(&alone_in_use, 1);
        atomic_fetch_sub(&in_use, bytes);
        share_leave(&share, (uint64_t)bytes, is_alone ? &is_taken : NULL);
    }
    return NULL;
}

static void no_more_memory_is_handed_out_than_there_is(void **state) {
    (void)state;
    pthread_t threads[5];
    gdx_error err = {0};
    assert_int_equal(share_init(&share, 4, &err), GDX_OK);
    for (uintptr_t i = 0; i < 5; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, enter_and_leave, (void *)(i + 1)), 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(share.used, 0);
    assert_int_equal(share.running, 0);
    share_destroy(&share);
}

static void who_waits_for_memory_can_be_stopped(void **state) {
    (void)state;
    gdx_error err = {0};
    gdx_stop stop = {.deadline_ns = gdx_now_ns() + 50000000};
    assert_int_equal(share_init(&share, 4, &err), GDX_OK);
    assert_int_equal(share_enter(&share, 3, NULL, NULL, &err), GDX_OK);
    assert_int_equal(share_enter(&share, 2, NULL, &stop, &err), GDX_DEADLINE);
    assert_int_equal(share_enter(&share, 1, NULL, &stop, &err), GDX_OK); // what is free needs no waiting
    share_leave(&share, 3, NULL);
    share_leave(&share, 1, NULL);
    assert_null(share.first);
    share_destroy(&share);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(placeholders_name_input_output_and_folder),
        cmocka_unit_test(rows_are_tried_in_order),
        cmocka_unit_test(a_program_that_cannot_start_is_named),
        cmocka_unit_test(a_temporary_folder_that_is_missing_is_our_failure),
        cmocka_unit_test(large_inputs_and_outputs_pass_at_once),
        cmocka_unit_test(a_pdf_is_converted_once),
        cmocka_unit_test(what_is_no_pdf_is_refused_in_its_words),
        cmocka_unit_test(a_pdf_cut_anywhere_is_converted_or_refused),
        cmocka_unit_test(mail_is_read_by_our_own_converter),
        cmocka_unit_test(workers_share_one),
        cmocka_unit_test(no_more_memory_is_handed_out_than_there_is),
        cmocka_unit_test(who_waits_for_memory_can_be_stopped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
