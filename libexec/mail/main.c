// SPDX-License-Identifier: Apache-2.0
// main.c: gramdex-mail, a converter: EML, mbox and MHTML files as JSON Lines (mail.h says which). It needs its input
// file and standard output, and nothing else of the machine. GMime and its GLib end a program that runs out of memory,
// which is one reason why this is a program of its own.

#include "mail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int usage(void) {
    fprintf(stderr, "usage: gramdex-mail [--kind mail|mbox|mhtml] [--attachment-limit BYTES] FILE\n");
    return 2;
}

static bool read_kind(const char *word, enum mail_kind *out) {
    static const struct {
        const char *word;
        enum mail_kind kind;
    } kinds[] = {{"mail", MAIL_MESSAGE}, {"mbox", MAIL_MBOX}, {"mhtml", MAIL_PAGE}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(word, kinds[i].word) == 0) {
            *out = kinds[i].kind;
            return true;
        }
    return false;
}

static bool read_number(const char *word, size_t *out) {
    char *end;
    errno = 0;
    unsigned long long number = strtoull(word, &end, 10);
    *out = (size_t)number;
    return errno == 0 && *word >= '0' && *word <= '9' && *end == '\0';
}

// The file's name; NULL: wrong use.
static const char *read_options(int count, char **words, struct mail_options *options) {
    int at = 1;
    for (; at + 1 < count && strncmp(words[at], "--", 2) == 0 && words[at][2]; at += 2) {
        bool is_good = strcmp(words[at], "--kind") == 0 ? read_kind(words[at + 1], &options->kind)
                       : strcmp(words[at], "--attachment-limit") == 0
                           ? read_number(words[at + 1], &options->attachment_limit)
                           : false;
        if (!is_good)
            return NULL;
    }
    return at + 1 == count ? words[at] : NULL;
}

static void print_mailbox(struct mail_run *run) {
    gdx_slice message;
    size_t at = 0;
    run->is_quoted = true;
    while (!run->has_failed && mailbox_next(run->file, &at, &message)) {
        run->number++;
        message_print(run, message, false);
    }
}

static int convert(struct mail_run *run, const char *path) {
    enum mail_kind kind = run->options.kind ? run->options.kind : mail_sniff(run->file);
    gdx_slice message = mail_of_file(run->file);
    if (kind == MAIL_MBOX && mail_sniff(run->file) != MAIL_MBOX)
        kind = MAIL_MESSAGE; // a mailbox of one, without its first line
    if (kind == MAIL_MBOX) {
        print_mailbox(run);
    } else if (kind != MAIL_UNKNOWN && mail_has_header(message)) {
        run->number = 1;
        message_print(run, message, kind == MAIL_PAGE);
    } else {
        fprintf(stderr, "%s: starts like no mail, expected a header\n", path);
        return 1;
    }
    if (fflush(stdout) != 0 || run->has_failed) {
        fprintf(stderr, "%s: its text cannot be written: %s\n", path, strerror(errno));
        return 1;
    }
    return 0;
}

int main(int count, char **words) {
    struct mail_run run = {.options = {.attachment_limit = 64 << 20}};
    struct stat facts;
    const char *path = read_options(count, words, &run.options);
    if (!path)
        return usage();
    run.descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (run.descriptor < 0 || fstat(run.descriptor, &facts) != 0) {
        fprintf(stderr, "%s: cannot be opened: %s\n", path, strerror(errno));
        return 1;
    }
    void *map = S_ISREG(facts.st_mode) && facts.st_size > 0
                    ? mmap(NULL, (size_t)facts.st_size, PROT_READ, MAP_PRIVATE, run.descriptor, 0)
                    : MAP_FAILED;
    if (map == MAP_FAILED) {
        fprintf(stderr, "%s: empty, or no file that can be mapped\n", path);
        return 1;
    }
    run.file = (gdx_slice){map, (size_t)facts.st_size};
    g_mime_init();
    int result = convert(&run, path);
    gdx_decoder_free(run.guesser);
    g_mime_shutdown();
    munmap(map, (size_t)facts.st_size);
    close(run.descriptor);
    return result;
}
