/* SHA-256 (FIPS 180-4). */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include "base/str.h"

#define SHA256_TEXT 65 /* 64 hexadecimal digits and a NUL */

void sha256_text(struct str text, char out[SHA256_TEXT]);

#endif
