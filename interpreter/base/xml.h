/*
 * Text in XML 1.0 (for JUnit and checkstyle files). What XML cannot hold becomes U+FFFD.
 */
#ifndef BASE_XML_H
#define BASE_XML_H

#include "base/str.h"

void xml_text(struct strbuf *b, struct str s);
/* ` name="value"`, with the blank before it. */
void xml_attribute(struct strbuf *b, const char *name, struct str value);

#endif
