/* The heaps of state.h. Only state.c changes them. */
#ifndef RUN_QUEUE_H
#define RUN_QUEUE_H

#include "run/state.h"

void queue_push(struct queue *q, int64_t key, struct spot s, uint32_t stamp);
/* Drops void entries from the top, so that queue_first() is right. */
void queue_settle(struct queue *q, bool by_time);
void queue_release(struct queue *q);

#endif
