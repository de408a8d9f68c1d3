#ifndef STRONGROOM_CLINUX_H
#define STRONGROOM_CLINUX_H
#include <fcntl.h>
#endif
