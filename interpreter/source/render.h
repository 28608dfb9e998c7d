/*
 * The one renderer of diagnostics for people: code, place, excerpt, carets, labels, help.
 * Source text is escaped, so that a file cannot forge a log line or move the terminal's cursor.
 */
#ifndef SOURCE_RENDER_H
#define SOURCE_RENDER_H

#include "source/diagnostic.h"

void diagnostic_render(
	struct strbuf *out, const struct source_set *files, const struct diagnostic *d, bool color);
/* All of them, then a line that counts. */
void diagnostics_render(struct strbuf *out, const struct source_set *files,
	const struct diagnostics *d, bool color);
/* One line each: `path:line:column: error[RB101]: message`. */
void diagnostics_render_short(
	struct strbuf *out, const struct source_set *files, const struct diagnostics *d);

/* Appends text made safe for a terminal: control characters, ESC and bytes that are not UTF-8 are
 * shown as \xNN or \u{NNNN} (bidirectional controls too); tabs are kept. */
void escape_for_terminal(struct strbuf *out, struct str text);

#endif
