#include "action/table.h"

const struct action *const action_table[ACTION_COUNT] = {
	[ACTION_RUN] = &run_action,
	[ACTION_HTTP] = &http_action,
	[ACTION_ASSERT] = &assert_action,
	[ACTION_SAY] = &say_action,
	[ACTION_WAIT] = &wait_action,
	[ACTION_MONITOR] = &monitor_action,
	[ACTION_CONFIRM] = &confirm_action,
	[ACTION_CHECKLIST] = &checklist_action,
	[ACTION_PROMPT] = &prompt_action,
};
