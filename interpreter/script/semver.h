/*
 * Semantic versions (semver.org 2.0.0) as objects that guards compare.
 */
#ifndef SCRIPT_SEMVER_H
#define SCRIPT_SEMVER_H

#include "base/value.h"

/* An object with the fields `major minor patch prerelease build`; a leading `v` is accepted, and
 * kept in its text. NULL: *why (static text) says what is wrong. Borrows the text. */
struct object *semver_parse(struct arena *a, struct str text, const char **why);
bool value_is_semver(const struct value *v);

#endif
