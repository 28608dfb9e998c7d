/*
 * Whole-program cases on the fake world: one file holds many, each with its input, the script of
 * the world and what has to happen. tests/cases/README.md has the format.
 */
#include "case.h"

#include "source/yaml.h"
#include "world/fake.h"
#include "cli/command.h"
#include "cli/session.h"
#include "output/output.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct {
	size_t passed, failed;
	const char *filter;
	char home[64]; /* the folder that the cases' files are written to */
} tally;

/* ---- the stage ------------------------------------------------------------------------------ */

struct case_stage {
	struct venue venue;
	struct case_sink sink;
	struct arena arena;
	struct source_set files;
	struct value script;
	struct strbuf starts;
	const char *error;
	const struct test_case *c;
};

/* The fake world, kept a moment longer: what it was asked is read before it goes. */
struct watched_world {
	struct world world;
	struct world *inner;
	struct case_stage *venue;
};

static void watched_free(struct world *w)
{
	struct watched_world *watched = (struct watched_world *)w;

	fake_world_log(watched->inner, &watched->venue->starts);
	world_free(watched->inner);
	free(watched);
}

static int64_t watched_now(struct world *w)
{
	return world_now(((struct watched_world *)w)->inner);
}
static int64_t watched_wall(struct world *w)
{
	return world_wall(((struct watched_world *)w)->inner);
}
static void watched_start(struct world *w, uint64_t token, const struct request *r)
{
	world_start(((struct watched_world *)w)->inner, token, r);
}
static void watched_cancel(struct world *w, uint64_t token)
{
	world_cancel(((struct watched_world *)w)->inner, token);
}
static void watched_wait(struct world *w, int64_t until, struct arena *a, struct happening *out)
{
	world_wait(((struct watched_world *)w)->inner, until, a, out);
}

static const struct world_type watched_type = {
	watched_now, watched_wall, watched_start, watched_cancel, watched_wait, watched_free, NULL};

static struct world *case_world(struct venue *venue, const struct real_options *options)
{
	struct case_stage *s = (struct case_stage *)venue;
	struct watched_world *w = heap_alloc(sizeof(*w));

	(void)options;
	*w = (struct watched_world){.world = {&watched_type}, .venue = s};
	w->inner = fake_world_new(
		s->script.kind == VALUE_MAP ? &s->script : NULL, &s->arena, &s->error, NULL);
	if (!w->inner) {
		/* Standard error is the case's own meanwhile. */
		printf("%s:%zu: bad world: %s\n", s->c->file, s->c->line, s->error);
		exit(2);
	}
	return &w->world;
}

static struct sink *case_sink(struct venue *venue, const struct order *o, const struct plan *plan,
	struct real_options *options)
{
	struct case_stage *s = (struct case_stage *)venue;
	struct output_options plain = {.ascii = false, .verbose = o->verbose};

	(void)options;
	s->sink.plain = plain_sink_new(s->sink.plain_fd, plan, &plain);
	return &s->sink.sink;
}

/* ---- one case ------------------------------------------------------------------------------- */

static void write_file(const char *path, struct str text)
{
	char folder[512];
	FILE *f;

	for (const char *p = path; (p = strchr(p, '/')) != NULL; p++) {
		snprintf(folder, sizeof(folder), "%.*s", (int)(p - path), path);
		if (*folder)
			mkdir(folder, 0700);
	}
	f = fopen(path, "w");
	if (!f) {
		perror(path);
		exit(2);
	}
	fwrite(text.at, 1, text.len, f);
	fclose(f);
}

static void write_files(const struct test_case *c)
{
	for (size_t i = 0; i < c->section_count; i++) {
		const struct section *s = &c->sections[i];

		if (strcmp(s->name, "runbook") == 0)
			write_file("case.yml", s->text);
		else if (strncmp(s->name, "file ", 5) == 0)
			write_file(s->name + 5, s->text);
	}
}

/* Words are split at blanks; there is no quoting: an odd value comes from a file of inputs. */
static void set_order(const struct test_case *c, struct order *o, struct arena *a)
{
	struct str args = case_text(c, "args");
	char *text = arena_copy(a, args.at ? args.at : "", args.len), *save = NULL;

	*o = (struct order){.file = "case.yml", .jobs = 64};
	for (char *word = strtok_r(text, " \n", &save); word; word = strtok_r(NULL, " \n", &save)) {
		bool is_flag = strcmp(word, "--yes") == 0 || strcmp(word, "--person") == 0;
		char *value = is_flag ? NULL : strtok_r(NULL, " \n", &save);
		int64_t jobs = 0;

		if (strcmp(word, "--yes") == 0)
			o->assume_yes = true;
		else if (strcmp(word, "--person") == 0)
			o->has_person = true;
		else if (strcmp(word, "--input") == 0)
			o->given.items[o->given.count++].text = value;
		else if (strcmp(word, "--inputs") == 0)
			o->given.items[o->given.count++].file = value;
		else if (strcmp(word, "--jobs") == 0 && parse_int(str_of(value), &jobs))
			o->jobs = (uint32_t)jobs;
		else if (strcmp(word, "--from") == 0)
			o->from = value;
		else if (strcmp(word, "--hotfix") == 0)
			o->hotfix = value;
		else if (strcmp(word, "--inventory") == 0)
			o->inventory = value;
		else if (strcmp(word, "--limit") == 0)
			o->limits[o->limit_count++] = value;
		else if (strcmp(word, "--skip") == 0)
			o->skips[o->skip_count++] = value;
	}
}

static bool read_script(
	struct case_stage *s, const struct test_case *c, const char *name, struct value *out)
{
	struct str text = case_text(c, name);
	struct diagnostics d;
	struct source_file *file;

	if (!text.at)
		return true;
	diagnostics_init(&d, &s->arena);
	file = source_add(&s->files, name, text, false);
	return yaml_read(file, &s->arena, &d, out);
}

static bool read_world(struct case_stage *s, const struct test_case *c)
{
	struct value but = {0};

	source_init(&s->files, &s->arena);
	if (!read_script(s, c, "world", &s->script) || !read_script(s, c, "world but", &but))
		return false;
	for (size_t i = 0; but.kind == VALUE_MAP && i < but.map->count; i++)
		map_set(&s->arena, s->script.map, entry_key(&but.map->entries[i]),
			but.map->entries[i].value);
	return true;
}

static void set_env(const struct test_case *c, struct arena *a, bool set)
{
	struct str env = case_text(c, "env");
	char *text = arena_copy(a, env.at ? env.at : "", env.len), *save = NULL;

	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		char *equals = strchr(line, '=');

		if (!equals)
			continue;
		*equals = 0;
		if (set)
			setenv(line, equals + 1, 1);
		else
			unsetenv(line);
	}
}

static struct str slurp(int fd, struct arena *a)
{
	struct strbuf b = {0};
	char chunk[4096];
	ssize_t n;
	struct str s;

	lseek(fd, 0, SEEK_SET);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		strbuf_add(&b, chunk, (size_t)n);
	s = strbuf_take(&b, a);
	strbuf_release(&b);
	return s;
}

static int scratch_file(void)
{
	int fd = open(tally.home, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0) {
		perror("a temporary file");
		exit(2);
	}
	return fd;
}

/* What the command says on standard error is part of the case. */
static int run_quietly(const struct order *o, struct case_stage *s, int err)
{
	int saved = dup(STDERR_FILENO), code;

	dup2(err, STDERR_FILENO);
	code = session_run(o, &s->venue);
	dup2(saved, STDERR_FILENO);
	close(saved);
	return code;
}

static void lint_case(const struct test_case *c)
{
	write_files(c);
	if (case_lint(c))
		tally.passed++;
	else
		tally.failed++;
}

static void run_case(const struct test_case *c)
{
	struct case_stage s = {.c = c};
	struct order *o = heap_alloc(sizeof(*o));
	struct result r = {0};
	int err = scratch_file();

	arena_init(&s.arena);
	s.venue = (struct venue){case_world, case_sink, .keeps_record = false};
	case_sink_init(&s.sink, scratch_file());
	write_files(c);
	set_order(c, o, &s.arena);
	set_env(c, &s.arena, true);
	if (!read_world(&s, c))
		r.error = "the world is no YAML";
	r.exit = run_quietly(o, &s, err);
	set_env(c, &s.arena, false);
	r.stderr_text = slurp(err, &s.arena);
	r.plain = slurp(s.sink.plain_fd, &s.arena);
	r.events = strbuf_str(&s.sink.lines);
	r.starts = strbuf_str(&s.starts);
	if (case_judge(c, &r))
		tally.passed++;
	else
		tally.failed++;
	close(err);
	case_sink_release(&s.sink);
	strbuf_release(&s.starts);
	arena_release(&s.arena);
	free(o);
}

/* ---- all cases ------------------------------------------------------------------------------ */

static void run_file(const char *path, int home_fd)
{
	struct arena a;
	struct test_case *cases;
	size_t count;

	arena_init(&a);
	cases = cases_read(&a, path, &count);
	for (size_t i = 0; i < count; i++) {
		if (tally.filter && !strstr(cases[i].name, tally.filter) &&
			!strstr(path, tally.filter))
			continue;
		if (fchdir(home_fd) < 0)
			exit(2);
		if (case_section(&cases[i], "lint"))
			lint_case(&cases[i]);
		else if (case_section(&cases[i], "hints"))
			case_each_hint(&cases[i], run_case);
		else
			run_case(&cases[i]);
	}
	arena_release(&a);
}

static int is_case(const struct dirent *e)
{
	return str_ends_with(str_of(e->d_name), STR(".case"));
}

int main(int argc, char **argv)
{
	const char *folder = argc > 1 ? argv[1] : "tests/cases";
	struct dirent **names;
	int count = scandir(folder, &names, is_case, alphasort), start, home;

	tally.filter = argc > 2 ? argv[2] : NULL;
	snprintf(tally.home, sizeof(tally.home), "%s", "/tmp/runbook-cases-XXXXXX");
	start = open(".", O_PATH | O_CLOEXEC);
	if (count < 0 || start < 0 || !mkdtemp(tally.home)) {
		perror(folder);
		return 2;
	}
	home = open(tally.home, O_PATH | O_CLOEXEC);
	for (int i = 0; i < count; i++) {
		char path[512];

		snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
		if (fchdir(start) < 0)
			return 2;
		run_file(path, home);
		free(names[i]);
	}
	free(names);
	case_clean(tally.home);
	printf("%zu passed, %zu failed\n", tally.passed, tally.failed);
	return tally.failed != 0;
}
