// SPDX-License-Identifier: Apache-2.0
// postgres.c: PostgreSQL with pg_trgm: documents in a table, a GIN index of trigrams over title and text, a phrase by
// ILIKE. The server is a child of this program with a cluster of its own in the index's folder, reached by a socket
// there; it does not run as root, so root runs it as the user that the package makes.
// Settings: the table is loaded by COPY and indexed afterwards, in one transaction, with memory for the whole index; no
// syncing, no full pages in the log, TOAST by LZ4; character classes by C.UTF-8, since pg_trgm sees no Chinese letter
// in the C locale. GIN is built by one process. A query has one process, and statistics of the table. The index helps
// from three characters up; shorter phrases are answered by reading the table. Bytes are the table's and its index's.

#include "measure.h"
#include "peer.h"
#include "spawn.h"

#include <libpq-fe.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SERVER_USER "postgres"

enum { CONNECT_TRIES = 3000, CONNECT_WAIT_US = 10000, COLUMNS = 5 };

struct postgres {
    pid_t server;
    PGconn *connection;
    char *text; // a line of COPY, or a pattern
    size_t bytes, capacity;
};

static bool fail(const struct postgres *postgres, struct peer_message *message) {
    snprintf(message->text, sizeof message->text, "%s",
             postgres->connection ? PQerrorMessage(postgres->connection) : "no memory");
    return false;
}

// ---- the server

static const struct passwd *server_user(void) { // NULL: the one that runs this program
    return geteuid() == 0 ? getpwnam(SERVER_USER) : NULL;
}

static bool run(const char *program, const char *const *options, struct peer_message *message) {
    const char *arguments[16] = {0};
    size_t count = 0;
    static const char *const as_user[] = {"setpriv", "--reuid=" SERVER_USER, "--regid=" SERVER_USER, "--clear-groups"};
    for (size_t i = 0; server_user() && i < sizeof as_user / sizeof *as_user; i++)
        arguments[count++] = as_user[i];
    arguments[count++] = program;
    while (*options && count + 1 < sizeof arguments / sizeof *arguments)
        arguments[count++] = *options++;
    char said[4096] = "";
    int exit_status = spawn_and_wait(arguments, said, sizeof said, message);
    if (exit_status > 0)
        snprintf(message->text, sizeof message->text, "%.100s: exit status %d", program, exit_status);
    return exit_status == 0;
}

static bool prepare(const char *directory, struct peer_message *message) {
    const struct passwd *user = server_user();
    if (user && chown(directory, user->pw_uid, user->pw_gid) != 0) {
        snprintf(message->text, sizeof message->text, "%s: cannot be given to %s", directory, user->pw_name);
        return false;
    }
    return run(POSTGRES_PROGRAMS "/initdb",
               (const char *const[]){"-D", directory, "--no-sync", "--auth=trust", "--username=" SERVER_USER,
                                     "--encoding=UTF8", "--locale=C.UTF-8", NULL},
               message);
}

static pid_t start_server(const char *folder, const char *memory) {
    static const char *const settings[] = {"listen_addresses=",
                                           "fsync=off",
                                           "synchronous_commit=off",
                                           "full_page_writes=off",
                                           "wal_level=minimal",
                                           "max_wal_size=16GB",
                                           "max_wal_senders=0",
                                           "max_parallel_workers_per_gather=0",
                                           "shared_buffers=2GB",
                                           "work_mem=256MB",
                                           "random_page_cost=1.1",
                                           "default_toast_compression=lz4",
                                           "logging_collector=off",
                                           "autovacuum=off",
                                           "jit=off"};
    enum { SETTINGS = sizeof settings / sizeof *settings };
    char sockets[PATH_MAX + 32], workspace[64];
    snprintf(sockets, sizeof sockets, "unix_socket_directories=%s", folder);
    snprintf(workspace, sizeof workspace, "maintenance_work_mem=%s", memory);
    const char *arguments[2 * SETTINGS + 8] = {
        POSTGRES_PROGRAMS "/postgres", "-D", folder, "-c", sockets, "-c", workspace};
    for (size_t i = 0; i < SETTINGS; i++) {
        arguments[2 * i + 7] = "-c";
        arguments[2 * i + 8] = settings[i];
    }
    pid_t process = fork();
    const struct passwd *user = server_user();
    if (process != 0)
        return process;
    if (freopen("/dev/null", "w", stderr) && freopen("/dev/null", "w", stdout) &&
        (!user || (setgid(user->pw_gid) == 0 && setuid(user->pw_uid) == 0)) &&
        prctl(PR_SET_PDEATHSIG, SIGINT) == 0) // it does not outlive this program, also when that is killed
        execv(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(127);
}

static bool connect_to(struct postgres *postgres, const char *folder) {
    const char *const names[] = {"host", "user", "dbname", NULL};
    const char *const values[] = {folder, SERVER_USER, "postgres", NULL};
    for (int try = 0; try < CONNECT_TRIES; try++) {
        PQfinish(postgres->connection);
        postgres->connection = PQconnectdbParams(names, values, 0);
        if (PQstatus(postgres->connection) == CONNECTION_OK)
            return true;
        usleep(CONNECT_WAIT_US);
    }
    return false;
}

static void close_all(void *opened) {
    struct postgres *postgres = opened;
    PQfinish(postgres->connection);
    if (postgres->server > 0) {
        kill(postgres->server, SIGINT); // its fast shutdown: writes what is in memory
        waitpid(postgres->server, NULL, 0);
    }
    free(postgres->text);
    free(postgres);
}

static bool execute(struct postgres *postgres, const char *statement, ExecStatusType expected,
                    struct peer_message *message) {
    PGresult *result = PQexec(postgres->connection, statement);
    bool is_fine = PQresultStatus(result) == expected;
    PQclear(result);
    return is_fine ? true : fail(postgres, message);
}

static struct postgres *start(const char *directory, struct peer_message *message) {
    char folder[PATH_MAX];
    struct postgres *postgres = calloc(1, sizeof *postgres);
    if (!postgres || !realpath(directory, folder)) {
        snprintf(message->text, sizeof message->text, "%s: no cluster", directory);
        free(postgres);
        return NULL;
    }
    postgres->server = start_server(folder, "2GB");
    if (postgres->server > 0 && connect_to(postgres, folder))
        return postgres;
    fail(postgres, message);
    close_all(postgres);
    return NULL;
}

// ---- build

static bool append(struct postgres *postgres, const char *bytes, size_t count) {
    if (postgres->bytes + count + 1 > postgres->capacity) {
        size_t capacity = 2 * (postgres->bytes + count + 1);
        char *text = realloc(postgres->text, capacity);
        if (!text)
            return false;
        postgres->text = text;
        postgres->capacity = capacity;
    }
    memcpy(postgres->text + postgres->bytes, bytes, count);
    postgres->bytes += count;
    postgres->text[postgres->bytes] = 0;
    return true;
}

// A byte that `special` holds is written as `escapes` has it at the same place, after a backslash; 0 is left out, as
// PostgreSQL's text has none.
static bool append_escaped(struct postgres *postgres, struct peer_text text, const char *special, const char *escapes) {
    bool is_fine = true;
    for (size_t i = 0; is_fine && i < text.bytes; i++) {
        const char *found = text.data[i] ? strchr(special, text.data[i]) : NULL;
        if (found)
            is_fine = append(postgres, (const char[]){'\\', escapes[found - special]}, 2);
        else if (text.data[i])
            is_fine = append(postgres, &text.data[i], 1);
    }
    return is_fine;
}

static void *begin(const char *directory, unsigned threads, struct peer_message *message) {
    (void)threads;
    struct postgres *postgres = start(directory, message);
    if (!postgres)
        return NULL;
    if (execute(postgres, "CREATE EXTENSION pg_trgm", PGRES_COMMAND_OK, message) &&
        execute(postgres, "BEGIN", PGRES_COMMAND_OK, message) &&
        execute(postgres, "CREATE TABLE documents(id text, title text, date text, source text, text text)",
                PGRES_COMMAND_OK, message) &&
        execute(postgres, "COPY documents FROM STDIN", PGRES_COPY_IN, message))
        return postgres;
    close_all(postgres);
    return NULL;
}

static bool add(void *build, const struct peer_document *document, struct peer_message *message) {
    struct postgres *postgres = build;
    const struct peer_text *columns[COLUMNS] = {&document->id, &document->title, &document->date, &document->source,
                                                &document->text};
    bool is_fine = true;
    postgres->bytes = 0;
    for (int i = 0; is_fine && i < COLUMNS; i++)
        is_fine = append_escaped(postgres, *columns[i], "\\\n\r\t", "\\nrt") &&
                  append(postgres, i + 1 < COLUMNS ? "\t" : "\n", 1);
    return is_fine && PQputCopyData(postgres->connection, postgres->text, (int)postgres->bytes) == 1
               ? true
               : fail(postgres, message);
}

static bool end_copy(struct postgres *postgres, struct peer_message *message) {
    bool is_fine = PQputCopyEnd(postgres->connection, NULL) == 1;
    for (PGresult *result; (result = PQgetResult(postgres->connection)) != NULL;) {
        is_fine = is_fine && PQresultStatus(result) == PGRES_COMMAND_OK;
        PQclear(result);
    }
    return is_fine ? true : fail(postgres, message);
}

static bool finish(void *build, struct peer_message *message) {
    struct postgres *postgres = build;
    bool is_done = end_copy(postgres, message) &&
                   execute(postgres, "CREATE INDEX ON documents USING gin (title gin_trgm_ops, text gin_trgm_ops)",
                           PGRES_COMMAND_OK, message) &&
                   execute(postgres, "COMMIT", PGRES_COMMAND_OK, message);
    close_all(postgres);
    return is_done;
}

static bool settle(const char *directory, struct peer_message *message) {
    struct postgres *postgres = start(directory, message);
    bool is_done = postgres && execute(postgres, "VACUUM ANALYZE documents", PGRES_COMMAND_OK, message);
    if (postgres)
        close_all(postgres);
    return is_done;
}

static uint64_t index_bytes(const char *directory) {
    struct peer_message message;
    struct postgres *postgres = start(directory, &message);
    if (!postgres)
        return 0;
    PGresult *result = PQexec(postgres->connection, "SELECT pg_total_relation_size('documents')");
    uint64_t bytes = PQntuples(result) == 1 ? strtoull(PQgetvalue(result, 0, 0), NULL, 10) : 0;
    PQclear(result);
    close_all(postgres);
    return bytes;
}

// ---- query

static void *open_index(const char *input, const char *directory, struct peer_message *message) {
    (void)input;
    return start(directory, message);
}

// The pattern goes with the statement's text, not prepared: how rare it is decides about the plan.
static int64_t count(void *opened, struct peer_text phrase, struct peer_message *message) {
    static const char statement[] = "SELECT count(*) FROM documents WHERE title ILIKE $1 OR text ILIKE $1";
    struct postgres *postgres = opened;
    postgres->bytes = 0;
    if (!append(postgres, "%", 1) || !append_escaped(postgres, phrase, "\\%_", "\\%_") || !append(postgres, "%", 1)) {
        snprintf(message->text, sizeof message->text, "no memory");
        return PEER_FAILED;
    }
    PGresult *result =
        PQexecParams(postgres->connection, statement, 1, NULL, (const char *const[]){postgres->text}, NULL, NULL, 0);
    int64_t found = PEER_FAILED;
    if (PQresultStatus(result) == PGRES_TUPLES_OK)
        found = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
    else
        fail(postgres, message);
    PQclear(result);
    return found;
}

static uint64_t backend_ns(void *opened) {
    const struct postgres *postgres = opened;
    return process_ns(PQbackendPID(postgres->connection));
}

const struct peer peer = {.name = "PostgreSQL pg_trgm",
                          .version = "15, 2022",
                          .prepare = prepare,
                          .begin = begin,
                          .add = add,
                          .finish = finish,
                          .settle = settle,
                          .open = open_index,
                          .count = count,
                          .close = close_all,
                          .processor_ns = backend_ns,
                          .index_bytes = index_bytes};
