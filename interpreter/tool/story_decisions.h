/* What was decided on the way, and by whom. Private to the story. */
#ifndef TOOL_STORY_DECISIONS_H
#define TOOL_STORY_DECISIONS_H

#include "tool/story.h"

/* Adds a decision when the event is one. */
void story_decide(struct story *s, const struct event *e);

#endif
