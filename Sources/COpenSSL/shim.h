#ifndef STRONGROOM_COPENSSL_H
#define STRONGROOM_COPENSSL_H
#include <openssl/evp.h>
#endif
