/*
 * Runs two programs by turns, a physical limit and ours, and prints a row: what each took, the
 * ratio, and what our own process used besides.
 *
 *   compare [OPTION VALUE]… WHAT LIMIT-COMMAND… --- OUR-COMMAND…
 *   compare head
 *
 *   -r 5      rounds (A B A B …); every figure is the median of them
 *   -q 0.1    not the median but this quantile: runs of a millisecond are either hit by another
 *             process or not, and on a busy machine most are
 *   -b cpu    what limit, ours and ratio are: `wall` (the default) or `cpu` of all processes
 *   -t 1.08   target of the ratio
 *   -n 10000  pieces (steps, requests, guards) in a run: the CPU of one is told
 *   -c 40     target of that, in µs above what the limit uses for itself
 *   -C 0.5    target of that, in µs, the limit not taken off
 *   -m 20     target of the peak memory, in MB
 *
 * A row over a target begins with `!`, and so does the figure. That is no failure: a machine that
 * others use would fail at random. A program that does not end with 0 is one.
 */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_ROUNDS 2000

extern char **environ;

enum figure { WALL, CPU, OWN, MEMORY, FIGURES };

struct side {
	char **argv;
	double at[FIGURES][MAX_ROUNDS];
};

struct row {
	const char *what;
	enum figure by;
	int rounds;
	double quantile, pieces;
	double max_ratio, max_piece_us, max_mb; /* 0: no target */
	bool is_piece_absolute;
	struct side limit, ours;
};

static void die(const char *message, const char *about)
{
	fprintf(stderr, "compare: %s: %s\n", message, about);
	exit(1);
}

/* ---- one run -------------------------------------------------------------------------------- */

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double seconds(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

/* The time that the process itself was on a CPU, its children left out: to the nanosecond, which
 * rusage is not, and still there once it has ended. NAN: this kernel does not say. */
static double own_cpu(pid_t pid)
{
	char path[64], line[128];
	snprintf(path, sizeof path, "/proc/%d/schedstat", (int)pid);
	FILE *f = fopen(path, "re");
	if (!f)
		return NAN;
	char *read = fgets(line, sizeof line, f);
	fclose(f);
	return read ? strtod(line, NULL) / 1e9 : NAN;
}

static pid_t start(char **argv)
{
	posix_spawn_file_actions_t files;
	pid_t pid;
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	int error = posix_spawnp(&pid, argv[0], &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	if (error)
		die(argv[0], strerror(error));
	return pid;
}

static void run(struct side *s, int round)
{
	struct rusage used;
	siginfo_t info;
	int status;
	double begun = now();
	pid_t pid = start(s->argv);
	/* Left unreaped until it was looked at. */
	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0 && errno == EINTR)
		;
	s->at[WALL][round] = now() - begun;
	s->at[OWN][round] = own_cpu(pid);
	wait4(pid, &status, 0, &used);
	s->at[CPU][round] = seconds(used.ru_utime) + seconds(used.ru_stime);
	s->at[MEMORY][round] = (double)used.ru_maxrss / 1024;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		die("did not end with 0", s->argv[0]);
}

static void run_all(struct row *r)
{
	run(&r->limit, 0);
	run(&r->ours, 0);
	/* The first run of each reads its files from the disk: it counts only where that is
	 * nothing beside the rest. */
	for (int i = r->limit.at[WALL][0] > 1; i < r->rounds; i++) {
		run(&r->limit, i);
		run(&r->ours, i);
	}
}

/* ---- figures -------------------------------------------------------------------------------- */

static int ascending(const void *x, const void *y)
{
	double a = *(const double *)x, b = *(const double *)y;
	return (a > b) - (a < b);
}

static double quantile(const struct row *r, const struct side *s, enum figure f, double q)
{
	double sorted[MAX_ROUNDS];
	memcpy(sorted, s->at[f], sizeof *sorted * (size_t)r->rounds);
	qsort(sorted, (size_t)r->rounds, sizeof *sorted, ascending);
	double at = q * (r->rounds - 1);
	int below = (int)at;
	if (below + 1 >= r->rounds)
		return sorted[below];
	return sorted[below] + (at - below) * (sorted[below + 1] - sorted[below]);
}

static double middle(const struct row *r, const struct side *s, enum figure f)
{
	return quantile(r, s, f, r->quantile);
}

/* How far the middle half of the limit's own runs lies apart: what the machine adds by itself. */
static double noise(const struct row *r)
{
	double apart = quantile(r, &r->limit, r->by, 0.75) - quantile(r, &r->limit, r->by, 0.25);
	return apart / middle(r, &r->limit, r->by);
}

static double piece_us(const struct row *r)
{
	double us = middle(r, &r->ours, OWN);
	if (!r->is_piece_absolute)
		us -= middle(r, &r->limit, OWN);
	return us * 1e6 / r->pieces;
}

/* ---- the row -------------------------------------------------------------------------------- */

struct cell {
	char text[32];
	bool is_over;
};

static struct cell time_cell(double s)
{
	struct cell c = {0};
	if (s < 0.1)
		snprintf(c.text, sizeof c.text, "%.2f ms", s * 1e3);
	else
		snprintf(c.text, sizeof c.text, "%.3f s", s);
	return c;
}

/* `1.05`, or `1.20!` when that is over its target. */
static struct cell cell(double value, int digits, double max)
{
	struct cell c = {.is_over = max > 0 && value > max};
	if (!isnan(value))
		snprintf(c.text, sizeof c.text, "%.*f%s", digits, value, c.is_over ? "!" : "");
	return c;
}

static struct cell target_cell(double max, int digits)
{
	struct cell c = {0};
	if (max > 0)
		snprintf(c.text, sizeof c.text, "%.*f", digits, max);
	return c;
}

static void print_head(void)
{
	printf("  %-36s %10s %10s %6s %6s %6s %9s %6s %7s %4s %6s\n", "what", "limit", "ours",
		"ratio", "target", "cpu x", "us/piece", "target", "MB", "max", "noise");
}

static void print_row(const struct row *r)
{
	double limit = middle(r, &r->limit, r->by), ours = middle(r, &r->ours, r->by);
	double cpu_ratio = middle(r, &r->ours, CPU) / middle(r, &r->limit, CPU);
	struct cell ratio = cell(ours / limit, 2, r->max_ratio);
	struct cell piece = cell(r->pieces > 0 ? piece_us(r) : NAN, 2, r->max_piece_us);
	struct cell memory = cell(middle(r, &r->ours, MEMORY), 1, r->max_mb);
	bool is_over = ratio.is_over || piece.is_over || memory.is_over;
	printf("%c %-36s %10s %10s %6s %6s %6s %9s %6s %7s %4s %5.0f%%\n", is_over ? '!' : ' ',
		r->what, time_cell(limit).text, time_cell(ours).text, ratio.text,
		target_cell(r->max_ratio, 2).text, cell(cpu_ratio, 2, 0).text, piece.text,
		target_cell(r->max_piece_us, 1).text, memory.text, target_cell(r->max_mb, 0).text,
		noise(r) * 100);
}

/* For rows that are made of others: `WHAT WALL OWN` of ours, in seconds. */
static void note_row(const struct row *r)
{
	const char *path = getenv("BENCH_NOTES");
	FILE *f = path ? fopen(path, "ae") : NULL;
	if (!f)
		return;
	fprintf(f, "%s\t%.9f\t%.9f\n", r->what, middle(r, &r->ours, WALL),
		middle(r, &r->ours, OWN));
	fclose(f);
}

/* ---- the command line ----------------------------------------------------------------------- */

static int rounds(const char *word)
{
	int n = (int)strtol(word, NULL, 10);
	return n < 1 ? 1 : n > MAX_ROUNDS ? MAX_ROUNDS : n;
}

static void take_option(struct row *r, int option, const char *value)
{
	switch (option) {
	case 'r':
		r->rounds = rounds(value);
		break;
	case 'q':
		r->quantile = strtod(value, NULL);
		break;
	case 'b':
		r->by = strcmp(value, "cpu") == 0 ? CPU : WALL;
		break;
	case 't':
		r->max_ratio = strtod(value, NULL);
		break;
	case 'n':
		r->pieces = strtod(value, NULL);
		break;
	case 'C':
		r->is_piece_absolute = true;
		r->max_piece_us = strtod(value, NULL);
		break;
	case 'c':
		r->max_piece_us = strtod(value, NULL);
		break;
	case 'm':
		r->max_mb = strtod(value, NULL);
		break;
	default:
		exit(2);
	}
}

/* WHAT LIMIT… --- OURS…: the separator becomes the end of the first. */
static void take_commands(struct row *r, char **argv)
{
	if (!argv[0] || !argv[1])
		die("no command", "compare WHAT LIMIT… --- OURS…");
	r->what = argv[0];
	r->limit.argv = argv + 1;
	for (char **at = argv + 1; *at; at++) {
		if (strcmp(*at, "---") != 0)
			continue;
		*at = NULL;
		r->ours.argv = at + 1;
		break;
	}
	if (!r->ours.argv || !r->ours.argv[0] || !r->limit.argv[0])
		die("no second command", r->what);
}

int main(int argc, char **argv)
{
	static struct row row = {.rounds = 5, .quantile = 0.5};
	int option;
	if (argc == 2 && strcmp(argv[1], "head") == 0) {
		print_head();
		return 0;
	}
	while ((option = getopt(argc, argv, "+r:q:b:t:n:c:C:m:")) != -1)
		take_option(&row, option, optarg);
	take_commands(&row, argv + optind);
	run_all(&row);
	print_row(&row);
	note_row(&row);
	return 0;
}
