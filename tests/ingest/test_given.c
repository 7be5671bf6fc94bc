// SPDX-License-Identifier: Apache-2.0
// test_given.c: documents that a program hands over.

#include "gdx/ingest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/mman.h>

#include <cmocka.h>

// Bytes that cost no memory as long as nobody writes them: U+0000 again and again.
static gdx_slice zeros(size_t bytes) {
    void *data = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    assert_ptr_not_equal(data, MAP_FAILED);
    return (gdx_slice){data, bytes};
}

static void a_text_of_2_gib_is_too_large_whatever_the_limit(void **state) {
    (void)state;
    GDX_AUTO(gdx_source) source = NULL;
    gdx_source_options options = {.document_limit = SIZE_MAX};
    assert_int_equal(gdx_source_new(&options, &source, NULL), GDX_OK);
    gdx_given given = {.id = gdx_slice_of("a"), .text = zeros((size_t)1 << 31)};
    gdx_document document;
    gdx_error err = {0};
    assert_int_equal(gdx_source_take(source, &given, &document, &err), GDX_TOO_LARGE);
    assert_string_equal(err.field, "text");
    assert_string_equal(err.message, "2147483648 bytes, expected at most 2147483647");
    munmap((void *)(uintptr_t)given.text.data, given.text.bytes);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_of_2_gib_is_too_large_whatever_the_limit),
    };
    return cmocka_run_group_tests_name("given documents", tests, NULL, NULL);
}
