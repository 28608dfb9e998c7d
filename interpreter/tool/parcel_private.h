/* What writing and reading a parcel share. */
#ifndef TOOL_PARCEL_PRIVATE_H
#define TOOL_PARCEL_PRIVATE_H

#include "base/sha256.h"
#include "tool/parcel.h"

#define PARCEL_VERSION 1
#define PARCEL_CHUNK ((size_t)48 << 10) /* of a log, a line; a multiple of 3 */

/* The sum of all lines so far: of the sum before and the line. All zero at the beginning. */
struct parcel_sum {
	char text[SHA256_TEXT];
};
void parcel_sum_add(struct parcel_sum *sum, struct str line);

#endif
