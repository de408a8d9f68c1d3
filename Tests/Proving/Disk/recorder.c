// Preloaded into the real program: writes down, in order, everything that changes a file or a folder below
// $RECORDER_ROOT, and every sync, so that the states which a crash may leave can be built from it.
//
// One line for each, numbers in decimal, names and bytes in hex:
//   C folder name inode     a new, empty file under a name      M folder name inode     a new folder
//   W inode offset bytes    bytes written                       T inode size            cut or extended
//   L folder name inode     another name for a file             U folder name           a name removed
//   R folder name folder2 name2 inode                           renamed, replacing what was there
//   S inode                 file or folder made durable         Y                       everything made durable
//
// With $RECORDER_FAIL the call of that number (from 1) fails with the error $RECORDER_ERROR and does nothing; with
// $RECORDER_FAILS=on all after it fail too, but for syncs. Counted are the calls that change something, or with
// $RECORDER_READS=on those that read or list, and those that open for it.
// $RECORDER_COUNT: a file to which the numbers of both are written at the end.
// $RECORDER_DAYS: so many days later it is.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int out = -1;
static dev_t device;
static long calls, reads, failing;
static int failure, keeps_failing, watches, fails_reads;

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static ssize_t plain_write(int fd, const void *bytes, size_t count) {
  REAL(write);
  return real(fd, bytes, count);
}

__attribute__((constructor)) static void begin(void) {
  const char *root = getenv("RECORDER_ROOT"), *log = getenv("RECORDER_LOG");
  struct stat status;
  if (!root || stat(root, &status) != 0) return;
  device = status.st_dev;
  watches = 1;
  if (getenv("RECORDER_FAIL")) failing = atol(getenv("RECORDER_FAIL"));
  if (getenv("RECORDER_ERROR")) failure = atoi(getenv("RECORDER_ERROR"));
  keeps_failing = getenv("RECORDER_FAILS") != NULL;
  fails_reads = getenv("RECORDER_READS") != NULL;
  if (!log) return;
  int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
  int fd = real_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd >= 0) { out = fcntl(fd, F_DUPFD_CLOEXEC, 400); close(fd); }
}

static int known(int fd, struct stat *status) {
  return watches && fd != out && fstat(fd, status) == 0 && status->st_dev == device
    && (S_ISREG(status->st_mode) || S_ISDIR(status->st_mode));
}

static void line(const char *format, ...) {
  if (out < 0) return;
  char text[2048];
  va_list rest;
  va_start(rest, format);
  int length = vsnprintf(text, sizeof text, format, rest);
  va_end(rest);
  if (length > 0) plain_write(out, text, (size_t)length);
}

static void hex(const char *name, char *into) {
  for (; *name; name++, into += 2) sprintf(into, "%02x", (unsigned char)*name);
  *into = 0;
}

// The folder that a path stands in, relative to `dirfd`, and the last part of the path, in hex.
static int place(int dirfd, const char *path, struct stat *folder, char *name) {
  char above[PATH_MAX];
  const char *slash = strrchr(path, '/');
  const char *last = slash ? slash + 1 : path;
  if (strlen(last) > 255) return 0;
  hex(last, name);
  if (!slash) {
    if (dirfd == AT_FDCWD) return stat(".", folder) == 0;
    return fstat(dirfd, folder) == 0;
  }
  size_t length = slash == path ? 1 : (size_t)(slash - path);
  if (length >= sizeof above) return 0;
  memcpy(above, path, length);
  above[length] = 0;
  return fstatat(dirfd, above, folder, 0) == 0;
}

static void wrote(int fd, const void *bytes, ssize_t count, off_t offset) {
  struct stat status;
  if (out < 0 || count <= 0 || !known(fd, &status)) return;
  char *text = malloc((size_t)count * 2 + 64);
  int length = sprintf(text, "W %lu %ld ", status.st_ino, (long)offset);
  for (ssize_t at = 0; at < count; at++)
    length += sprintf(text + length, "%02x", ((const unsigned char *)bytes)[at]);
  text[length++] = '\n';
  plain_write(out, text, (size_t)length);
  free(text);
}

__attribute__((destructor)) static void end(void) {
  const char *path = getenv("RECORDER_COUNT");
  if (!path) return;
  int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
  int fd = real_open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  char text[64];
  int length = snprintf(text, sizeof text, "%ld %ld\n", calls, reads);
  if (fd >= 0) plain_write(fd, text, (size_t)length);
}

// Whether this call is one that fails.
static int fails(int is_sync) {
  long call = ++calls;
  if (failing == 0 || fails_reads) return 0;
  if (call != failing && !(keeps_failing && call > failing && !is_sync)) return 0;
  errno = failure;
  return 1;
}

// The same for a call that only reads.
static int fails_read(void) {
  long call = ++reads;
  if (failing == 0 || !fails_reads || call != failing) return 0;
  errno = failure;
  return 1;
}
#define FAIL(fd, is_sync) do { struct stat seen; if (known(fd, &seen) && fails(is_sync)) DONE(-1); } while (0)
#define FAIL_IN(dirfd, path) do { struct stat seen; char kept[1024]; \
  if (watches && place(dirfd, path, &seen, kept) && seen.st_dev == device && fails(0)) DONE(-1); } while (0)

#define GUARD pthread_mutex_lock(&lock)
#define DONE(value) do { int kept = errno; pthread_mutex_unlock(&lock); errno = kept; return value; } while (0)

ssize_t write(int fd, const void *bytes, size_t count) {
  struct stat status;
  if (!known(fd, &status)) return plain_write(fd, bytes, count);
  GUARD;
  FAIL(fd, 0);
  ssize_t done = plain_write(fd, bytes, count);
  if (done > 0) wrote(fd, bytes, done, lseek(fd, 0, SEEK_CUR) - done);
  DONE(done);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
  REAL(pwrite64);
  GUARD;
  FAIL(fd, 0);
  ssize_t done = real(fd, bytes, count, offset);
  wrote(fd, bytes, done, offset);
  DONE(done);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
  REAL(pwrite);
  GUARD;
  FAIL(fd, 0);
  ssize_t done = real(fd, bytes, count, offset);
  wrote(fd, bytes, done, offset);
  DONE(done);
}

static int cut(int fd, off_t size, int failed) {
  struct stat status;
  if (!failed && known(fd, &status)) line("T %lu %ld\n", status.st_ino, (long)size);
  return failed;
}

int ftruncate(int fd, off_t size) { REAL(ftruncate); GUARD; FAIL(fd, 0); int r = cut(fd, size, real(fd, size)); DONE(r); }
int ftruncate64(int fd, off64_t size) { REAL(ftruncate64); GUARD; FAIL(fd, 0); int r = cut(fd, size, real(fd, size)); DONE(r); }

static int synced(int fd, int failed) {
  struct stat status;
  if (!failed && known(fd, &status)) line("S %lu\n", status.st_ino);
  return failed;
}

int fsync(int fd) { REAL(fsync); GUARD; FAIL(fd, 1); int r = synced(fd, real(fd)); DONE(r); }
int fdatasync(int fd) { REAL(fdatasync); GUARD; FAIL(fd, 1); int r = synced(fd, real(fd)); DONE(r); }

int syncfs(int fd) {
  REAL(syncfs);
  struct stat status;
  GUARD;
  FAIL(fd, 1);
  int failed = real(fd);
  if (!failed && known(fd, &status)) line("Y\n");
  DONE(failed);
}

// What is read of the world: its files and folders, and nothing of the system's.
#define FAIL_READ(fd) do { struct stat seen; if (known(fd, &seen)) { \
  GUARD; int failed = fails_read(), kept = errno; pthread_mutex_unlock(&lock); errno = kept; if (failed) return FAILED; } \
  } while (0)
#define FAILED -1
ssize_t read(int fd, void *bytes, size_t count) { REAL(read); FAIL_READ(fd); return real(fd, bytes, count); }
ssize_t pread(int fd, void *bytes, size_t count, off_t offset) {
  REAL(pread);
  FAIL_READ(fd);
  return real(fd, bytes, count, offset);
}
ssize_t pread64(int fd, void *bytes, size_t count, off64_t offset) {
  REAL(pread64);
  FAIL_READ(fd);
  return real(fd, bytes, count, offset);
}
#undef FAILED
#define FAILED NULL
struct dirent *readdir(DIR *folder) { REAL(readdir); FAIL_READ(dirfd(folder)); return real(folder); }
struct dirent64 *readdir64(DIR *folder) { REAL(readdir64); FAIL_READ(dirfd(folder)); return real(folder); }
#undef FAILED

static int opened_to_read(int dirfd, const char *path, int flags, int mode, int (*real)(int, const char *, int, ...)) {
  struct stat seen;
  if (watches && fstatat(dirfd, path, &seen, 0) == 0 && seen.st_dev == device) {
    GUARD;
    if (fails_read()) DONE(-1);
    pthread_mutex_unlock(&lock);
  }
  return real(dirfd, path, flags, mode);
}

static int opened(int dirfd, const char *path, int flags, int mode, int (*real)(int, const char *, int, ...)) {
  struct stat folder, before, status;
  char name[1024];
  int makes = (flags & O_CREAT) && (flags & __O_TMPFILE) != __O_TMPFILE;
  int makes_any = (flags & O_CREAT) || (flags & __O_TMPFILE) == __O_TMPFILE;
  if (!makes_any && !(flags & O_TRUNC)) return opened_to_read(dirfd, path, flags, mode, real);
  if (!watches) return real(dirfd, path, flags, mode);
  GUARD;
  FAIL_IN(dirfd, path);
  int was = fstatat(dirfd, path, &before, 0) == 0;
  int fd = real(dirfd, path, flags, mode);
  if (fd >= 0 && known(fd, &status)) {
    if (!was && makes && place(dirfd, path, &folder, name)) line("C %lu %s %lu\n", folder.st_ino, name, status.st_ino);
    else if (was && (flags & O_TRUNC)) line("T %lu 0\n", status.st_ino);
  }
  DONE(fd);
}

time_t time(time_t *into) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  const char *days = getenv("RECORDER_DAYS");
  time_t later = now.tv_sec + (days ? atol(days) * 86400 : 0);
  if (into) *into = later;
  return later;
}

#define MODE int mode = 0; if (flags & (O_CREAT | __O_TMPFILE)) { va_list a; va_start(a, flags); mode = va_arg(a, int); va_end(a); }
#define OPENAT (int (*)(int, const char *, int, ...))dlsym(RTLD_NEXT, "openat")
int open(const char *path, int flags, ...) { MODE; return opened(AT_FDCWD, path, flags, mode, OPENAT); }
int open64(const char *path, int flags, ...) { MODE; return opened(AT_FDCWD, path, flags, mode, OPENAT); }
int openat(int dirfd, const char *path, int flags, ...) { MODE; return opened(dirfd, path, flags, mode, OPENAT); }
int openat64(int dirfd, const char *path, int flags, ...) { MODE; return opened(dirfd, path, flags, mode, OPENAT); }

int mkdirat(int dirfd, const char *path, mode_t mode) {
  REAL(mkdirat);
  struct stat folder, made;
  char name[1024];
  GUARD;
  FAIL_IN(dirfd, path);
  int failed = real(dirfd, path, mode);
  if (!failed && out >= 0 && place(dirfd, path, &folder, name) && folder.st_dev == device
      && fstatat(dirfd, path, &made, AT_SYMLINK_NOFOLLOW) == 0)
    line("M %lu %s %lu\n", folder.st_ino, name, made.st_ino);
  DONE(failed);
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

int linkat(int from, const char *path, int to, const char *other, int flags) {
  REAL(linkat);
  struct stat folder, made;
  char name[1024];
  GUARD;
  FAIL_IN(to, other);
  int failed = real(from, path, to, other, flags);
  if (!failed && out >= 0 && place(to, other, &folder, name) && folder.st_dev == device
      && fstatat(to, other, &made, AT_SYMLINK_NOFOLLOW) == 0)
    line("L %lu %s %lu\n", folder.st_ino, name, made.st_ino);
  DONE(failed);
}

static int renamed(int from, const char *path, int to, const char *other, int failed) {
  struct stat folder, folder2, made;
  char name[1024], name2[1024];
  if (!failed && out >= 0 && place(from, path, &folder, name) && place(to, other, &folder2, name2)
      && folder2.st_dev == device && fstatat(to, other, &made, AT_SYMLINK_NOFOLLOW) == 0)
    line("R %lu %s %lu %s %lu\n", folder.st_ino, name, folder2.st_ino, name2, made.st_ino);
  return failed;
}

int renameat2(int from, const char *path, int to, const char *other, unsigned flags) {
  REAL(renameat2);
  GUARD;
  FAIL_IN(to, other);
  int r = renamed(from, path, to, other, real(from, path, to, other, flags));
  DONE(r);
}
int renameat(int from, const char *path, int to, const char *other) {
  REAL(renameat);
  GUARD;
  FAIL_IN(to, other);
  int r = renamed(from, path, to, other, real(from, path, to, other));
  DONE(r);
}
int rename(const char *path, const char *other) { return renameat(AT_FDCWD, path, AT_FDCWD, other); }

int unlinkat(int dirfd, const char *path, int flags) {
  REAL(unlinkat);
  struct stat folder;
  char name[1024];
  GUARD;
  FAIL_IN(dirfd, path);
  int found = out >= 0 && place(dirfd, path, &folder, name) && folder.st_dev == device;
  int failed = real(dirfd, path, flags);
  if (!failed && found) line("U %lu %s\n", folder.st_ino, name);
  DONE(failed);
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
