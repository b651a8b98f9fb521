/* Lets a program's writes to its SQLite file go wrong, when it is loaded before the C library (LD_PRELOAD).
 *
 * The file that FAULTS_CONTROL names is shared with the test, which says when and how: five numbers, see disk.rs. Only
 * the database and its write-ahead log are meddled with; the shared index beside them is memory, not a file to write. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

struct control {
    /* Which write goes wrong, from 1 on; 0 for none. */
    _Atomic uint32_t at;
    /* What the system says then. */
    _Atomic uint32_t error;
    /* The sum of these. */
    _Atomic uint32_t how;
    /* How many writes there were, and how many of them went wrong. */
    _Atomic uint32_t calls, hits;
};
enum { STAYS = 1, TORN = 2 };

static struct control *control;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULTS_CONTROL");
    int file = path ? open(path, O_RDWR) : -1;
    if (file < 0) abort();
    control = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (control == MAP_FAILED) abort();
    close(file);
}

static int ends_with(const char *text, const char *end) {
    size_t length = strlen(text), least = strlen(end);
    return length >= least && strcmp(text + length - least, end) == 0;
}

static int is_database(int file) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return ends_with(path, ".sqlite") || ends_with(path, ".sqlite-wal");
}

enum verdict { PASS, FAIL, HALF };

static enum verdict judge(int file) {
    if (!control || !control->at || !is_database(file)) return PASS;
    uint32_t call = ++control->calls, at = control->at, how = control->how;
    if (!at || call < at || (call > at && !(how & STAYS))) return PASS;
    control->hits++;
    if (call == at && (how & TORN)) return HALF;
    errno = (int)control->error;
    return FAIL;
}

#define REAL(name) __typeof__(name) *real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

#define WRITES(name, offset_type)                                                              \
    ssize_t name(int file, const void *bytes, size_t length, offset_type offset) {             \
        REAL(name);                                                                            \
        enum verdict verdict = judge(file);                                                    \
        return verdict == FAIL ? -1 : real(file, bytes, verdict == HALF ? length / 2 : length, offset); \
    }
WRITES(pwrite, off_t)
WRITES(pwrite64, off64_t)

ssize_t write(int file, const void *bytes, size_t length) {
    REAL(write);
    enum verdict verdict = judge(file);
    return verdict == FAIL ? -1 : real(file, bytes, verdict == HALF ? length / 2 : length);
}

#define CUTS(name, offset_type)                             \
    int name(int file, offset_type length) {                \
        REAL(name);                                         \
        return judge(file) == FAIL ? -1 : real(file, length); \
    }
CUTS(ftruncate, off_t)
CUTS(ftruncate64, off64_t)

#define SYNCS(name)                                  \
    int name(int file) {                             \
        REAL(name);                                  \
        return judge(file) == FAIL ? -1 : real(file); \
    }
SYNCS(fsync)
SYNCS(fdatasync)
