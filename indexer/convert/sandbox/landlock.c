// SPDX-License-Identifier: Apache-2.0
// landlock.c: what a converter may read and write, by Landlock: it writes into its folder alone and reads what programs
// need, but no one's documents. By raw system calls, with numbers of our own: a program built with old headers uses
// what a newer kernel has.

#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    NUMBER_OF_CREATE_RULESET = 444,
    NUMBER_OF_ADD_RULE = 445,
    NUMBER_OF_RESTRICT_SELF = 446,
    ASK_VERSION = 1,
    RULE_PATH_BENEATH = 1,
};

// Rights, and the version of Landlock that knows them.
enum {
    RIGHT_EXECUTE = 1 << 0,
    RIGHT_WRITE_FILE = 1 << 1,
    RIGHT_READ_FILE = 1 << 2,
    RIGHT_READ_FOLDER = 1 << 3,
    RIGHT_MAKE_DEVICE = 1 << 6 | 1 << 11,
    RIGHTS_OF_1 = (1 << 13) - 1,
    RIGHT_REFER = 1 << 13,    // 2: links and renames between folders
    RIGHT_TRUNCATE = 1 << 14, // 3
    RIGHT_IOCTL = 1 << 15,    // 5: of devices
    RIGHTS_OF_FILES = RIGHT_EXECUTE | RIGHT_WRITE_FILE | RIGHT_READ_FILE | RIGHT_TRUNCATE | RIGHT_IOCTL,
    READ = RIGHT_EXECUTE | RIGHT_READ_FILE | RIGHT_READ_FOLDER,
    NETWORK_TCP = 3, // 4: bind and connect
    SCOPE_ALL = 3,   // 6: abstract sockets and signals
};

struct ruleset {
    uint64_t files, network, scoped;
};

struct rule {
    uint64_t rights;
    int32_t folder;
} __attribute__((packed));

// Where programs, their libraries, fonts and data are. Not /home, /root, /srv, /run, /mnt, most of /var, nor /tmp.
static const char *const readable[] = {
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/opt",
    "/etc",
    "/nix",
    "/gnu",
    "/proc",
    "/sys",
    "/dev",
    "/var/lib",
    "/var/cache/fontconfig",
    "/var/spool/libreoffice",
};

static const char *const writable_devices[] = {"/dev/null", "/dev/zero", "/dev/full"};

int landlock_version(void) {
    long version = syscall(NUMBER_OF_CREATE_RULESET, NULL, 0, ASK_VERSION);
    return version > 0 ? (int)version : 0;
}

static uint64_t handled_rights(int version) {
    uint64_t rights = RIGHTS_OF_1;
    if (version >= 2)
        rights |= RIGHT_REFER;
    if (version >= 3)
        rights |= RIGHT_TRUNCATE;
    if (version >= 5)
        rights |= RIGHT_IOCTL;
    return rights;
}

// A path that is not there needs no rule.
static bool allow(int ruleset, const char *path, uint64_t rights) {
    struct stat about;
    int file = open(path, O_PATH | O_CLOEXEC);
    if (file < 0)
        return true;
    if (fstat(file, &about) == 0 && !S_ISDIR(about.st_mode))
        rights &= RIGHTS_OF_FILES;
    struct rule rule = {rights, file};
    bool is_added = syscall(NUMBER_OF_ADD_RULE, ruleset, RULE_PATH_BENEATH, &rule, 0) == 0;
    close(file);
    return is_added;
}

// What the command names by a whole path, and the folder that the program is in, by its name and by where links lead.
static bool allow_command(int ruleset, char **command) {
    char name[PATH_MAX], real[PATH_MAX];
    for (char **word = command; *word; word++)
        if (**word == '/' && !allow(ruleset, *word, READ))
            return false;
    if (strlen(command[0]) < sizeof name && !allow(ruleset, dirname(strcpy(name, command[0])), READ))
        return false;
    return !realpath(command[0], real) || allow(ruleset, dirname(real), READ);
}

static bool add_rules(int ruleset, const struct job *job, uint64_t handled) {
    for (size_t i = 0; i < sizeof readable / sizeof *readable; i++)
        if (!allow(ruleset, readable[i], READ))
            return false;
    for (size_t i = 0; i < sizeof writable_devices / sizeof *writable_devices; i++)
        if (!allow(ruleset, writable_devices[i], handled & RIGHTS_OF_FILES & ~(uint64_t)RIGHT_EXECUTE))
            return false;
    return allow_command(ruleset, job->command) && allow(ruleset, job->folder, handled & ~(uint64_t)RIGHT_MAKE_DEVICE);
}

bool landlock_apply(const struct job *job) {
    int version = job->uses_landlock ? landlock_version() : 0;
    if (version == 0)
        return true;
    uint64_t handled = handled_rights(version);
    struct ruleset rules = {handled, version >= 4 ? NETWORK_TCP : 0, version >= 6 ? SCOPE_ALL : 0};
    size_t bytes = version >= 6 ? sizeof rules : version >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
    int ruleset = (int)syscall(NUMBER_OF_CREATE_RULESET, &rules, bytes, 0);
    if (ruleset < 0)
        return false;
    bool is_done = add_rules(ruleset, job, handled) && syscall(NUMBER_OF_RESTRICT_SELF, ruleset, 0) == 0;
    close(ruleset);
    return is_done;
}
