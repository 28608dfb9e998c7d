/*
 * The long text of each rule: what it finds, what that costs in production, a file that raises it
 * and one that does not. `runbook explain` and docs/rules.md print it, and a test loads every
 * example, so none can be out of date.
 *
 * The texts stand in explain_*.def, by family of rules.
 *
 * Examples are files. One without a line `version:` stands behind the two lines of EXPLAIN_HEAD,
 * unless it begins with `#` or `$`; files beside it follow, each behind a line `# file: NAME`. One
 * that begins with `$` is a command, `$ runbook validate NAME`.
 */
#ifndef CHECK_EXPLAIN_H
#define CHECK_EXPLAIN_H

#include "source/diagnostic.h"

struct explanation {
	const char *what, *why; /* Markdown, a paragraph each */
	const char *bad, *good;
};
/* NULL: the rule has no text, which a test tells. */
const struct explanation *rule_explanation(enum rule_id id);

#define EXPLAIN_HEAD "version: 1\nrunbook: example\n"
/* Whether the example stands behind EXPLAIN_HEAD. */
bool explain_has_head(const char *example);

/* All that is known about one rule, for a terminal (`color` in ANSI). */
void explain_print(struct strbuf *b, enum rule_id id, bool color);
/* docs/rules.md: all rules. */
void explain_document(struct strbuf *b);

#endif
