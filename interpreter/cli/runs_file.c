/* `runbook runs export` and `import`: a run as one file. */
#include "cli/runs.h"

#include "tool/parcel.h"

#include <errno.h>
#include <unistd.h>

static bool put(void *context, struct str text)
{
	(void)context;
	return write_all(STDOUT_FILENO, text);
}

int runs_export(const struct runs_order *o)
{
	struct records r;
	const char *why = NULL;
	int code = EXIT_OK;

	if (!o->operand)
		return usage_error("runbook runs export last > run.jsonl", "which run?");
	if (!records_open_run(&r, o->store, o->operand, STORE_READ))
		code = r.code;
	else if (!parcel_write(r.store, &r.row, o->with_logs, put, NULL, &r.arena, &why))
		code = records_damaged(why);
	records_close(&r);
	return code;
}

int runs_import(const struct runs_order *o)
{
	struct strbuf b = {0};
	struct str id;
	struct records r;
	const char *why = NULL;
	int code;

	if (!o->operand)
		return usage_error("runbook runs import run.jsonl", "which file?");
	if (strcmp(o->operand, "-") != 0 && access(o->operand, R_OK) < 0)
		return usage_error(NULL, "`%s`: %s", o->operand, strerror(errno));
	if (!records_open(&r, o->store, STORE_WRITE)) {
		code = r.code;
	} else if (!parcel_read(r.store, o->operand, &r.arena, &id, &why)) {
		code = records_damaged(why);
	} else {
		strbuf_printf(&b, "imported run %.*s\n", STR_ARGS(id));
		code = print_answer(strbuf_str(&b));
	}
	strbuf_release(&b);
	records_close(&r);
	return code;
}
