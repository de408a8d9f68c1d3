#ifndef STRONGROOM_CLINUX_H
#define STRONGROOM_CLINUX_H

// What Glibc's module lacks, because its headers show it under _GNU_SOURCE alone.
#include <malloc.h>
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/types.h>

extern int syncfs(int descriptor);
extern long syscall(long number, ...);
extern int sync_file_range(int descriptor, __off64_t offset, __off64_t count, unsigned int flags);
extern int renameat2(int from, const char *name, int to, const char *other, unsigned int flags);
extern void explicit_bzero(void *bytes, size_t count);

static inline int strongroom_syncfs(int descriptor) { return syncfs(descriptor); }

static inline int strongroom_write_out(int descriptor, long offset, long count, int wait) {
  // 1: wait before, 2: write, 4: wait after
  return sync_file_range(descriptor, offset, count, wait ? 1 | 2 | 4 : 2);
}

// Fails with EEXIST where the other name is taken.
static inline int strongroom_rename_new(int from, const char *name, int to, const char *other) {
  return renameat2(from, name, to, other, 1 /* RENAME_NOREPLACE */);
}

// Whether what lies there lies in memory alone (tmpfs).
static inline int strongroom_is_memory(const char *path) {
  struct statfs status;
  return statfs(path, &status) == 0 && status.f_type == 0x01021994;
}

static inline int strongroom_o_tmpfile(void) { return __O_TMPFILE; }

// Reading leaves no mark in the file's times; only its owner may ask for that.
static inline int strongroom_o_noatime(void) { return __O_NOATIME; }

// Whether reads and writes go past the page cache. The flag isn't in Glibc's module, and its number isn't the same on
// all processors.
static inline int strongroom_is_direct(int descriptor) {
  int flags = fcntl(descriptor, F_GETFL);
  return flags >= 0 && (flags & __O_DIRECT) ? 1 : 0;
}

static inline int strongroom_set_direct(int descriptor, int on) {
  int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0) return -1;
  return fcntl(descriptor, F_SETFL, on ? flags | __O_DIRECT : flags & ~__O_DIRECT);
}

static inline const char *strongroom_entry_name(const struct dirent *entry) { return entry->d_name; }

static inline void strongroom_wipe(void *bytes, size_t count) { explicit_bzero(bytes, count); }

// prctl takes whatever follows, which Swift can't call.
static inline void strongroom_forbid_looking(void) { prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

// How many processors the process may run on. The C library's own question takes a type that only _GNU_SOURCE shows.
static inline int strongroom_processors(void) {
  unsigned long mask[1024] = {0};
  long bytes = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
  int count = 0;
  for (long at = 0; at < bytes / (long)sizeof *mask; at++) count += __builtin_popcountl(mask[at]);
  return count > 0 ? count : 1;
}

// <malloc.h> isn't in Swift's Glibc.
static inline void strongroom_few_arenas(void) { mallopt(M_ARENA_MAX, 2); }
static inline void strongroom_return_memory(void) { malloc_trim(0); }

#endif
