/* The actions, by kind. Composite ones have no row: the engine opens them itself. */
#ifndef ACTION_TABLE_H
#define ACTION_TABLE_H

#include "run/action.h"

extern const struct action *const action_table[ACTION_COUNT];

extern const struct action run_action, http_action, assert_action, say_action, wait_action,
	confirm_action, checklist_action, prompt_action, monitor_action;

#endif
