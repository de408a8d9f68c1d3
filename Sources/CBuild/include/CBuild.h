#ifndef STRONGROOM_CBUILD_H
#define STRONGROOM_CBUILD_H

/// The commit that the program was built from, followed by "+" where files were changed since; "unknown" outside of a
/// repository.
const char *strongroom_commit(void);

#endif
