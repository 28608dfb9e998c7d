/* `runbook runs`: its parts, which one command line names. */
#ifndef CLI_RUNS_H
#define CLI_RUNS_H

#include "cli/records.h"

struct runs_order {
	const char *store;
	const char *word, *operand; /* `prune`, `export`, `import`; what it is about */
	struct run_filter filter;
	int64_t keep_ns, now_ns; /* keep: -1 when not given */
	bool has_limit, is_json, is_dry, with_logs;
	int color;
};

/* Each gives the exit code. */
int runs_list(const struct runs_order *o);
int runs_prune(const struct runs_order *o);
int runs_export(const struct runs_order *o);
int runs_import(const struct runs_order *o);

#endif
