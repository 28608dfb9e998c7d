/*
 * What a finding is known by from one commit to the next: its rule, its message and the line it
 * stands on, wherever in the file that line has moved to. Findings that are the same in all of that
 * are counted.
 */
#ifndef SOURCE_FINGERPRINT_H
#define SOURCE_FINGERPRINT_H

#include "source/diagnostic.h"

#define FINGERPRINT_SIZE 17 /* 16 hexadecimal digits and a NUL */

/* `x` is one of `all`; the path counts without a `./` before it. */
void diagnostic_fingerprint(const struct source_set *files, const struct diagnostics *all,
	const struct diagnostic *x, char out[FINGERPRINT_SIZE]);

#endif
