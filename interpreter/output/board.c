#include "output/board.h"

#include "base/duration.h"

#define BUCKETS 1024

/* ---- nodes ----------------------------------------------------------------------------------- */

static const struct node *node_at(const struct plan *p, uint32_t node)
{
	return p && node < p->count ? &p->nodes[node] : NULL;
}

static bool has_items(const struct node *n)
{
	return step_items(n->step) != NULL;
}

bool node_is_inner(const struct plan *p, uint32_t node)
{
	const struct node *n = node_at(p, node);
	/* Of a choice only the branch: the steps in it were written in this file. The items of one
	 * that is a loop have no other line. */
	bool is_branch = n && node_at(p, n->parent) &&
			 p->nodes[n->parent].action == ACTION_CHOOSE && !has_items(n);
	/* How a step is undone is no part of how it does its work. */
	while (n && !plan_is_apart(n)) {
		n = node_at(p, n->parent);
		if (n && (is_branch || n->action == ACTION_USES))
			return true;
	}
	return false;
}

bool node_is_check(const struct plan *p, uint32_t node)
{
	for (const struct node *n = node_at(p, node); n; n = node_at(p, n->parent)) {
		if (n->role == ROLE_CHECK)
			return true;
	}
	return false;
}

bool node_is_apart(const struct plan *p, uint32_t node)
{
	for (const struct node *n = node_at(p, node); n; n = node_at(p, n->parent)) {
		if (plan_is_apart(n))
			return true;
	}
	return false;
}

void step_label(struct strbuf *out, const struct event *e)
{
	strbuf_put(out, e->step);
	if (e->item.len)
		strbuf_printf(out, "[%.*s]", STR_ARGS(e->item));
	if (e->host.len)
		strbuf_printf(out, " on %.*s", STR_ARGS(e->host));
}

static bool is_composite(uint8_t action)
{
	return action >= ACTION_USES && action < ACTION_COUNT;
}

static size_t count_children(const struct plan *p, uint32_t node)
{
	size_t count = 0;
	const struct node *n = &p->nodes[node];
	for (uint32_t i = node + 1; i < n->end; i = p->nodes[i].end)
		count += p->nodes[i].role == ROLE_STEP;
	return count;
}

/* ---- finding --------------------------------------------------------------------------------- */

static uint32_t key_hash(uint32_t node, struct str item)
{
	return (node * 2654435761u) ^ str_hash(item);
}

struct card *board_find(const struct board *b, uint32_t node, struct str item)
{
	uint32_t hash = key_hash(node, item);
	struct card *e = b->buckets[hash % BUCKETS];
	while (e && (e->node != node || !str_equal(e->item, item)))
		e = e->chain;
	return e;
}

/* Items are named by numbers with points between: how many for_each lie around them. */
static size_t item_depth(struct str item)
{
	size_t depth = item.len ? 1 : 0;
	for (size_t i = 0; i < item.len; i++)
		depth += item.at[i] == '.';
	return depth;
}

static struct str outer_item(struct str item)
{
	while (item.len && item.at[item.len - 1] != '.')
		item.len--;
	if (item.len)
		item.len--;
	return item;
}

static size_t loops_around(const struct plan *p, const struct node *n)
{
	size_t loops = 0;
	for (; n; n = node_at(p, n->parent))
		loops += has_items(n);
	return loops;
}

bool step_is_loop(const struct plan *p, const struct event *e)
{
	const struct node *n = node_at(p, e->node);
	return n && has_items(n) && item_depth(e->item) < loops_around(p, n);
}

/* The nearest step around (node, item) that is on the board. An item lies within its for_each,
 * which is the same node with a shorter item. */
static struct card *find_parent(struct board *b, uint32_t node, struct str item)
{
	const struct node *n = node_at(b->plan, node);
	while (n) {
		bool is_item = has_items(n) && item_depth(item) == loops_around(b->plan, n);
		if (is_item)
			item = outer_item(item);
		else
			node = n->parent;
		n = node_at(b->plan, node);
		struct card *e = n ? board_find(b, node, item) : NULL;
		if (e)
			return e;
	}
	return &b->top;
}

/* ---- adding and dropping --------------------------------------------------------------------- */

/* Negative: the first goes before the second. Items by number, though they are text. */
static int compare_places(const struct card *x, const struct card *y)
{
	if (x->node != y->node)
		return x->node < y->node ? -1 : 1;
	if (x->item.len != y->item.len)
		return x->item.len < y->item.len ? -1 : 1;
	return str_compare(x->item, y->item);
}

static void link_child(struct card *parent, struct card *e)
{
	struct card *before = parent->last;
	while (before && compare_places(before, e) > 0)
		before = before->previous;
	e->parent = parent;
	e->previous = before;
	e->next = before ? before->next : parent->children;
	*(before ? &before->next : &parent->children) = e;
	*(e->next ? &e->next->previous : &parent->last) = e;
}

static void unlink_child(struct card *e)
{
	*(e->previous ? &e->previous->next : &e->parent->children) = e->next;
	*(e->next ? &e->next->previous : &e->parent->last) = e->previous;
}

static struct card *add(struct board *b, const struct event *event)
{
	struct card *e = heap_alloc(sizeof *e);
	*e = (struct card){.node = event->node, .started_ns = event->time_ns};
	const struct node *n = node_at(b->plan, event->node);
	strbuf_put(&e->memory, event->item);
	e->item = strbuf_str(&e->memory);
	e->hash = key_hash(e->node, e->item);
	e->action = n ? n->action : ACTION_NONE;
	e->is_group = is_composite(e->action);
	e->is_inner = node_is_inner(b->plan, e->node);
	e->is_check = node_is_check(b->plan, e->node);
	e->is_question = e->action == ACTION_CONFIRM || e->action == ACTION_CHECKLIST ||
			 e->action == ACTION_PROMPT;
	e->is_interactive = n && n->action == ACTION_RUN && n->step && n->step->interactive == 1;
	if (n && e->is_group)
		e->total = count_children(b->plan, e->node);
	step_label(&e->label, event);
	link_child(find_parent(b, e->node, e->item), e);
	e->depth = e->parent == &b->top ? 0 : e->parent->depth + (b->is_deep || !e->is_inner);
	struct card **bucket = &b->buckets[e->hash % BUCKETS];
	e->chain = *bucket;
	*bucket = e;
	return e;
}

static bool is_counted(const struct card *e)
{
	return e->has_begun && !e->is_group;
}

static void release_card(struct card *e)
{
	strbuf_release(&e->memory);
	strbuf_release(&e->label);
	strbuf_release(&e->detail);
	strbuf_release(&e->note);
	strbuf_release(&e->last_line);
	strbuf_release(&e->by);
	lines_release(&e->streams[0]);
	lines_release(&e->streams[1]);
	free(e);
}

void board_drop(struct board *b, struct card *e)
{
	while (e->children)
		board_drop(b, e->children);
	struct card **at = &b->buckets[e->hash % BUCKETS];
	while (*at != e)
		at = &(*at)->chain;
	*at = e->chain;
	/* The branch that was chosen is what the choice did. */
	if (e->parent->action == ACTION_CHOOSE && !e->parent->detail.len)
		strbuf_put(&e->parent->detail, strbuf_str(&e->detail));
	if (is_counted(e) && b->running)
		b->running--;
	e->parent->done += !e->is_check;
	unlink_child(e);
	release_card(e);
}

void board_init(struct board *b, const struct plan *plan)
{
	*b = (struct board){.plan = plan};
	b->buckets = heap_alloc(BUCKETS * sizeof(struct card *));
	memset(b->buckets, 0, BUCKETS * sizeof(struct card *));
	size_t count = plan && plan->count ? plan->count : 1;
	b->nodes = heap_alloc(count);
	memset(b->nodes, NODE_FRESH, count);
}

void board_release(struct board *b)
{
	while (b->top.children)
		board_drop(b, b->top.children);
	free(b->buckets);
	free(b->nodes);
}

struct card *board_next(const struct board *b, const struct card *e)
{
	if (e->children)
		return e->children;
	while (e != &b->top && !e->next)
		e = e->parent;
	return e == &b->top ? NULL : e->next;
}

/* ---- events ---------------------------------------------------------------------------------- */

static void set_text(struct strbuf *b, struct str text)
{
	strbuf_clear(b);
	strbuf_put(b, text);
}

static void begin(struct board *b, struct card *e, const struct event *event)
{
	if (!e->has_begun) {
		e->has_begun = true;
		e->started_ns = event->time_ns;
		b->running += !e->is_group;
	}
	e->mood = e->is_question ? CARD_ASKING : CARD_RUNNING;
	e->since_ns = event->time_ns;
	e->until_ns = event->until_ns;
	if (!e->until_ns && event->delay_ns)
		e->until_ns = event->time_ns + event->delay_ns;
	if (e->until_ns && (e->action == ACTION_WAIT || e->action == ACTION_MONITOR))
		e->mood = CARD_WAITING;
	e->done = 0;
	strbuf_clear(&e->note);
	strbuf_clear(&e->last_line);
}

static void expand(struct card *e, const struct event *event)
{
	e->is_group = true;
	e->has_begun = true;
	e->total = event->items.kind == VALUE_LIST ? event->items.list->count : 0;
	e->done = 0;
}

static void pause_for_retry(struct card *e, const struct event *event)
{
	e->mood = CARD_PAUSED;
	e->since_ns = event->time_ns;
	e->until_ns = event->until_ns ? event->until_ns : event->time_ns + event->delay_ns;
	set_text(&e->note, event->message.len ? event->message : str_of(event->reason));
}

static void wait_more(struct card *e, const struct event *event)
{
	bool has_end = event->until_ns > event->time_ns && event->until_ns != NS_NEVER;
	e->mood = CARD_WAITING;
	if (e->action == ACTION_MONITOR && has_end)
		return;
	e->until_ns = 0;
	set_text(&e->note, e->action == ACTION_MONITOR ? STR(MONITOR_STAYS) : event->message);
}

/* --yes signs with its own name where a person may leave a comment. */
static bool is_assumed(const struct map *result)
{
	const struct value *comment = map_get(result, "comment"), *items = map_get(result, "items");
	if (items && items->kind == VALUE_LIST && items->list->count &&
		items->list->items[0].kind == VALUE_MAP)
		comment = map_get(items->list->items[0].map, "note");
	return comment && comment->kind == VALUE_STRING && str_is(value_string(comment), "--yes");
}

static void remember_result(struct card *e, const struct value *result)
{
	e->exit_code = 0;
	if (result->kind != VALUE_MAP)
		return;
	const struct value *code = map_get(result->map, "exit_code");
	if (code && code->kind == VALUE_INT)
		e->exit_code = code->integer;
	const struct value *by = map_get(result->map, "by");
	if (by && by->kind == VALUE_STRING)
		set_text(&e->by, value_string(by));
	e->is_assumed = e->is_question && is_assumed(result->map);
}

static void describe(struct card *e, const struct event *event)
{
	if (event->title.len)
		set_text(&e->detail, event->title);
	else if (event->command.len && !e->detail.len)
		set_text(&e->detail, event->command);
	if (event->attempt)
		e->attempt = event->attempt;
	if (event->attempts)
		e->attempts = event->attempts;
}

/* A group that is tried again starts its steps over. */
static void mark_node(struct board *b, const struct event *event)
{
	const struct node *n = node_at(b->plan, event->node);
	if (!n || event->item.len)
		return;
	if (event->kind == EVENT_STEP_RETRY)
		memset(b->nodes + event->node, NODE_FRESH, n->end - event->node);
	b->nodes[event->node] = event->kind == EVENT_STEP_FINISHED ? NODE_OVER : NODE_OPEN;
}

static bool is_of_step(enum event_kind kind)
{
	switch (kind) {
	case EVENT_STEP_STARTED:
	case EVENT_STEP_OUTPUT:
	case EVENT_ATTEMPT_FINISHED:
	case EVENT_STEP_RETRY:
	case EVENT_STEP_CANCEL:
	case EVENT_STEP_EXPANDED:
	case EVENT_STEP_WAITING:
	case EVENT_STEP_FINISHED:
		return true;
	case EVENT_STEP_ASK: /* the question has lines of its own */
	case EVENT_STEP_ANSWERED:
	case EVENT_RUN_STARTED:
	case EVENT_SIGNAL:
	case EVENT_SAMPLE_STARTED:
	case EVENT_SAMPLE:
	case EVENT_CONDITION:
	case EVENT_BLIND:
	case EVENT_HOLD:
	case EVENT_REFUSED:
	case EVENT_ROLLBACK_STARTED:
	case EVENT_STAGE:
	case EVENT_ROLLBACK_FINISHED:
	case EVENT_MAIN_FINISHED:
	case EVENT_RUN_RESUMED:
	case EVENT_RUN_FINISHED:
	case EVENT_KIND_COUNT:
		break;
	}
	return false;
}

struct card *board_apply(struct board *b, const struct event *event)
{
	if (!is_of_step(event->kind))
		return NULL;
	struct card *e = board_find(b, event->node, event->item);
	if (!e)
		e = add(b, event);
	describe(e, event);
	mark_node(b, event);
	if (event->kind == EVENT_STEP_STARTED)
		begin(b, e, event);
	else if (event->kind == EVENT_STEP_EXPANDED)
		expand(e, event);
	else if (event->kind == EVENT_STEP_RETRY)
		pause_for_retry(e, event);
	else if (event->kind == EVENT_STEP_WAITING)
		wait_more(e, event);
	else if (event->kind == EVENT_STEP_CANCEL)
		set_text(&e->note, str_of(event->reason));
	else if (event->kind == EVENT_ATTEMPT_FINISHED)
		remember_result(e, &event->result);
	return e;
}
