/* A disk and a clock that tests can spoil, put between a process and the system with LD_PRELOAD.
 *
 * It records, in order, every write, truncation, synchronisation, deletion and renaming of files whose
 * path begins with $SHIM_FILES, and what goes out on sockets. What a power cut would leave of the files
 * is worked out from the record by the test; here every call goes through to the system unchanged,
 * unless the control file asks for trouble. It does not see memory-mapped writes: SQLite maps only the
 * -shm file, which it makes anew at every start.
 *
 * $SHIM_RECORD   the record (appended to); none if unset
 * $SHIM_FILES    beginning of the paths that matter
 * $SHIM_CONTROL  16 bytes: int32 trouble, int32 countdown, int64 seconds that the clock is off
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum trouble { NONE = 0, FULL = 1, READ_ONLY = 2, BROKEN = 3, BROKEN_ONCE = 4 };

struct control {
    int32_t trouble;
    int32_t countdown;
    int64_t clock;
};

static struct control nothing;
static volatile struct control *control = &nothing;
static const char *prefix = NULL;
static size_t prefix_length = 0;
static int record = -1;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t syncs = 0;

#define REAL(type, name, ...) \
    static type (*real_##name)(__VA_ARGS__) = NULL; \
    if (!real_##name) real_##name = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

static ssize_t plain_write(int fd, const void *data, size_t length) {
    REAL(ssize_t, write, int, const void *, size_t);
    return real_write(fd, data, length);
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("SHIM_CONTROL");
    if (path) {
        int fd = open(path, O_RDWR);
        if (fd >= 0) {
            void *mapped = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
            if (mapped != MAP_FAILED) control = mapped;
            close(fd);
        }
    }
    prefix = getenv("SHIM_FILES");
    prefix_length = prefix ? strlen(prefix) : 0;
    path = getenv("SHIM_RECORD");
    if (path) record = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

/* kind, length of the name, offset or length of the file, length of the data; then name and data. */
static void note(char kind, const char *name, uint64_t offset, const void *data, uint32_t length) {
    if (record < 0) return;
    char head[17];
    uint32_t name_length = name ? (uint32_t)strlen(name) : 0;
    head[0] = kind;
    memcpy(head + 1, &name_length, 4);
    memcpy(head + 5, &offset, 8);
    memcpy(head + 13, &length, 4);
    size_t total = sizeof head + name_length + length;
    char *whole = malloc(total);
    if (!whole) abort();
    memcpy(whole, head, sizeof head);
    if (name_length) memcpy(whole + sizeof head, name, name_length);
    if (length) memcpy(whole + sizeof head + name_length, data, length);
    /* One write, so that a kill leaves whole entries but for the last. */
    if (plain_write(record, whole, total) != (ssize_t)total) abort();
    free(whole);
}

static int matters(const char *path) {
    return prefix && strncmp(path, prefix, prefix_length) == 0;
}

/* The path of a file that matters, or of a folder. */
static int path_of(int fd, char *path) {
    int before = errno, found = 0;
    struct stat about;
    if (prefix && fstat(fd, &about) == 0 && (S_ISREG(about.st_mode) || S_ISDIR(about.st_mode)) &&
        about.st_nlink > 0) {
        char link[64];
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, path, PATH_MAX - 1);
        if (length > 0) {
            path[length] = 0;
            found = S_ISDIR(about.st_mode) ? 2 : matters(path);
        }
    }
    errno = before;
    return found;
}

/* 0, or the error that a call which changes a file has to give. */
static int spoilt(void) {
    switch (control->trouble) {
        case FULL: return ENOSPC;
        case READ_ONLY: return EROFS;
        case BROKEN: return EIO;
        case BROKEN_ONCE:
            if (__sync_sub_and_fetch(&control->countdown, 1) == 0) return EIO;
            return 0;
        default: return 0;
    }
}

#define PWRITE(name, off_type) \
    ssize_t name(int fd, const void *data, size_t length, off_type offset) { \
        REAL(ssize_t, name, int, const void *, size_t, off_type); \
        char path[PATH_MAX]; \
        if (path_of(fd, path) != 1) return real_##name(fd, data, length, offset); \
        int error = spoilt(); \
        if (error) { errno = error; return -1; } \
        pthread_mutex_lock(&lock); \
        note('W', path, (uint64_t)offset, data, (uint32_t)length); \
        ssize_t done = real_##name(fd, data, length, offset); \
        pthread_mutex_unlock(&lock); \
        return done; \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

static void sent(int fd, const void *data, size_t length) {
    struct stat about;
    int before = errno;
    if (record >= 0 && fstat(fd, &about) == 0 && S_ISSOCK(about.st_mode)) {
        pthread_mutex_lock(&lock);
        note('N', NULL, (uint64_t)fd, data, length > 65536 ? 65536 : (uint32_t)length);
        pthread_mutex_unlock(&lock);
    }
    errno = before;
}

ssize_t write(int fd, const void *data, size_t length) {
    char path[PATH_MAX];
    if (path_of(fd, path) == 1) {
        off_t offset = lseek(fd, 0, SEEK_CUR);
        return pwrite(fd, data, length, offset) < 0 ? -1 : (lseek(fd, offset + (off_t)length, SEEK_SET), (ssize_t)length);
    }
    sent(fd, data, length);
    return plain_write(fd, data, length);
}

ssize_t send(int fd, const void *data, size_t length, int flags) {
    REAL(ssize_t, send, int, const void *, size_t, int);
    sent(fd, data, length);
    return real_send(fd, data, length, flags);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(ssize_t, writev, int, const struct iovec *, int);
    for (int i = 0; i < count; i++) sent(fd, parts[i].iov_base, parts[i].iov_len);
    return real_writev(fd, parts, count);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    REAL(ssize_t, sendmsg, int, const struct msghdr *, int);
    for (size_t i = 0; i < message->msg_iovlen; i++)
        sent(fd, message->msg_iov[i].iov_base, message->msg_iov[i].iov_len);
    return real_sendmsg(fd, message, flags);
}

#define TRUNCATE(name, off_type) \
    int name(int fd, off_type length) { \
        REAL(int, name, int, off_type); \
        char path[PATH_MAX]; \
        if (path_of(fd, path) != 1) return real_##name(fd, length); \
        int error = spoilt(); \
        if (error) { errno = error; return -1; } \
        pthread_mutex_lock(&lock); \
        note('T', path, (uint64_t)length, NULL, 0); \
        int done = real_##name(fd, length); \
        pthread_mutex_unlock(&lock); \
        return done; \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

/* What was written before 'B' is on the disk at the 'E' of the same number, and no sooner. */
#define SYNC(name) \
    int name(int fd) { \
        REAL(int, name, int); \
        char path[PATH_MAX]; \
        if (!path_of(fd, path)) return real_##name(fd); \
        int error = spoilt(); \
        if (error) { errno = error; return -1; } \
        pthread_mutex_lock(&lock); \
        uint32_t number = ++syncs; \
        note('B', path, number, NULL, 0); \
        pthread_mutex_unlock(&lock); \
        int done = real_##name(fd); \
        if (done == 0) { \
            pthread_mutex_lock(&lock); \
            note('E', path, number, NULL, 0); \
            pthread_mutex_unlock(&lock); \
        } \
        return done; \
    }
SYNC(fsync)
SYNC(fdatasync)

int unlink(const char *path) {
    REAL(int, unlink, const char *);
    if (!matters(path)) return real_unlink(path);
    int error = spoilt();
    if (error) { errno = error; return -1; }
    pthread_mutex_lock(&lock);
    note('U', path, 0, NULL, 0);
    int done = real_unlink(path);
    pthread_mutex_unlock(&lock);
    return done;
}

int rename(const char *from, const char *to) {
    REAL(int, rename, const char *, const char *);
    if (!matters(from) && !matters(to)) return real_rename(from, to);
    int error = spoilt();
    if (error) { errno = error; return -1; }
    pthread_mutex_lock(&lock);
    note('R', from, 0, to, (uint32_t)strlen(to));
    int done = real_rename(from, to);
    pthread_mutex_unlock(&lock);
    return done;
}

#define OPEN(name) \
    int name(const char *path, int flags, ...) { \
        REAL(int, name, const char *, int, ...); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list rest; \
            va_start(rest, flags); \
            mode = va_arg(rest, mode_t); \
            va_end(rest); \
        } \
        if (control->trouble == READ_ONLY && matters(path) && (flags & O_ACCMODE) != O_RDONLY) { \
            errno = EROFS; \
            return -1; \
        } \
        return real_##name(path, flags, mode); \
    }
OPEN(open)
OPEN(open64)

int clock_gettime(clockid_t clock, struct timespec *now) {
    REAL(int, clock_gettime, clockid_t, struct timespec *);
    int done = real_clock_gettime(clock, now);
    if (done == 0 && clock == CLOCK_REALTIME) now->tv_sec += control->clock;
    return done;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    REAL(int, gettimeofday, struct timeval *, void *);
    int done = real_gettimeofday(now, zone);
    if (done == 0) now->tv_sec += control->clock;
    return done;
}
