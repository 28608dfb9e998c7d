#include "run/queue.h"

static bool comes_before(const struct queue_entry *x, const struct queue_entry *y)
{
	if (x->key != y->key)
		return x->key < y->key;
	if (x->spot.frame != y->spot.frame)
		return x->spot.frame->number < y->spot.frame->number;
	return x->spot.node < y->spot.node;
}

void queue_push(struct queue *q, int64_t key, struct spot s, uint32_t stamp)
{
	struct queue_entry entry = {key, s, stamp};
	uint32_t i = q->count++;

	if (q->count > q->cap) {
		q->cap = q->cap ? q->cap * 2 : 16;
		q->at = heap_array(q->at, q->cap, sizeof(*q->at));
	}
	while (i && comes_before(&entry, &q->at[(i - 1) / 2])) {
		q->at[i] = q->at[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	q->at[i] = entry;
}

static void drop_first(struct queue *q)
{
	struct queue_entry last = q->at[--q->count];
	uint32_t i = 0;

	for (;;) {
		uint32_t child = i * 2 + 1;

		if (child >= q->count)
			break;
		if (child + 1 < q->count && comes_before(&q->at[child + 1], &q->at[child]))
			child++;
		if (!comes_before(&q->at[child], &last))
			break;
		q->at[i] = q->at[child];
		i = child;
	}
	if (q->count)
		q->at[i] = last;
}

void queue_settle(struct queue *q, bool by_time)
{
	while (q->count) {
		const struct step_state *st = spot_state(q->at[0].spot);

		if ((by_time ? st->timer_stamp : st->stamp) == q->at[0].stamp)
			return;
		drop_first(q);
	}
}

const struct queue_entry *queue_first(const struct queue *q)
{
	return q->count ? &q->at[0] : NULL;
}

void queue_release(struct queue *q)
{
	free(q->at);
	*q = (struct queue){0};
}
