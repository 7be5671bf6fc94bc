// SPDX-License-Identifier: Apache-2.0
// test_cli_convert.c: `gramdex index` with files that programs of others read: which program, what is refused and why,
// what is kept for the next run, how a run is stopped. Each row is lines of shell, an exit status and what must be
// said.

#include "program.h"

#include <stdlib.h>

// copy: a converter that gives its input and the time, so that a document is the same again only if no program ran.
static int make_place(void **state) {
    static struct place place;
    place_make(&place);
    setenv("FUNCTIONS",
           "cd \"${INDEX%/*}\"; umask 022; chmod 755 .; mkdir -p in tmp; export TMPDIR=\"$PWD/tmp\"\n" // others run it
           "g() { c=$1; shift; \"$GRAMDEX\" $c --index x \"$@\"; }\n"
           "script() { cat > \"$1\" && chmod +x \"$1\"; }\n"
           "test -e copy || script copy <<'END'\n#!/bin/sh\ncat \"$1\"; date +%N\nEND\n"
           "COPY=\".caj text -- $PWD/copy INPUT\"\n",
           1);
    *state = &place;
    return 0;
}

static void expect(const struct place *place, const char *lines, int exit_status, const char *words) {
    expect_shell(place, lines, exit_status, words);
}

// ---- which program

static void an_ending_with_a_converter_is_read(void **state) {
    const struct place *place = *state;
    expect(place, "echo 产业链 > in/a.caj; g index in", 3, "refused: 1 .caj");
    expect(place, "g index --converter \"$COPY\" in", 0, "read: 1 .caj");
    expect(place, "g search 产业链", 0, "in/a.caj");
    expect(place, "mkdir in/b && cd in && tar czf b/a.tgz a.caj && cd .. && g index --converter \"$COPY\" in", 0,
           "1 added, 1 unchanged");
    expect(place, "g search 产业链", 0, "in/b/a.tgz/a.caj");
    // Whatever the program would make of it, and in capitals.
    expect(place, "rm -r in/*; echo 关税 > in/A.SVG; echo 关税 > in/a.txt; echo x > in/.a.svg; g index in", 0,
           "left out: 1 hidden name, 1 picture");
    expect(place, "g index --converter \".svg text -- $PWD/copy INPUT\" in", 0, "read: 1 .svg, 1 text");
    expect(place, "g index --converter \".txt text -- $PWD/copy INPUT\" in", 0, "1 replaced");
    expect(place, "printf 'CAJ\\0 and more' > in/paper; g index --converter \"$COPY\" in/paper", 0, "read: 1 .caj");
}

static void the_last_row_of_a_kind_counts(void **state) {
    const struct place *place = *state;
    expect(place, "echo 产业链 > in/a.caj; g index --converter '.caj off' --converter \"$COPY\" in", 0, "1 added");
    expect(place, "g index --converter \"$COPY\" --converter '.caj off' in", 3, "no reader for this kind of file");
    expect(place, "printf '%%PDF-1.4' > in/a.pdf; g index --converter 'pdf off' in/a.pdf", 3, "pdf is switched off");
    expect(place, "g index --converter '.caj' in", 2, "--converter: line 1, column 1: \".caj\": expected a form");
    expect(place, "g index --converter-memory 1 in", 2, "--converter-memory");
    expect(place, "g index --ocr-pages 3 in", 2, "--ocr-pages goes with --ocr");
}

static const char PDF[] = "cat > in/a.pdf <<'END'\n%PDF-1.4\n"
                          "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
                          "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
                          "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 400 200]/Contents 4 0 R"
                          "/Resources<</Font<</F1 5 0 R>>>>>>endobj\n"
                          "4 0 obj<</Length 53>>\nstream\nBT /F1 24 Tf 20 100 Td (global supply chain) Tj ET\n"
                          "endstream endobj\n"
                          "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\n"
                          "trailer<</Root 1 0 R>>\nEND\n";

static void a_pdf_is_read_and_the_summary_names_the_converter(void **state) {
    const struct place *place = *state;
    char lines[2048];
    snprintf(lines, sizeof lines, "%sg index in", PDF);
    expect(place, lines, 0, "read by: pdftohtml version ");
    expect(place, "g search '\"global supply chain\"'", 0, "page 1");
    expect(place, "g index --json in", 0, "\"converted\":0,\"cached\":1,\"converters\":\"pdftohtml version ");
    expect(place, "grep -v '^4 0 obj' in/a.pdf | sed 's,/Contents 4 0 R,,' > in/scan.pdf; g index in", 3,
           "a scan: no text on its 1 page (a picture of text: --ocr is not given)");
    expect(place, "echo 关税 > in/a.txt; g index --json in/a.txt", 0,
           "\"converted\":0,\"cached\":0,\"converters\":\"\"");
}

static void pictures_are_read_if_recognition_is_asked_for(void **state) {
    const struct place *place = *state;
    expect(place, "echo 关税 > in/a.png; g index in", 0, "left out: 1 picture");
    expect(place, "g index --ocr --converter \"ocr-image text -- $PWD/copy INPUT\" in", 0, "read: 1 picture");
    expect(place, "g get --json in/a.png", 0, "\"metadata\":{\"ocr\":\"true\"}");
}

// ---- refused

static void a_program_that_is_missing_is_named_with_its_package(void **state) {
    const struct place *place = *state;
    expect(place,
           "echo x > in/a.caj; echo 关税 > in/b.txt; "
           "g index --converter '.caj text package=caj-tools -- no-such-program INPUT' in",
           3, "in/a.caj: no-such-program is not installed: apt install caj-tools");
    expect(place, "g count 关税", 0, "1 document,");
}

static void a_program_that_misbehaves_is_refused_and_the_rest_is_read(void **state) {
    const struct place *place = *state;
    expect(
        place,
        "script hang <<'END'\n#!/bin/sh\nsleep 1000 & sleep 1000\nEND\n"
        "script fork <<'END'\n#!/bin/sh\nf() { f | f & }; f; sleep 1000\nEND\n"
        "script fill <<'END'\n#!/bin/sh\nexec tail /dev/zero\nEND\n"
        "script fail <<'END'\n#!/bin/sh\necho cannot: >&2; echo a secret page >&2; exit 7\nEND\n"
        "for i in hang fork fill fail; do echo x > in/a.$i; done; echo 关税 > in/t.txt\n"
        "for i in hang fork fill fail; do set -- \"$@\" --converter \".$i text wall=3s memory=64M -- $PWD/$i INPUT\";"
        "done; g index \"$@\" in > out 2>&1; echo $? >> out\n"
        "grep -q '^in/a.hang: hang was stopped after 3 s' out && grep -q '^in/a.fill: fill was stopped: ' out && "
        "grep -q '^in/a.fork: fork was stopped' out && grep -q '^in/a.fail: fail: exit status 7: a secret' out && "
        "grep -q '^3$' out && test -z \"$(ls -A tmp)\" || { cat out; ls tmp; exit 1; }; cat out",
        0, "refused: 1 .fail, 1 .fill, 1 .fork, 1 .hang");
    expect(place, "g count 关税", 0, "1 document,");
}

static void a_failure_with_strict_names_the_file(void **state) {
    const struct place *place = *state;
    expect(place, "echo x > in/a.caj; g index --strict --converter '.caj text -- false INPUT' in", 1,
           "in/a.caj: false: exit status 1");
}

// ---- stopped

static void a_conversion_is_stopped_with_the_run(void **state) {
    const struct place *place = *state;
    static const char *const hows[] = {"", "--dry-run"};
    for (size_t i = 0; i < 2; i++) {
        char lines[2048];
        snprintf(lines, sizeof lines,
                 "N=$((1000000 + $$)); script wait <<END\n#!/bin/sh\nsleep $N\nEND\n"
                 "runs() { ps -eo args | grep -q \"^sleep $N\"; }\n"
                 "echo x > in/a.caj; \"$GRAMDEX\" index --index x %s "
                 "--converter \".caj text wall=9h -- $PWD/wait INPUT\" in & P=$!\n"
                 "until runs; do kill -0 $P || exit 9; sleep 0.1; done; kill -INT $P; wait $P; STATUS=$?\n"
                 "runs && echo left; ls -A tmp; exit $STATUS",
                 hows[i]);
        expect(place, lines, 130, "stopped; the index is at its last commit");
        expect(place, "ls -A tmp | wc -l", 0, "0\n");
    }
}

// ---- what is kept

static void what_was_converted_is_kept_for_the_next_run(void **state) {
    const struct place *place = *state;
    expect(place, "echo 产业链 > in/a.caj; g index --converter \"$COPY\" in", 0, "(1 converted, 0 kept from earlier)");
    expect(place, "g index --converter \"$COPY\" in", 0, "1 unchanged"); // it would have another time in it
    expect(place, "g index --converter \"$COPY\" in", 0, "(0 converted, 1 kept from earlier)");
    expect(place, "g verify && g merge && g verify", 0, "sound: 1 document ");
    expect(place, "rm -r x/converted && g index --converter \"$COPY\" in", 0, "1 replaced");
    expect(place,
           "echo junk > x/converted/junk; for i in x/converted/*/*; do echo y > $i; done; "
           "g index --converter \"$COPY\" in && g verify",
           0, "1 replaced");
}

static void a_dry_run_makes_no_index_and_its_conversions_are_kept_in_one_that_is_there(void **state) {
    const struct place *place = *state;
    expect(place, "echo 产业链 > in/a.caj; g index --dry-run --converter \"$COPY\" in; ls -d x 2>&1; true", 0,
           "No such");
    expect(place, "echo 关税 > b.txt; g index b.txt && g index --dry-run --converter \"$COPY\" in", 0, "1 converted");
    expect(place, "g index --converter \"$COPY\" in", 0, "(0 converted, 1 kept from earlier)");
}

static void a_server_gets_what_was_converted_here(void **state) {
    const struct place *place = *state;
    expect(
        place,
        "echo 关税 > in/b.txt; echo 产业链 > in/a.caj; g index in/b.txt; \"$GRAMDEX\" serve --index x --listen unix:s "
        "> log 2>&1 & until test -S s; do kill -0 $! || exit 9; sleep 0.1; done\n"
        "\"$GRAMDEX\" index --server unix:s --converter \"$COPY\" in; STATUS=$?\n"
        "kill $!; wait $!; ls x; exit $STATUS",
        0, "read by: copy of ");
    expect(place, "g count 产业链 && ls x", 0, "1 document,");
    expect(place, "test ! -e x/converted && echo none", 0, "none");
}

// ---- dates

static void a_name_dates_what_has_no_date_of_its_own(void **state) {
    const struct place *place = *state;
    expect(
        place,
        "echo 关税 > in/人民日报2023-05-06第3版.txt; printf -- '---\\ndate: 2020-01-02\\n---\\n关税' > in/20190101.md\n"
        "echo '<p>关税' > in/2018年3月4日.html; echo 关税 > in/plain.txt; g index in && "
        "g search --json 关税 | grep -o '\"date\":\"[^\"]*\"' | sort | tr '\\n' ' '",
        0, "\"date\":\"\" \"date\":\"\" \"date\":\"\" \"date\":\"2020-01-02\"");
    expect(place,
           "g index --date-from name in && g search --json 关税 | grep -o '\"date\":\"[^\"]*\"' | sort | tr '\\n' ' '",
           0, "\"date\":\"\" \"date\":\"2018-03-04\" \"date\":\"2020-01-02\" \"date\":\"2023-05-06\"");
    expect(place, "g get --json in/人民日报2023-05-06第3版.txt", 0, "\"metadata\":{\"date_from\":\"file name\"}");
    expect(place, "g get --json in/2018年3月4日.html", 0, "\"metadata\":{\"date_from\":\"file name\"}");
    expect(place, "g get --json in/20190101.md", 0, "\"metadata\":{\"date_from\":\"front matter\"}");
    expect(place, "g index --date-from mtime in", 2, "--date-from mtime: expected name");
    // The entry's own name, not that of its archive.
    expect(place,
           "rm -r in/*; echo 关税 > z.txt; tar cf in/2020-02-02.tar z.txt; g index --date-from name in && "
           "g get --json in/2020-02-02.tar/z.txt",
           0, "\"date\":\"\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_place, place_tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(an_ending_with_a_converter_is_read),
        TEST(the_last_row_of_a_kind_counts),
        TEST(a_pdf_is_read_and_the_summary_names_the_converter),
        TEST(pictures_are_read_if_recognition_is_asked_for),
        TEST(a_program_that_is_missing_is_named_with_its_package),
        TEST(a_program_that_misbehaves_is_refused_and_the_rest_is_read),
        TEST(a_failure_with_strict_names_the_file),
        TEST(a_conversion_is_stopped_with_the_run),
        TEST(what_was_converted_is_kept_for_the_next_run),
        TEST(a_dry_run_makes_no_index_and_its_conversions_are_kept_in_one_that_is_there),
        TEST(a_server_gets_what_was_converted_here),
        TEST(a_name_dates_what_has_no_date_of_its_own),
    };
    return cmocka_run_group_tests_name("cli: converters", tests, NULL, NULL);
}
