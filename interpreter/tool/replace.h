/*
 * A file with another text in its place: all of it or nothing, whatever happens in between.
 */
#ifndef TOOL_REPLACE_H
#define TOOL_REPLACE_H

#include "base/str.h"

/* The text goes to a new file in the same folder, is on disk before that takes the old one's name,
 * and has its mode and, where that is allowed, its owner. A symbolic link is followed, so that it
 * stays one. False: `why` says what went wrong, and the file is what it was; also if it no longer
 * holds `before`, because someone else has changed it. A byte order mark before either is not
 * looked at, and kept. */
bool file_replace(const char *path, struct str before, struct str text, struct strbuf *why);

#endif
