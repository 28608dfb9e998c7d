/* Base64 (RFC 4648, with padding). */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/str.h"

void base64_encode(struct strbuf *b, struct str bytes);
/* False: it is no base64; what was appended is of no use. */
bool base64_decode(struct strbuf *b, struct str text);

#endif
