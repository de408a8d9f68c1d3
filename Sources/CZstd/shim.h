#ifndef STRONGROOM_CZSTD_H
#define STRONGROOM_CZSTD_H
#include <zstd.h>
#endif
