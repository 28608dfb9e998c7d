/*
 * What stands in a runbook, in the words of a person: for pictures, documents and comparisons.
 * Everything is given as it was written, interpolation included.
 */
#ifndef TOOL_DESCRIBE_H
#define TOOL_DESCRIBE_H

#include "plan/plan.h"

/* A template as its author wrote it. NULL is nothing. */
void describe_template(struct strbuf *b, const struct template *t);
/* What a step does, on one line: `./deploy.sh ${{ inputs.version }}`, `POST https://…`. */
void describe_action(struct strbuf *b, const struct step *s);
/* All of its action and arguments, a line each: equal texts do the same. Not what is in a group. */
void describe_whole(struct strbuf *b, const struct step *s);
/* What a step is called for people: its `name`, or its id, or what it does. */
void describe_step(struct strbuf *b, const struct step *s);
/* `watch.error_rate > 0.05 for 5m`, without its reason. */
void describe_condition(struct strbuf *b, const struct condition *c);
/* A `wait.duration`, `monitor.for` or a late duration: as written, or its exact form. */
void describe_duration(struct strbuf *b, int64_t ns, const struct template *late);

const char *describe_input_type(const struct input *in);

/* The first line of `text`, with an ellipsis when there is more; at most `max` bytes. */
struct str first_line(struct str text, size_t max, bool *is_cut);

#endif
