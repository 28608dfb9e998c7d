#include "shop.h"

#include <stdio.h>
#include <string.h>

#include "util.h"

struct mode {
	const char *name;
	int (*run)(char **argv);
	const char *usage;
};

static const struct mode modes[] = {
	{"serve", shop_serve,
		"--current LINK --db FILE --status FILE --pid FILE [--port N] [--window SECONDS]"},
	{"worker", shop_worker, "(started by serve)"},
	{"reload", shop_reload, "--version V --status FILE --pid FILE [--timeout SECONDS]"},
	{"migrate", shop_migrate,
		"up | down [TO] | status | backup FILE | restore FILE  --db FILE"
		" [--migrations DIR] [--needs SCHEMA]"},
	{"traffic", shop_traffic,
		"--url URL --report FILE [--rate PER_SECOND] [--count N] [--pid FILE]"},
	{"http", shop_http, "METHOD URL [--code] [--json TEXT] [--header LINE]"},
	{"field", shop_field, "NAME[.NAME]…  (JSON on standard input)"},
	{"await", shop_await, "URL FIELD VALUE [--timeout SECONDS]"},
	{"stop", shop_stop, "PIDFILE…"},
};

int main(int argc, char **argv)
{
	size_t count = sizeof(modes) / sizeof(*modes);

	for (size_t i = 0; argc > 1 && i < count; i++)
		if (strcmp(argv[1], modes[i].name) == 0)
			return modes[i].run(argv + 2);
	for (size_t i = 0; i < count; i++)
		fprintf(stderr, "shop %s %s\n", modes[i].name, modes[i].usage);
	return 2;
}
