#ifndef STRONGROOM_CZXCVBN_H
#define STRONGROOM_CZXCVBN_H
#include <zxcvbn.h>
#endif
