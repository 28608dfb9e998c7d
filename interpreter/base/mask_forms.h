/*
 * The forms in which a secret may meet its reader. Private to mask*.c.
 */
#ifndef BASE_MASK_FORMS_H
#define BASE_MASK_FORMS_H

#include "base/str.h"

/* Calls `add` for each form of the secret, also the short and the repeated ones. */
void mask_forms(struct str secret, void (*add)(void *context, struct str form), void *context);

#endif
