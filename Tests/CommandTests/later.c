// Preloaded into the real program: $LATER_DAYS days later it is.
#define _GNU_SOURCE
#include <stdlib.h>
#include <time.h>

time_t time(time_t *into) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  const char *days = getenv("LATER_DAYS");
  time_t later = now.tv_sec + (days ? atol(days) * 86400 : 0);
  if (into) *into = later;
  return later;
}
