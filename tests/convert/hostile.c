// SPDX-License-Identifier: Apache-2.0
// hostile.c: a converter that does one bad thing. usage: hostile WHAT [[@]ARGUMENT]. With @ a path does not look like
// one, because a command may read what it names. Built without a sanitizer, as gramdex-sandbox is. What it manages to
// do it says; what is denied ends it with exit status 1 and the reason.

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int denied(const char *what) {
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    return 1;
}

static int hang(const char *argument) {
    (void)argument;
    while (pause() != 0)
        ;
    return 0;
}

static void be_deaf(void) {
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_IGN);
}

static int hang_deaf(const char *argument) {
    be_deaf();
    return hang(argument);
}

static int burn(const char *argument) {
    (void)argument;
    signal(SIGXCPU, SIG_IGN);
    volatile bool goes_on = true;
    while (goes_on)
        ;
    return 0;
}

static int bomb(const char *argument) {
    for (;;)
        if (fork() < 0)
            return hang(argument);
}

static void *volatile kept; // so that no memory is optimised away

static int fill_memory(const char *argument) {
    for (;;) {
        char *bytes = malloc(1 << 20);
        if (!bytes)
            return hang(argument);
        memset(bytes, 1, 1 << 20);
        kept = bytes;
    }
}

// Eight processes with an eighth of too much each.
static int fill_memory_together(const char *argument) {
    for (int child = 0; child < 7 && fork() != 0; child++)
        ;
    char *bytes = malloc(12 << 20);
    if (bytes)
        kept = memset(bytes, 1, 12 << 20);
    return hang(argument);
}

static int write_outside(const char *path) {
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
    return file < 0 || write(file, "x", 1) != 1 ? denied("write outside") : 0;
}

static int remove_outside(const char *path) {
    return unlink(path) != 0 ? denied("remove outside") : 0;
}

static int read_outside(const char *path) {
    return open(path, O_RDONLY) < 0 ? denied("read outside") : 0;
}

static int link_outside(const char *path) {
    if (link(path, "linked") != 0)
        return denied("link to outside");
    return write_outside("linked");
}

static int open_socket(const char *argument) {
    (void)argument;
    return socket(AF_INET, SOCK_STREAM, 0) < 0 ? denied("socket") : 0;
}

static int open_local_socket(const char *argument) {
    (void)argument;
    int end = socket(AF_UNIX, SOCK_STREAM, 0);
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "socket"};
    return end < 0 || bind(end, (struct sockaddr *)&name, sizeof name) != 0 ? denied("local socket") : 0;
}

static int trace(const char *argument) {
    (void)argument;
    return ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) != 0 ? denied("ptrace") : 0;
}

static int mount_something(const char *argument) {
    (void)argument;
    return mount("none", ".", "tmpfs", 0, NULL) != 0 ? denied("mount") : 0;
}

static int kill_parent(const char *argument) {
    return kill(getppid(), SIGKILL) != 0 ? denied("kill") : hang(argument);
}

static int kill_everybody(const char *argument) {
    (void)argument;
    signal(SIGTERM, SIG_IGN);
    return kill(-1, SIGTERM) != 0 ? denied("kill all") : 0;
}

static int kill_process(const char *number) {
    return kill(atoi(number), SIGKILL) != 0 ? denied("kill a process") : 0;
}

static int flood(const char *argument) {
    (void)argument;
    static char bytes[1 << 16];
    memset(bytes, 'x', sizeof bytes);
    while (write(STDOUT_FILENO, bytes, sizeof bytes) > 0)
        ;
    return 0;
}

static int flood_errors(const char *argument) {
    (void)argument;
    for (int line = 0; line < 200000; line++)
        fprintf(stderr, "line %d of very many that nobody wants to read\n", line);
    fputs("the last \xff line\n\n", stderr);
    return 3;
}

static int endless_line(const char *argument) {
    (void)argument;
    for (int i = 0; i < 1000000; i++)
        fputs("\xe4\xb8\xad", stderr);
    return 4;
}

static int fill_disk(const char *argument) {
    static char bytes[1 << 16];
    for (int number = 0;; number++) {
        char name[32];
        snprintf(name, sizeof name, "%d", number);
        FILE *file = fopen(name, "w");
        for (int i = 0; file && i < 16; i++)
            fwrite(bytes, 1, sizeof bytes, file);
        if (file)
            fclose(file);
        else
            return hang(argument);
    }
}

static int one_large_file(const char *argument) {
    (void)argument;
    int file = open("large", O_WRONLY | O_CREAT, 0600);
    return ftruncate(file, (off_t)1 << 40) != 0 ? denied("large") : 0;
}

static int many_files(const char *argument) {
    for (int number = 0;; number++) {
        char name[32];
        snprintf(name, sizeof name, "%d", number);
        int file = open(name, O_WRONLY | O_CREAT, 0600);
        if (file < 0)
            return hang(argument);
        close(file);
    }
}

// What is hard to remove: deep, without permissions, with strange names, links.
static int litter(const char *depth) {
    for (int level = 0; level < atoi(depth); level++) {
        if (mkdir("d", 0700) != 0 || chdir("d") != 0)
            return denied("mkdir");
        int file = open("\xff\n -rf *", O_WRONLY | O_CREAT, 0000);
        if (file < 0 || symlink("/etc", "link") != 0)
            return denied("litter");
        close(file);
    }
    for (int level = 0; level < atoi(depth); level++)
        if (chdir("..") != 0 || chmod("d", 0000) != 0 || chmod("d", 0500) != 0)
            return denied("chmod");
    return puts("littered") < 0;
}

// Leaves a child behind that has left session, parent and standard output, and one that has not.
static int leave_children(const char *argument) {
    int there[2];
    if (pipe(there) != 0)
        return denied("pipe");
    for (int child = 0; child < 2; child++)
        if (fork() == 0) {
            if (child == 0 && setsid() > 0 && fork() == 0)
                close(STDOUT_FILENO), close(STDERR_FILENO);
            be_deaf();
            bool is_told = write(there[1], "", 1) == 1;
            close(there[1]); // a child that could not be made would be waited for
            return !is_told || hang(argument);
        }
    close(there[1]);
    for (int left = 0; left < 3; left++) // two children, and one of theirs
        if (read(there[0], &(char){0}, 1) != 1)
            return denied("read");
    return puts("left") < 0;
}

static int close_all(const char *argument) {
    for (int descriptor = 0; descriptor < 256; descriptor++)
        close(descriptor);
    usleep(20000);
    return argument ? atoi(argument) : 0;
}

static int crash(const char *argument) {
    (void)argument;
    raise(SIGSEGV);
    return 0;
}

static int link_as_output(const char *path) {
    return symlink(path, "output.text") != 0;
}

static int pipe_as_output(const char *argument) {
    (void)argument;
    return mkfifo("output.text", 0600) != 0;
}

static int show_descriptors(const char *argument) {
    (void)argument;
    for (int descriptor = 3; descriptor < 256; descriptor++)
        if (fcntl(descriptor, F_GETFD) >= 0)
            printf("%d is open\n", descriptor);
    return printf("input: %d bytes\n", (int)read(STDIN_FILENO, &(char){0}, 1)) < 0;
}

static const struct {
    const char *name;
    int (*act)(const char *argument);
} acts[] = {
    {"hang", hang},
    {"hang-deaf", hang_deaf},
    {"burn", burn},
    {"bomb", bomb},
    {"fill-memory", fill_memory},
    {"fill-memory-together", fill_memory_together},
    {"write-outside", write_outside},
    {"remove-outside", remove_outside},
    {"read-outside", read_outside},
    {"link-outside", link_outside},
    {"open-socket", open_socket},
    {"open-local-socket", open_local_socket},
    {"trace", trace},
    {"mount", mount_something},
    {"kill-parent", kill_parent},
    {"kill-everybody", kill_everybody},
    {"kill-process", kill_process},
    {"flood", flood},
    {"flood-errors", flood_errors},
    {"endless-line", endless_line},
    {"fill-disk", fill_disk},
    {"one-large-file", one_large_file},
    {"many-files", many_files},
    {"litter", litter},
    {"leave-children", leave_children},
    {"close-all", close_all},
    {"crash", crash},
    {"link-as-output", link_as_output},
    {"pipe-as-output", pipe_as_output},
    {"show-descriptors", show_descriptors},
};

int main(int count, char **words) {
    for (size_t i = 0; count > 1 && i < sizeof acts / sizeof *acts; i++)
        if (strcmp(acts[i].name, words[1]) == 0)
            return acts[i].act(count > 2 ? words[2] + (words[2][0] == '@') : NULL);
    fputs("hostile: no such act\n", stderr);
    return 99;
}
