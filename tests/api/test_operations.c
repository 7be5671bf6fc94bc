// SPDX-License-Identifier: Apache-2.0
// test_operations.c: the table of operations: every method of the services has its row, and a row that is incomplete
// ends the program with a message that names it.

#include "api.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void every_method_of_the_services_has_a_row(void **state) {
    (void)state;
    const ProtobufCServiceDescriptor *services[] = {&gramdex__v1__search__descriptor, &gramdex__v1__index__descriptor,
                                                    &gramdex__v1__leaf__descriptor};
    size_t count, methods = 0;
    const gdx_operation *rows = gdx_operations(&count);
    for (size_t s = 0; s < 3; s++) {
        methods += services[s]->n_methods;
        for (unsigned i = 0; i < services[s]->n_methods; i++) {
            const gdx_operation *row = gdx_operation_find(services[s], services[s]->methods[i].name);
            assert_non_null(row);
            assert_ptr_equal(row->request, services[s]->methods[i].input);
            assert_ptr_equal(row->reply, services[s]->methods[i].output);
        }
    }
    assert_int_equal(count, methods);
    for (size_t i = 1; i < count; i++) // services lie together: the server lays methods out in this order
        assert_true(rows[i].service == rows[i - 1].service || rows[i].service == services[1] ||
                    (rows[i].service == services[2] && rows[i - 1].service == services[1]));
}

extern const gdx_operation count_operation; // count.c

// What the check prints before it aborts; "" when it returns.
static void check_in_child(gdx_operation operation, char out[256]) {
    int pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(pipe_ends[1], STDERR_FILENO);
        close(pipe_ends[0]);
        signal(SIGABRT, SIG_DFL);
        operation_check(&operation);
        _exit(0);
    }
    close(pipe_ends[1]);
    ssize_t bytes = read(pipe_ends[0], out, 255);
    out[bytes > 0 ? bytes : 0] = 0;
    close(pipe_ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(out[0] ? WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT : WIFEXITED(status));
}

static void a_row_with_a_missing_field_dies_and_names_it(void **state) {
    (void)state;
    char said[256];
    gdx_operation good = count_operation;
    check_in_child(good, said);
    assert_string_equal(said, "");
    gdx_operation bad[6] = {good, good, good, good, good, good};
    bad[0].run = NULL;
    bad[1].name = "Cuont";
    bad[2].service = NULL;
    bad[3].replies_stream = true;
    bad[4].requests_stream = true;
    bad[5].effort = (gdx_effort)7;
    const char *const words[] = {"operation Count: run",     "operation Cuont: the service", "operation Count: service",
                                 "operation Count: produce", "operation Count: finish",      "operation Count: effort"};
    for (size_t i = 0; i < 6; i++) {
        check_in_child(bad[i], said);
        assert_non_null(strstr(said, words[i]));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_method_of_the_services_has_a_row),
        cmocka_unit_test(a_row_with_a_missing_field_dies_and_names_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
