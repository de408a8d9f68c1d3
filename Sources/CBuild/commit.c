#include "CBuild.h"

const char *strongroom_commit(void) { return STRONGROOM_COMMIT; }
