/* `runbook graph FILE`: the steps as a picture. */
#include "cli/tool.h"
#include "tool/graph.h"

#include <errno.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OPTION_FORMAT, OPTION_INSIDE };

static const struct option_row options[] = {
	{"--format", 'f', "dot|mermaid|svg", "the language of the picture (default: dot)"},
	{"--inside", 0, NULL, "with the steps of modules and called runbooks"},
	{0},
};

/* A descriptor from which `text` is read; -1: errno says why not. */
static int text_descriptor(struct str text)
{
	int fd = memfd_create("graph", MFD_CLOEXEC);

	if (fd < 0 || (write_all(fd, text) && lseek(fd, 0, SEEK_SET) == 0))
		return fd;
	close(fd);
	return -1;
}

/* Graphviz writes to our standard output. */
static int draw_svg(struct str dot)
{
	static char *const argv[] = {"dot", "-Tsvg", NULL};
	posix_spawn_file_actions_t actions;
	int status = 0, error, fd = text_descriptor(dot);
	pid_t pid;

	if (fd < 0) {
		usage_error(NULL, "cannot hand the graph on: %s", strerror(errno));
		return EXIT_FAILED;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, STDIN_FILENO);
	error = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(fd);
	if (error) {
		usage_error(error == ENOENT ? "install Graphviz (the package is `graphviz`), or "
					      "take `--format mermaid`"
					    : NULL,
			"cannot run `dot`: %s", strerror(error));
		return EXIT_FAILED;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return EXIT_OK;
	usage_error(NULL, "`dot` has failed");
	return EXIT_FAILED;
}

static int run_graph(const struct command *c, int argc, char **argv)
{
	struct tool_order o = {.min = 1, .max = 1};
	struct strbuf b = {0};
	struct loaded l;
	int code = tool_options(&o, c, argc, argv);

	if (code >= 0)
		return code;
	code = EXIT_USAGE;
	if (tool_load(&l, o.files[0], true)) {
		graph_write(&b, l.plan,
			tool_is(&o, OPTION_FORMAT, "mermaid") ? GRAPH_MERMAID : GRAPH_DOT,
			o.flags[OPTION_INSIDE]);
		code = tool_is(&o, OPTION_FORMAT, "svg") ? draw_svg(strbuf_str(&b))
							 : print_answer(strbuf_str(&b));
	}
	strbuf_release(&b);
	loaded_free(&l);
	return code;
}

const struct command graph_command = {
	.name = "graph",
	.operands = "FILE",
	.summary = "the steps as a picture: Graphviz, Mermaid or SVG",
	.examples = "  runbook graph deploy.yml --format svg >deploy.svg\n"
		    "  runbook graph deploy.yml --format mermaid   # for Markdown\n",
	.options = options,
	.run = run_graph,
};
