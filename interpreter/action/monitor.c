/* `monitor`: the engine samples and judges; here only its time is worked out. */
#include "action/render.h"
#include "action/table.h"

static bool prepare(struct preparation *p, struct request *out)
{
	int64_t duration_ns = 0;

	(void)out;
	if (!render_duration(p, p->step->monitor->duration, &duration_ns))
		return false;
	p->event->until_ns = p->decider->now_ns + duration_ns;
	return true;
}

const struct action monitor_action = {.prepare = prepare};
