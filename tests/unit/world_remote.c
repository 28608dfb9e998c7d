/*
 * What ssh is called with and what goes through it, without ssh: the command of a step runs in a
 * shell of this machine as it would in that of another.
 */
#include "world_help.h"
#include "world/real.h"
#include "world/remote.h"

static const struct remote web1 = {.name = "web1",
	.address = "10.0.0.1",
	.user = "deploy",
	.identity = "/keys/it",
	.config = "my config",
	.port = 2222};
static const struct ssh_call call = {&web1, "/tmp/x/1", "/dev/null"};

static const char *joined(struct arena *a, const char *const *words)
{
	struct strbuf b = {0};
	struct str text;

	for (; *words; words++)
		strbuf_printf(&b, "[%s]", *words);
	text = strbuf_take(&b, a);
	strbuf_release(&b);
	return text.at;
}

TEST(a_connection_asks_nobody_and_shares_itself)
{
	struct arena a = {0};
	const char *all = joined(&a, ssh_connect_argv(&a, &call));

	CHECK(strstr(all, "[ssh][-F][my config][-E][/dev/null][-o][BatchMode=yes]") == all);
	CHECK(strstr(all, "[ControlPath=/tmp/x/1]") != NULL);
	CHECK(strstr(all, "[HostName=10.0.0.1][-o][User=deploy][-o][Port=2222]") != NULL);
	CHECK(strstr(all, "[IdentityFile=/keys/it][-o][IdentitiesOnly=yes]") != NULL);
	CHECK(strstr(all, "[ControlMaster=yes]") != NULL);
	CHECK(strstr(all, "[-N][--][web1]") != NULL);
	arena_release(&a);
}

TEST(the_command_of_a_step_is_one_line_for_any_login_shell)
{
	struct arena a = {0};

	for (int is_bash = 0; is_bash < 2; is_bash++) {
		const char *const *argv = ssh_run_argv(&a, &call, is_bash);
		const char *command = "";
		size_t quotes = 0;

		for (; *argv; argv++)
			command = *argv;
		CHECK(strstr(command, "exec /bin/sh -c '") == command);
		CHECK(strpbrk(command, "\n\\") == NULL);
		for (const char *p = command; *p; p++) {
			quotes += *p == '\'';
			CHECK(*p != '!' || p[1] == ' '); /* csh's history */
		}
		CHECK_INT(quotes, 4);
		CHECK(str_ends_with(str_of(command), is_bash ? STR(" bash") : STR(" sh")));
	}
	arena_release(&a);
}

static const char *const plain_env[] = {"PATH=/usr/local/bin:/usr/bin:/bin", NULL};

/* What stands around it in the shell that plays the other machine. */
struct there {
	const char *cut;   /* what becomes of the text on its way */
	const char *setup; /* before the command */
};

/* What the other machine makes of it: the command in a shell, the text at its standard input, which
 * stays open. */
static struct answer run_there(
	struct arena *a, struct world *w, const struct process_request *r, struct there there)
{
	const char *const *argv = ssh_run_argv(a, &call, r->is_bash);
	struct strbuf text = {0}, script = {0};
	struct request request = {.kind = REQUEST_PROCESS, .step = "s", .attempt = 1};
	const char *env[] = {plain_env[0], NULL, NULL};

	while (argv[1])
		argv++;
	remote_text(&text, r, NS_PER_S);
	strbuf_printf(&script,
		"exec 3< <(printf %%s \"$TEXT\" %s; exec sleep 5); unset TEXT\n%s\n(%s) <&3",
		there.cut, there.setup, *argv);
	env[1] = arena_printf(a, "TEXT=%.*s", STR_ARGS(strbuf_str(&text)));
	request.process.env = env;
	request.process.keep = 65536;
	request.process.is_bash = true;
	request.process.script = arena_copy(a, script.at, script.len);
	world_start(w, 1, &request);
	strbuf_release(&text);
	strbuf_release(&script);
	return finish(w, 1, a, NULL);
}

TEST(script_and_values_arrive_as_they_are)
{
	static const char *const env[] = {
		"GREETING=it's \"$HOME\" `id` $(id) \\ \n end", "RUNBOOK_1=-x\t*", NULL};
	struct arena a = {0};
	struct world *w = real_world_new(&(struct real_options){0});
	struct process_request r = {.env = env,
		.value_count = 1,
		.cwd = "/usr",
		.script = "printf '%s|%s|%s|' \"$GREETING\" \"$RUNBOOK_1\" \"$PWD\"\n"
			  "env | grep -c ^RUNBOOK_1= || :\n"
			  "cat; echo $0 $#; false; echo not here"};
	struct answer answer = run_there(&a, w, &r, (struct there){"", ""});

	CHECK_INT(field_int(&answer, "exit_code"), 1);
	CHECK_TEXT(field_text(&answer, "stdout"),
		"it's \"$HOME\" `id` $(id) \\ \n end|-x\t*|/usr|0\nsh 0\n");
	world_free(w);
	arena_release(&a);
}

/* Where there is no setsid, perl makes the group of its own. */
TEST(without_setsid_perl_does_it)
{
	struct arena a = {0};
	struct world *w = real_world_new(&(struct real_options){0});
	struct process_request r = {.script = "command -v setsid || echo none\n"
					      "test $(ps -o pgid= -p $$) = $$ && echo leads\n"
					      "exit 7"};
	struct answer answer = run_there(&a, w, &r,
		(struct there){"",
			"dir=$(mktemp -d); rm=$(command -v rm); trap '$rm -r \"$dir\"' EXIT\n"
			"for p in head perl sleep sh ps; do ln -s \"$(command -v $p)\" "
			"\"$dir\"; done\nexport PATH=\"$dir:\""});

	CHECK_INT(field_int(&answer, "exit_code"), 7);
	CHECK_TEXT(field_text(&answer, "stdout"), "none\nleads\n");
	CHECK_TEXT(field_text(&answer, "stderr"), "");
	world_free(w);
	arena_release(&a);
}

TEST(half_a_text_is_not_evaluated)
{
	struct arena a = {0};
	struct world *w = real_world_new(&(struct real_options){0});
	struct process_request r = {.script = "echo begun"};
	struct answer answer = run_there(&a, w, &r, (struct there){"| head -c 30; exit", ""});

	CHECK_INT(field_int(&answer, "exit_code"), 254);
	CHECK_TEXT(field_text(&answer, "stdout"), "");
	world_free(w);
	arena_release(&a);
}

TEST(ssh_tells_how_a_step_ended)
{
	CHECK_INT(ssh_end_of(STR("debug2: Received exit status from master 255\n")), SSH_EXITED);
	CHECK_INT(ssh_end_of(STR("debug1: Sending command: x\ndebug1: Exit status 255\n")),
		SSH_EXITED);
	CHECK_INT(ssh_end_of(STR("debug1: mux_client_request_session: master session id: 2\n"
				 "debug2: Control master terminated unexpectedly\n")),
		SSH_LOST);
	CHECK_INT(
		ssh_end_of(STR("debug1: Sending command: x\ndebug1: Exit status -1\n")), SSH_LOST);
	CHECK_INT(ssh_end_of(STR("ssh: connect to host x port 22: Connection refused\n")),
		SSH_NOT_BEGUN);
	/* Without a log nothing is proved. */
	CHECK_INT(ssh_end_of(STR("")), SSH_LOST);
}

TEST(what_ssh_says_last_is_the_reason)
{
	bool is_name;

	CHECK_TEXT(ssh_complaint(STR("Warning: x\r\nroot@h: Permission denied (publickey).\r\n"
				     "debug1: bye\n"),
			   &is_name),
		"root@h: Permission denied (publickey)");
	CHECK(!is_name);
	CHECK_TEXT(ssh_complaint(STR("ssh: Could not resolve hostname no: Name or service not "
				     "known\n"),
			   &is_name),
		"Could not resolve hostname no: Name or service not known");
	CHECK(is_name);
}
