/* `say`: a line for the log. */
#include "action/render.h"
#include "action/table.h"

static bool prepare(struct preparation *p, struct request *out)
{
	(void)out;
	return render_string(p, p->step->say, &p->event->text);
}

const struct action say_action = {.prepare = prepare};
