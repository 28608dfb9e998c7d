/*
 * Questions as plain lines, for when nobody else draws them.
 */
#include "world/question_private.h"

#include "source/render.h"

#include <errno.h>
#include <unistd.h>

static void show(struct real_world *w, struct strbuf *b)
{
	int fd = terminal_fd(w);
	for (size_t done = 0; fd >= 0 && done < b->len;) {
		ssize_t n = write(fd, b->at + done, b->len - done);
		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	strbuf_release(b);
}

static void add_lines(struct strbuf *b, const char *first, const char *other, struct str text)
{
	const char *lead = first;
	while (text.len) {
		ptrdiff_t end = str_find(text, STR("\n"), 0);
		size_t len = end < 0 ? text.len : (size_t)end;
		strbuf_puts(b, lead);
		escape_for_terminal(b, (struct str){text.at, len});
		strbuf_putc(b, '\n');
		lead = other;
		len += end >= 0;
		text = (struct str){text.at + len, text.len - len};
	}
}

static void plain_open(void *context, const struct question_request *q)
{
	struct real_world *w = context;
	if (w->options.hooks.suspend)
		w->options.hooks.suspend(w->options.hooks.context);
	struct strbuf b = {0};
	add_lines(&b, "? ", "  ", q->message);
	show(w, &b);
}

static void ask_item(struct strbuf *b, const struct question_line *l)
{
	const struct question_request *q = l->question;
	const struct question_item *item = &q->items[l->item];
	if (l->is_note) {
		strbuf_puts(b, "    note: ");
		return;
	}
	if (q->kind == QUESTION_CHECKLIST) {
		strbuf_printf(b, "  %zu/%zu ", l->item + 1, q->item_count);
		escape_for_terminal(b, item->text);
		strbuf_puts(b, " [y/n] ");
		return;
	}
	strbuf_puts(b, "  ");
	escape_for_terminal(b, item->text);
	if (item->about.len) {
		strbuf_puts(b, " (");
		escape_for_terminal(b, item->about);
		strbuf_puts(b, ")");
	}
	strbuf_puts(b, ": ");
}

/* `  [r]etry, [c]ontinue, [s]top? `: their first letters differ. */
static void ask_choice(struct strbuf *b, const struct question_request *q)
{
	for (size_t i = 0; i < q->item_count; i++)
		strbuf_printf(b, "%s[%c]%.*s", i ? ", " : "  ", q->items[i].text.at[0],
			(int)q->items[i].text.len - 1, q->items[i].text.at + 1);
	strbuf_puts(b, "? ");
}

static void plain_ask(void *context, const struct question_line *l)
{
	struct strbuf b = {0};
	if (l->why) {
		strbuf_puts(&b, "  ");
		escape_for_terminal(&b, str_of(l->why));
		strbuf_putc(&b, '\n');
	}
	if (l->question->kind == QUESTION_CONFIRM)
		strbuf_puts(&b, "  [y/n] ");
	else if (l->question->kind == QUESTION_CHOICE)
		ask_choice(&b, l->question);
	else
		ask_item(&b, l);
	show(context, &b);
}

static void plain_close(void *context, const struct question_request *q, bool was_answered)
{
	(void)q;
	struct real_world *w = context;
	if (!was_answered) {
		struct strbuf b = {0};
		strbuf_putc(&b, '\n');
		show(w, &b);
	}
	if (w->options.hooks.resume)
		w->options.hooks.resume(w->options.hooks.context);
}

struct question_ui question_plain_ui(struct real_world *w)
{
	return (struct question_ui){plain_open, plain_ask, plain_close, w};
}
