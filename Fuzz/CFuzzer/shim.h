#ifndef STRONGROOM_CFUZZER_H
#define STRONGROOM_CFUZZER_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer as a library: runs `take` over and over, with the options of a command line. */
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*take)(const uint8_t *data, size_t size));

#endif
