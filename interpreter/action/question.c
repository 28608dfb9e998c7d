/* `confirm`, `checklist`, `prompt`: a person answers. */
#include "action/render.h"
#include "action/table.h"
#include "run/approval.h"

/* Some have said yes already. */
static void add_missing(struct preparation *p, struct str *message)
{
	struct strbuf b = {0};

	strbuf_printf(&b, "%.*s [needs ", STR_ARGS(*message));
	approval_print_missing(p->decider, p->spot, &b);
	strbuf_putc(&b, ']');
	*message = strbuf_take(&b, p->ev->arena);
	strbuf_release(&b);
}

static bool prepare_confirm(struct preparation *p, struct request *out)
{
	out->kind = REQUEST_QUESTION;
	out->question.kind = QUESTION_CONFIRM;
	if (!render_string(p, p->step->confirm->message, &out->question.message))
		return false;
	p->event->command = out->question.message;
	out->question.approvers =
		approval_names(p->decider, p->spot, &out->question.approver_count);
	if (spot_state(p->spot)->approvals)
		add_missing(p, &out->question.message);
	return true;
}

/* Who answered has to be one of those who may. */
static const char *judge_confirm(
	struct preparation *p, const struct value *result, const char **message)
{
	const struct value *by = result->kind == VALUE_MAP ? map_get(result->map, "by") : NULL;
	struct str who = by && by->kind == VALUE_STRING ? value_string(by) : STR("");

	if (approval_may_answer(p->decider, p->spot, who))
		return NULL;
	*message = arena_printf(p->ev->arena, "`%.*s` is none of its approvers", STR_ARGS(who));
	return "rejected";
}

static bool prepare_checklist(struct preparation *p, struct request *out)
{
	const struct record_list *list = &p->step->checklist->items;
	struct question_item *items =
		arena_array(p->ev->arena, list->count + 1, sizeof(struct question_item));

	out->kind = REQUEST_QUESTION;
	out->question.kind = QUESTION_CHECKLIST;
	for (size_t i = 0; i < list->count; i++) {
		const struct checklist_item *item = list->items[i];

		if (!render_string(p, item->text, &items[i].text))
			return false;
		items[i].note = item->note > 0;
	}
	out->question.items = items;
	out->question.item_count = list->count;
	return true;
}

static bool prepare_prompt(struct preparation *p, struct request *out)
{
	const struct record_list *list = &p->step->prompt->inputs;
	struct question_item *items =
		arena_array(p->ev->arena, list->count + 1, sizeof(struct question_item));

	out->kind = REQUEST_QUESTION;
	out->question.kind = QUESTION_PROMPT;
	for (size_t i = 0; i < list->count; i++) {
		const struct input *in = list->items[i];

		items[i] =
			(struct question_item){.text = in->name, .about = in->about, .input = in};
	}
	out->question.items = items;
	out->question.item_count = list->count;
	return true;
}

const struct action confirm_action = {.prepare = prepare_confirm, .judge = judge_confirm};
const struct action checklist_action = {.prepare = prepare_checklist};
const struct action prompt_action = {.prepare = prepare_prompt};
