// Preloaded into the real program: what it is used on is a disk like FAT's and exFAT's.
//
// There are no hard links, no files without a name, no permissions and no unbuffered reading, and a name with ':' is
// refused. With $ODD_DISK=fuse nothing can be renamed without overwriting either, as by the drivers that aren't the
// kernel's own. With $ODD_DISK=service the disk is as any; but no bit for the group may be set, as systemd's
// RestrictSUIDSGID has it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define REAL(name) static __typeof__(&name) real; if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

static int fails(int error) { errno = error; return -1; }
static int is(const char *kind) { const char *odd = getenv("ODD_DISK"); return odd && strcmp(odd, kind) == 0; }
static int is_refused(const char *name) { return !is("service") && strchr(name, ':') != NULL; }

int linkat(int from, const char *name, int to, const char *other, int flags) {
  if (!is("service")) return fails(EPERM);
  REAL(linkat);
  return real(from, name, to, other, flags);
}

int fchmod(int fd, mode_t mode) {
  if (!is("service") || (mode & (S_ISGID | S_ISUID))) return fails(EPERM);
  REAL(fchmod);
  return real(fd, mode);
}

int renameat2(int from, const char *name, int to, const char *other, unsigned int flags) {
  if (is_refused(other) || (flags && is("fuse"))) return fails(EINVAL);
  REAL(renameat2);
  return real(from, name, to, other, flags);
}

int renameat(int from, const char *name, int to, const char *other) {
  if (is_refused(other)) return fails(EINVAL);
  REAL(renameat);
  return real(from, name, to, other);
}

int mkdirat(int at, const char *name, mode_t mode) {
  if (is_refused(name)) return fails(EINVAL);
  REAL(mkdirat);
  return real(at, name, mode);
}

int openat(int at, const char *name, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if (!is("service") && (flags & O_TMPFILE) == O_TMPFILE) return fails(EOPNOTSUPP);
  if ((flags & O_CREAT) && is_refused(name)) return fails(EINVAL);
  REAL(openat);
  return real(at, name, flags, mode);
}

int openat64(int at, const char *name, int flags, ...) __attribute__((alias("openat")));

int fcntl(int fd, int command, ...) {
  va_list rest;
  va_start(rest, command);
  void *argument = va_arg(rest, void *);
  va_end(rest);
  if (!is("service") && command == F_SETFL && ((long)argument & O_DIRECT)) return fails(EINVAL);
  REAL(fcntl);
  return real(fd, command, argument);
}

int fcntl64(int fd, int command, ...) __attribute__((alias("fcntl")));
