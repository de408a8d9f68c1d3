// ThreadSanitizer sees Swift's Mutex where it is inlined, which is where nobody waits. Where somebody does, the kernel
// hands the lock over behind its back, and all that was done under it looks like a race. Preloaded, this tells it.
//
// clang -shared -fPIC -o mutex.so Tests/Sanitizers/mutex.c -ldl
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

void __tsan_acquire(void *address) __attribute__((weak));
void __tsan_release(void *address) __attribute__((weak));

#define SWIFT __attribute__((swiftcall))
#define CONTEXT __attribute__((swift_context))

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lockSlow(uint32_t thread, CONTEXT void *mutex) __asm__(LOCK);
SWIFT bool tryLockSlow(CONTEXT void *mutex) __asm__(TRY);
SWIFT void unlockSlow(CONTEXT void *mutex) __asm__(UNLOCK);

SWIFT void lockSlow(uint32_t thread, CONTEXT void *mutex) {
  SWIFT void (*next)(uint32_t, CONTEXT void *) = dlsym(RTLD_NEXT, LOCK);
  next(thread, mutex);
  if (__tsan_acquire) __tsan_acquire(mutex);
}

SWIFT bool tryLockSlow(CONTEXT void *mutex) {
  SWIFT bool (*next)(CONTEXT void *) = dlsym(RTLD_NEXT, TRY);
  bool locked = next(mutex);
  if (locked && __tsan_acquire) __tsan_acquire(mutex);
  return locked;
}

SWIFT void unlockSlow(CONTEXT void *mutex) {
  SWIFT void (*next)(CONTEXT void *) = dlsym(RTLD_NEXT, UNLOCK);
  if (__tsan_release) __tsan_release(mutex);
  next(mutex);
}
