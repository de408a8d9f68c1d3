// What sealing can't do without, each step timed alone on both cores: reading the files, compressing, SHA-256 over
// what was read, AES-256-GCM over what was compressed, writing it durably.
//
//     floor FOLDER OUT LEVEL
//
// prints one JSON object with seconds and bytes. The whole input is held in memory, so that no step waits for
// another. Compressed are frames of 1 MiB of all files in a row; sealed are pieces of 16 KiB; each thread writes its
// half to one file and syncs it.

#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

enum { THREADS = 2, FRAME = 1 << 20, PIECE = 16 << 10, WRITE = 4 << 20, HUGE_PAGE = 2 << 20 };

typedef struct { char *path; size_t size; uint8_t *place; } File;
typedef struct { int number; } Worker;

static File *files;
static size_t file_count, file_room, total, frame_count, packed_total;
static uint8_t *input, *packed, *sealed;
static size_t *packed_sizes;
static const char *out;
static int level;

static void check(int holds, const char *what) {
  if (holds) return;
  perror(what);
  exit(1);
}

static void list(const char *folder) {
  DIR *dir = opendir(folder);
  check(dir != NULL, folder);
  for (struct dirent *entry; (entry = readdir(dir));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    char *path;
    check(asprintf(&path, "%s/%s", folder, entry->d_name) > 0, folder);
    if (entry->d_type == DT_DIR) { list(path); free(path); continue; }
    struct stat status;
    check(stat(path, &status) == 0, path);
    if (file_count == file_room) {
      file_room = file_room ? file_room * 2 : 1024;
      files = realloc(files, file_room * sizeof(File));
      check(files != NULL, "memory");
    }
    files[file_count++] = (File){path, status.st_size, NULL};
    total += status.st_size;
  }
  closedir(dir);
}

// Every step hands out its work in turns, so that both threads end at the same time.
static size_t next_turn;
static size_t turn(size_t step) { return __atomic_fetch_add(&next_turn, step, __ATOMIC_RELAXED); }

static void *read_files(void *unused) {
  for (size_t i; (i = turn(1)) < file_count;) {
    int descriptor = open(files[i].path, O_RDONLY);
    check(descriptor >= 0, files[i].path);
    for (size_t at = 0; at < files[i].size;) {
      ssize_t got = read(descriptor, files[i].place + at, files[i].size - at);
      check(got > 0, files[i].path);
      at += got;
    }
    close(descriptor);
  }
  return unused;
}

static size_t frame_size(size_t i) { return i + 1 < frame_count ? FRAME : total - i * FRAME; }

static void *compress_frames(void *unused) {
  ZSTD_CCtx *context = ZSTD_createCCtx();
  size_t room = ZSTD_compressBound(FRAME);
  for (size_t i; (i = turn(1)) < frame_count;)
    packed_sizes[i] = ZSTD_compressCCtx(context, packed + i * room, room, input + i * FRAME, frame_size(i), level);
  ZSTD_freeCCtx(context);
  return unused;
}

static void *digest_files(void *unused) {
  EVP_MD *sha = EVP_MD_fetch(NULL, "SHA256", NULL);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  uint8_t digest[32];
  for (size_t i; (i = turn(1)) < file_count;) {
    EVP_DigestInit_ex2(context, sha, NULL);
    EVP_DigestUpdate(context, files[i].place, files[i].size);
    EVP_DigestFinal_ex(context, digest, NULL);
  }
  EVP_MD_CTX_free(context);
  EVP_MD_free(sha);
  return unused;
}

static void *seal_pieces(void *unused) {
  EVP_CIPHER *aes = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
  EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
  uint8_t key[32] = {1}, nonce[12] = {0}, tag[16];
  EVP_EncryptInit_ex2(context, aes, key, NULL, NULL);
  for (size_t at; (at = turn(PIECE)) < packed_total;) {
    int size = packed_total - at < PIECE ? (int)(packed_total - at) : PIECE, done;
    memcpy(nonce, &at, sizeof at);
    EVP_EncryptInit_ex2(context, NULL, NULL, nonce, NULL);
    EVP_EncryptUpdate(context, sealed + at, &done, packed + at, size);
    EVP_EncryptFinal_ex(context, tag, &done);
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, tag);
  }
  EVP_CIPHER_CTX_free(context);
  EVP_CIPHER_free(aes);
  return unused;
}

static void *write_half(void *worker) {
  int number = ((Worker *)worker)->number;
  char *path;
  check(asprintf(&path, "%s/floor-%d", out, number) > 0, out);
  int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  check(descriptor >= 0, path);
  size_t half = packed_total / THREADS, from = number * half;
  size_t end = number + 1 == THREADS ? packed_total : from + half;
  for (size_t at = from; at < end;) {
    ssize_t put = write(descriptor, sealed + at, end - at < WRITE ? end - at : WRITE);
    check(put > 0, path);
    at += put;
  }
  check(fsync(descriptor) == 0, path);
  close(descriptor);
  free(path);
  return NULL;
}

static double timed(void *(*step)(void *)) {
  struct timespec a, b;
  pthread_t threads[THREADS];
  Worker workers[THREADS];
  next_turn = 0;
  clock_gettime(CLOCK_MONOTONIC, &a);
  for (int i = 0; i < THREADS; i++) {
    workers[i] = (Worker){i};
    check(pthread_create(&threads[i], NULL, step, &workers[i]) == 0, "thread");
  }
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  clock_gettime(CLOCK_MONOTONIC, &b);
  return (b.tv_sec - a.tv_sec) + (b.tv_nsec - a.tv_nsec) / 1e9;
}

// The frames lie apart for compressing; what follows takes them in one row.
static void close_gaps(void) {
  size_t room = ZSTD_compressBound(FRAME);
  for (size_t i = 0; i < frame_count; i++) {
    check(!ZSTD_isError(packed_sizes[i]), "compressing");
    memmove(packed + packed_total, packed + i * room, packed_sizes[i]);
    packed_total += packed_sizes[i];
  }
}

// Memory whose pages are there already: the first touch of a page costs as much as compressing it.
static uint8_t *touched(size_t size) {
  size_t whole = (size / HUGE_PAGE + 1) * HUGE_PAGE;
  uint8_t *memory = aligned_alloc(HUGE_PAGE, whole);
  check(memory != NULL, "memory");
  madvise(memory, whole, MADV_HUGEPAGE);
  memset(memory, 1, whole);
  return memory;
}

int main(int count, char **arguments) {
  if (count != 4) { fprintf(stderr, "usage: floor FOLDER OUT LEVEL\n"); return 64; }
  out = arguments[2];
  level = atoi(arguments[3]);
  list(arguments[1]);
  check(total > 0, "nothing to read");
  frame_count = (total + FRAME - 1) / FRAME;
  input = touched(total);
  packed = touched(frame_count * ZSTD_compressBound(FRAME));
  packed_sizes = calloc(frame_count, sizeof *packed_sizes);
  check(packed_sizes != NULL, "memory");
  size_t at = 0;
  for (size_t i = 0; i < file_count; at += files[i++].size) files[i].place = input + at;

  double reading = timed(read_files);
  double compressing = timed(compress_frames);
  double digesting = timed(digest_files);
  close_gaps();
  sealed = touched(packed_total);
  double sealing = timed(seal_pieces);
  double writing = timed(write_half);
  printf("{\"read\": %.4f, \"compress\": %.4f, \"sha256\": %.4f, \"aes_gcm\": %.4f, \"write\": %.4f, "
         "\"level\": %d, \"bytes\": %zu, \"compressed\": %zu}\n",
         reading, compressing, digesting, sealing, writing, level, total, packed_total);
  return 0;
}
