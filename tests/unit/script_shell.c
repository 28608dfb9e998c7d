/*
 * Values in shell scripts: what is written, what is refused, and what real shells make of it.
 */
#include "script/shell.h"
#include "test.h"

#include "base/json.h"

#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- one script with its values ------------------------------------------------------------- */

struct bench {
	struct arena arena;
	struct source_set files;
	struct diagnostics told;
	struct shell_script *script;
	struct value v; /* what `v` means */
	struct eval ev;
	struct scope scope;
	struct str text;
	const char *env[200];
	size_t env_count;
};

static const struct bench *bench_now;

static bool lookup(const struct scope *scope, struct str name, struct eval *ev, struct value *out)
{
	(void)scope;
	(void)ev;
	if (str_is(name, "v"))
		*out = bench_now->v;
	else if (str_is(name, "n"))
		*out = value_int(-3);
	else if (str_is(name, "half"))
		*out = value_float(-0.5);
	else if (str_is(name, "nothing"))
		*out = value_nil();
	else if (str_is(name, "blind"))
		*out = value_unknown("timeout");
	else
		return false;
	return true;
}

static void bench_open(struct bench *b, const char *text, bool is_bash)
{
	struct arena scratch;
	*b = (struct bench){.scope = {.lookup = lookup}};
	arena_init(&b->arena);
	source_init(&b->files, &b->arena);
	diagnostics_init(&b->told, &b->arena);
	struct source_file *file = source_add(&b->files, "t.yml", str_of(text), false);
	struct value v = value_str(file->text);
	v.file = file->id;
	v.span_len = v.len;
	arena_init(&scratch);
	b->script = shell_compile(&b->arena, &scratch, file, &v, is_bash, &b->told);
	arena_release(&scratch);
}

static bool bench_render(struct bench *b, struct value v)
{
	bench_now = b;
	b->v = v;
	b->ev = (struct eval){.arena = &b->arena, .scope = &b->scope};
	return shell_render(&b->ev, b->script, &b->text, b->env, &b->env_count);
}

static void bench_close(struct bench *b)
{
	arena_release(&b->arena);
}

/* ---- what is written ------------------------------------------------------------------------ */

TEST(shell_text)
{
	static const struct {
		const char *script, *expected;
		bool is_bash;
	} rows[] = {
		{"echo hi", "echo hi", false},
		{"", "", false},
		{"echo ${{ v }}", "echo \"${RUNBOOK_1}\"", false},
		{"echo a${{ v }}b", "echo a\"${RUNBOOK_1}\"b", false},
		{"echo \"a ${{ v }} b\"", "echo \"a ${RUNBOOK_1} b\"", false},
		{"echo 'a ${{ v }} b'", "echo 'a '\"${RUNBOOK_1}\"' b'", false},
		{"echo ${{ v }} ${{ n }}", "echo \"${RUNBOOK_1}\" \"${RUNBOOK_2}\"", false},
		{"echo ${{ '}}' }}", "echo \"${RUNBOOK_1}\"", false},
		{"x=${{ v }} cmd", "x=\"${RUNBOOK_1}\" cmd", false},
		{"echo $(f \"${{ v }}\")", "echo $(f \"${RUNBOOK_1}\")", false},
		{"echo \"$(f ${{ v }})\"", "echo \"$(f \"${RUNBOOK_1}\")\"", false},
		{"echo \"$(f '${{ v }}')\"", "echo \"$(f ''\"${RUNBOOK_1}\"'')\"", false},
		{"echo `f ${{ v }}`", "echo `f \"${RUNBOOK_1}\"`", false},
		{"echo $((1+${{ n }}))", "echo $((1+ ${RUNBOOK_1}))", false},
		{"echo $((2*${{ n }}))", "echo $((2*${RUNBOOK_1}))", false},
		{"echo ok # ${{ v }}\necho ${{ v }}", "echo ok # \necho \"${RUNBOOK_1}\"", false},
		{"echo a#${{ v }}", "echo a#\"${RUNBOOK_1}\"", false},
		{"echo '#' ${{ v }}", "echo '#' \"${RUNBOOK_1}\"", false},
		{"cat <<EOF\n${{ v }} \"${{ v }}\" '${{ v }}'\nEOF\n",
			"cat <<EOF\n${RUNBOOK_1} \"${RUNBOOK_2}\" '${RUNBOOK_3}'\nEOF\n", false},
		{"cat <<'EOF'\n$HOME ${{ v }} `x` \\\nEOF\necho $y",
			"cat <<EOF\n\\$HOME ${RUNBOOK_1} \\`x\\` \\\\\nEOF\necho $y", false},
		{"cat <<\\EOF\n$x ${{ v }}\nEOF\n", "cat <<EOF\n\\$x ${RUNBOOK_1}\nEOF\n", false},
		{"cat <<'EOF'\n$HOME\nEOF\necho ${{ v }}",
			"cat <<'EOF'\n$HOME\nEOF\necho \"${RUNBOOK_1}\"", false},
		{"cat <<-'E'\n\t$x ${{ v }}\n\tE\n", "cat <<-E\n\t\\$x ${RUNBOOK_1}\n\tE\n", false},
		{"cat <<A 3<<'B' ${{ v }}\n'${{ v }}\nA\n$b ${{ v }}\nB\necho '${{ v }}'",
			"cat <<A 3<<B \"${RUNBOOK_1}\"\n'${RUNBOOK_2}\nA\n\\$b ${RUNBOOK_3}\nB\n"
			"echo ''\"${RUNBOOK_4}\"''",
			false},
		{"cat <<E\n$(f ${{ v }})\nE\n", "cat <<E\n$(f \"${RUNBOOK_1}\")\nE\n", false},
		{"case ${{ v }} in ${{ v }}|a) f ${{ v }} ;; (b) ;; esac; echo '${{ v }}'",
			"case \"${RUNBOOK_1}\" in \"${RUNBOOK_2}\"|a) f \"${RUNBOOK_3}\" ;; (b) ;; "
			"esac; echo "
			"''\"${RUNBOOK_4}\"''",
			false},
		{"x=$(case a in a) echo b;; esac) y='${{ v }}'",
			"x=$(case a in a) echo b;; esac) y=''\"${RUNBOOK_1}\"''", false},
		{"echo ${x:-${{ v }}} \"${x:-${{ v }}}\"",
			"echo ${x:-\"${RUNBOOK_1}\"} \"${x:-${RUNBOOK_2}}\"", false},
		{"echo \"${x#${{ v }}}\" ${x%%${{ v }}}",
			"echo \"${x#\"${RUNBOOK_1}\"}\" ${x%%\"${RUNBOOK_2}\"}", false},
		{"if f; then g ${{ v }}; fi", "if f; then g \"${RUNBOOK_1}\"; fi", false},
		{"f() { g ${{ v }}; }", "f() { g \"${RUNBOOK_1}\"; }", false},
		{"f > ${{ v }} 2>&1", "f > \"${RUNBOOK_1}\" 2>&1", false},
		{"f a\\\n${{ v }}", "f a\\\n\"${RUNBOOK_1}\"", false},
		{"echo $x${{ v }} $?${{ v }}", "echo $x\"${RUNBOOK_1}\" $?\"${RUNBOOK_2}\"", false},
		{"echo \"$x${{ v }}\"", "echo \"$x${RUNBOOK_1}\"", false},
		{"echo \"it's ${{ v }}\"", "echo \"it's ${RUNBOOK_1}\"", false},
		{"echo \"${x:-it's}\" '${{ v }}'", "echo \"${x:-it's}\" ''\"${RUNBOOK_1}\"''",
			false},
		{"echo \\' ${{ v }}", "echo \\' \"${RUNBOOK_1}\"", false},
		{"echo \\\\${{ v }}", "echo \\\\\"${RUNBOOK_1}\"", false},
		{"echo $${{ v }}", "echo ${{ v }}", false},
		{"$(if a; then (b); fi; c '${{ v }}')",
			"$(if a; then (b); fi; c ''\"${RUNBOOK_1}\"'')", false},
		{"a && (b; c) && d '${{ v }}'", "a && (b; c) && d ''\"${RUNBOOK_1}\"''", false},
		{"while a; do b; done < ${{ v }}", "while a; do b; done < \"${RUNBOOK_1}\"", false},
		{"f () ( a ${{ v }} )", "f () ( a \"${RUNBOOK_1}\" )", false},
		{"function f () { a ${{ v }}; }", "function f () { a \"${RUNBOOK_1}\"; }", true},
		{"a | b & c ${{ v }}", "a | b & c \"${RUNBOOK_1}\"", false},
		{"[ -n ${{ v }} ] && [ ! -f ${{ v }} ]",
			"[ -n \"${RUNBOOK_1}\" ] && [ ! -f \"${RUNBOOK_2}\" ]", false},
		{"x=$(cat <<'E'\n$a ${{ v }}\nE\n)", "x=$(cat <<E\n\\$a ${RUNBOOK_1}\nE\n)", false},
		{"$DOCKER export ${{ v }}", "$DOCKER export \"${RUNBOOK_1}\"", true},
		{"\"$VAULT\" read ${{ v }}", "\"$VAULT\" read \"${RUNBOOK_1}\"", true},
		{"./bin/${{ v }} x", "./bin/\"${RUNBOOK_1}\" x", false},
		{"echo $'a\\'${{ v }}b'", "echo $'a\\''\"${RUNBOOK_1}\"$'b'", true},
		{"echo $\"a ${{ v }}\"", "echo $\"a ${RUNBOOK_1}\"", true},
		{"cat <<<${{ v }}", "cat <<<\"${RUNBOOK_1}\"", true},
		{"[[ $x == ${{ v }} && a =~ ^(x|${{ v }})$ ]] && echo '${{ v }}'",
			"[[ $x == \"${RUNBOOK_1}\" && a =~ ^(x|\"${RUNBOOK_2}\")$ ]] && echo "
			"''\"${RUNBOOK_3}\"''",
			true},
		{"(( x > ${{ n }} )) && f ${{ v }}", "(( x > ${RUNBOOK_1} )) && f \"${RUNBOOK_2}\"",
			true},
		{"for ((i=0; i<${{ n }}; i++)); do f ${{ v }}; done",
			"for ((i=0; i<${RUNBOOK_1}; i++)); do f \"${RUNBOOK_2}\"; done", true},
		{"a=(x ${{ v }} [2]='${{ v }}'); f '${{ v }}'",
			"a=(x \"${RUNBOOK_1}\" [2]=''\"${RUNBOOK_2}\"''); f ''\"${RUNBOOK_3}\"''",
			true},
		{"echo \"${x/a/${{ v }}}\" ${x//${{ v }}/b} ${x:${{ n }}}",
			"echo \"${x/a/\"${RUNBOOK_1}\"}\" ${x//\"${RUNBOOK_2}\"/b} "
			"${x:${RUNBOOK_3}}",
			true},
		{"f <(g ${{ v }})", "f <(g \"${RUNBOOK_1}\")", true},
		{"f @(a|${{ v }}) &> ${{ v }}", "f @(a|\"${RUNBOOK_1}\") &> \"${RUNBOOK_2}\"",
			true},
		{"a[1 + ${{ n }}]=${{ v }}", "a[1 + ${RUNBOOK_1}]=\"${RUNBOOK_2}\"", true},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		test_about("%s", rows[i].script);
		bench_open(&b, rows[i].script, rows[i].is_bash);
		CHECK_TEXT(b.script->text, rows[i].expected);
		CHECK_INT(b.told.count, 0);
		if (b.told.first)
			CHECK_STR(b.told.first->message, "");
		bench_close(&b);
	}
}

/* ---- what is refused ------------------------------------------------------------------------ */

/* Columns of the findings, as "6 18". */
static const char *columns(struct bench *b)
{
	struct strbuf text = {0};
	diagnostics_sort(&b->told);
	for (const struct diagnostic *d = b->told.first; d; d = d->next) {
		CHECK(d->rule == RB601 && d->hint);
		struct place p = source_place(source_get(&b->files, d->span.file), d->span.start);
		strbuf_printf(&text, "%s%zu:%zu", text.len ? " " : "", p.line, p.column);
	}
	const char *copy = strbuf_take(&text, &b->arena).at;
	strbuf_release(&text);
	return copy ? copy : "";
}

TEST(shell_refuses)
{
	static const struct {
		const char *script, *places, *says;
		bool is_bash;
	} rows[] = {
		/* a value as the program */
		{"${{ v }}", "1:1", "choose the program", false},
		{"a; ${{ v }} b", "1:4", "choose the program", false},
		{"a && \"${{ v }}\"", "1:7", "choose the program", false},
		{"$(${{ v }})", "1:3", "choose the program", false},
		{"exec ${{ v }}", "1:6", "choose the program", false},
		{"sudo -u bob ${{ v }}", "1:13", "choose the program", false},
		{"X=1 env A=b ${{ v }}", "1:13", "choose the program", false},
		{"if ${{ v }}; then a; fi", "1:4", "choose the program", false},
		{". ${{ v }}", "1:3", "choose the file", false},
		/* a name */
		{"${{ v }}=1", "1:1", "name of a variable", false},
		{"echo $${{ v }} \"$\\\n${{ v }}\"", "2:1", "name of a variable", false},
		{"echo ${${{ v }}}", "1:8", "name of a variable", false},
		{"echo ${x${{ v }}}", "1:9", "name of a variable", false},
		{"echo ${#${{ v }}}", "1:9", "name of a variable", false},
		{"export ${{ v }}=1", "1:8", "name of a variable", false},
		{"read ${{ v }}", "1:6", "name of a variable", false},
		{"unset ${{ v }}", "1:7", "name of a variable", false},
		{"for ${{ v }} in a; do b; done", "1:5", "name of a variable", false},
		{"[ -v ${{ v }} ]", "1:6", "name of a variable", true},
		{"[[ -v ${{ v }} ]]", "1:7", "name of a variable", true},
		{"printf -v ${{ v }} x", "1:11", "name of a variable", true},
		{"function ${{ v }} { a; }", "1:10", "name of a function", true},
		{"declare -n r=${{ v }}", "1:14", "is a reference", true},
		{"f() { r=${{ v }}; }; declare -n r", "1:9", "is a reference", true},
		/* code for another reader */
		{"eval ${{ v }}", "1:6", "`eval`", false},
		{"eval \"a ${{ v }}\"", "1:9", "`eval`", false},
		{"eval 'a ${{ v }}'", "1:9", "`eval`", false},
		{"command eval \"x ${{ v }}\"", "1:17", "`eval`", false},
		{"$x eval ${{ v }}", "1:9", "`eval`", false},
		{"$x command eval ${{ v }}", "1:17", "`eval`", false},
		{"${x}eval ${{ v }}", "1:10", "`eval`", false},
		{"\\eval ${{ v }}", "1:7", "`eval`", false},
		{"sh -c 'rm ${{ v }}'", "1:11", "another shell", false},
		{"bash -euo pipefail -c \"rm ${{ v }}\" x ${{ v }}", "1:27", "another shell",
			false},
		{"sudo /bin/bash -lc \"rm ${{ v }}\"", "1:24", "another shell", false},
		{"find . -exec sh -c \"${{ v }}\" \\;", "1:21", "another shell", false},
		{"docker exec c sh -c \"a ${{ v }}\"", "1:24", "another shell", false},
		{"$x/sh -c \"a ${{ v }}\"", "1:13", "another shell", false},
		{"sh -c $x ${{ v }}", "1:10", "another shell", false},
		{"$\"\"eval ${{ v }}", "1:9", "`eval`", false},
		{"a=(f() <<'E'\n${{ v }}\nE\n", "2:1", "not closed", true},
		{"${y/a/b$}${x:-\"a\"}eval ${{ v }}", "1:24", "`eval`", true},
		{">f [[ a|sh -c ${{ v }}", "1:15", "another shell", true},
		{"$x declare ${{ v }}", "1:12", "name of a variable", true},
		{"[[ a == ${{ v }}", "1:9", "not closed", true},
		{"su bob -c \"${{ v }}\"", "1:12", "another shell", false},
		{"sh <<E\nrm ${{ v }}\nE\n", "2:4", "another shell", false},
		{"bash -s x <<'E'\nrm ${{ v }}\nE\n", "2:4", "another shell", false},
		{"bash <<< ${{ v }}", "1:10", "another shell", true},
		{"trap 'rm ${{ v }}' EXIT", "1:10", "`trap`", false},
		{"alias x=${{ v }}", "1:9", "alias", false},
		{"PS4=${{ v }}; set -x", "1:5", "is run", false},
		{"declare -a x=${{ v }}", "1:14", "list of words", true},
		{"compgen -W ${{ v }}", "1:12", "expanded again", true},
		/* places */
		{"echo \\${{ v }}", "1:7", "backslash", false},
		{"echo \"\\${{ v }}\"", "1:8", "backslash", false},
		{"echo \"`f ${{ v }}`\"", "1:10", "backquotes", false},
		{"echo `f \\`g ${{ v }}\\``", "1:13", "backquotes", false},
		{"cat <<${{ v }}\nx\n", "1:7", "delimiter", false},
		{"cat <<'a b'\n${{ v }}\na b\n", "2:1", "special characters", false},
		{"cat <<E\n\\${{ v }}\nE\n", "2:2", "backslash", false},
		{"cat <<E\n${x#${{ v }}}\nE\n", "2:5", "no text", false},
		{"cat <<E\n`f ${{ v }}`\nE\n", "2:4", "backquotes", false},
		{"echo \"${x:-\"${{ v }}\"}\"", "1:13", "differently", false},
		{"echo ${x/a/${{ v }}}", "1:12", "split", true},
		{"echo ${x/a/'${{ v }}'}", "1:13", "split", true},
		{": ${x:=${{ v }}}", "1:8", "split", false},
		{"cat <<E\n${x/a/${{ v }}}\nE\n", "2:7", "no text", true},
		{"echo ${x@${{ v }}}", "1:10", "no text", true},
		{"echo $(( '${{ v }}' ))", "1:11", "arithmetic", false},
		{"echo $((f ${{ v }}); g)", "1:11", "arithmetic", false},
		{"((f ${{ v }}); g)", "1:5", "two subshells", false},
		{"((${{ v }}))", "1:3", "two subshells", false},
		{"[[ a == ${{ v }} ]]", "1:9", "`[[`", false},
		{"echo $'a\\'b' ${{ v }}", "1:14", "depends on the shell", false},
		{"[ ${{ v }} = a -o b = c ]", "1:3", "`-a`, `-o`", false},
		{"[ -n ${{ v }} -a x ]", "1:6", "`-a`, `-o`", false},
		{"[ \\( ${{ v }} = x \\) ]", "1:6", "`-a`, `-o`", false},
		{"coproc P { eval ${{ v }}; }", "1:17", "`eval`", true},
		{"coproc eval ${{ v }}", "1:13", "`eval`", true},
		{"${{ v }}() { a; }", "1:1", "name of a function", false},
		{"echo \"${{ v }}", "1:7", "not closed", false},
		{"echo '${{ v }} ", "1:7", "not closed", false},
		{"echo $(f ${{ v }}", "1:10", "not closed", false},
		{"echo ${x:-${{ v }}", "1:11", "not closed", false},
		{"a ' b\necho ${{ v }}", "2:6", "not closed", false},
		{"x=$(cat <<E\na\nE) y ${{ v }}\nE\n)", "3:6", "depends on the shell", false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		test_about("%s", rows[i].script);
		bench_open(&b, rows[i].script, rows[i].is_bash);
		CHECK_STR(columns(&b), rows[i].places);
		if (b.told.first && !CHECK(strstr(b.told.first->message, rows[i].says)))
			printf("    %s\n", b.told.first->message);
		bench_close(&b);
	}
}

/* ---- what is refused when it runs ----------------------------------------------------------- */

TEST(shell_render_refuses)
{
	static const struct {
		const char *script;
		struct str value;
		const char *says; /* NULL: allowed */
		bool is_bash;
	} rows[] = {
		{"rm ${{ v }}", {"-rf", 3}, "begins with `-`", false},
		{"rm \"${{ v }}\"", {"-rf", 3}, "begins with `-`", false},
		{"rm '${{ v }}'", {"-", 1}, "begins with `-`", false},
		{"rm \"\"${{ v }}", {"-rf", 3}, "begins with `-`", false},
		{"rm $x${{ v }}", {"-rf", 3}, "begins with `-`", false},
		{"rm ${{ '' }}${{ v }}", {"-rf", 3}, "begins with `-`", false},
		{"rm ${{ 'a' }}${{ v }}", {"-rf", 3}, NULL, false},
		{"X=1 sudo rm ${{ v }}", {"-rf", 3}, "begins with `-`", false},
		{"echo ${{ v }}", {"-n", 2}, "begins with `-`", false},
		{"printf ${{ v }}", {"-v", 2}, "begins with `-`", false},
		{"[ ${{ v }} x ]", {"-v", 2}, "begins with `-`", false},
		{"rm -- ${{ v }}", {"-rf", 3}, NULL, false},
		{"rm a ${{ v }} -- b", {"-rf", 3}, "begins with `-`", false},
		{"rm ./${{ v }}", {"-rf", 3}, NULL, false},
		{"rm --file=${{ v }}", {"-rf", 3}, NULL, false},
		{"rm ${{ v }}", {"a-rf", 4}, NULL, false},
		{"rm ${{ v }}", {"", 0}, NULL, false},
		{"x=${{ v }}", {"-rf", 3}, NULL, false},
		{"x=${{ v }} f", {"-rf", 3}, NULL, false},
		{"f > ${{ v }}", {"-rf", 3}, NULL, false},
		{"for i in ${{ v }}; do :; done", {"-rf", 3}, NULL, false},
		{"case ${{ v }} in ${{ v }}) ;; esac", {"-rf", 3}, NULL, false},
		{"printf '%s' ${{ v }} ${{ v }}", {"-rf", 3}, NULL, false},
		{"[ ${{ v }} = x ]", {"-rf", 3}, NULL, false},
		{"[ -n ${{ v }} ]", {"-rf", 3}, NULL, false},
		{"test x != ${{ v }}", {"-rf", 3}, NULL, false},
		{": ${{ v }}", {"-rf", 3}, NULL, false},
		{"[[ ${{ v }} == a ]]", {"-rf", 3}, NULL, true},
		{"sh -c 'f \"$1\"' sh ${{ v }}", {"-rf", 3}, NULL, false},
		{"sh x ${{ v }}", {"-rf", 3}, "begins with `-`", false},
		{"cat <<E\n${{ v }}\nE\n", {"-rf", 3}, NULL, false},
		{"f ${{ n }} ${{ half }}", {"", 0}, NULL, false},
		{"f ${{ v }}", {"a\0b", 3}, "has a NUL byte", false},
		{"f ${{ nothing }}", {"", 0}, "nothing", false},
		{"f ${{ blind }}", {"", 0}, "unknown: timeout", false},
		{"f ${{ blind + 1 }}", {"", 0}, "unknown: timeout", false},
		{"f ${{ missing }}", {"", 0}, "missing", false},
		{"f # ${{ nothing }}", {"", 0}, NULL, false},
		{"f $((${{ v }}))", {"12", 2}, NULL, false},
		{"f $((${{ v }}))", {"-12", 3}, NULL, false},
		{"f $((${{ v }}))", {"0", 1}, NULL, false},
		{"f $((${{ v }}))", {"", 0}, "no whole number", false},
		{"f $((${{ v }}))", {"08", 2}, "no whole number", false},
		{"f $((${{ v }}))", {"1+1", 3}, "no whole number", false},
		{"f $((${{ v }}))", {" 1", 2}, "no whole number", false},
		{"f $((${{ v }}))", {"+1", 2}, "no whole number", false},
		{"f $((${{ v }}))", {"x[$(touch hit)]", 15}, "no whole number", false},
		{"f $((${{ v }}))", {"99999999999999999999", 20}, "no whole number", false},
		{"f $((${{ half }}))", {"", 0}, "no whole number", false},
		{"f $((${{ 4.0 }}))", {"", 0}, NULL, false},
		{"a[${{ v }}]=1", {"x", 1}, "no whole number", true},
		{"f ${a[${{ v }}]}", {"x", 1}, "no whole number", true},
		{"f ${a:${{ v }}}", {"x", 1}, "no whole number", true},
		{"f $[${{ v }}]", {"x", 1}, "no whole number", true},
		{"((${{ v }}))", {"x", 1}, "no whole number", true},
		{"let x=${{ v }}", {"x", 1}, "no whole number", true},
		{"declare -i x=${{ v }}", {"x", 1}, "no whole number", true},
		{"declare -i x; x=${{ v }}", {"x", 1}, "no whole number", true},
		{"x=${{ v }}; local -i x", {"x", 1}, "no whole number", true},
		{"RANDOM=${{ v }}", {"x", 1}, "no whole number", true},
		{"[[ ${{ v }} -eq 1 ]]", {"x", 1}, "no whole number", true},
		{"[[ 1 -lt ${{ v }} ]]", {"x", 1}, "no whole number", true},
		{"[ 1 -lt ${{ v }} ]", {"x", 1}, NULL, true},
		{"f 2>&${{ v }}", {"x", 1}, "no whole number", false},
		{"f 2>&${{ v }}", {"1", 1}, NULL, false},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		test_about("%s", rows[i].script);
		bench_open(&b, rows[i].script, rows[i].is_bash);
		CHECK_INT(b.told.count, 0);
		bool rendered = bench_render(&b, value_str(rows[i].value));
		CHECK(rendered == !rows[i].says);
		if (!rendered && rows[i].says && !CHECK(strstr(b.ev.error, rows[i].says)))
			printf("    %s\n", b.ev.error);
		if (rendered != !rows[i].says && b.ev.error)
			printf("    %s\n", b.ev.error);
		bench_close(&b);
	}
}

TEST(shell_value_size)
{
	struct bench b;
	bench_open(&b, "f ${{ v }}", false);
	char *large = arena_alloc(&b.arena, SHELL_MAX_VALUE + 1);
	memset(large, 'x', SHELL_MAX_VALUE + 1);
	CHECK(bench_render(&b, value_str((struct str){large, SHELL_MAX_VALUE})));
	CHECK_INT(strlen(b.env[0]), SHELL_MAX_VALUE + strlen("RUNBOOK_1="));
	CHECK(!bench_render(&b, value_str((struct str){large, SHELL_MAX_VALUE + 1})));
	CHECK_STR(b.ev.error,
		"`v` is larger than 131000 bytes, too large for a program's environment");
	bench_close(&b);
}

TEST(shell_raw)
{
	struct bench b;
	bench_open(&b, "${{ raw(v) }} '${{ v }}'; eval ${{ raw(v) }} # ${{ raw(v) }}", false);
	CHECK_INT(b.told.count, 0);
	CHECK(b.script->has_raw);
	CHECK(bench_render(&b, value_str(STR("ls -l"))));
	CHECK_TEXT(b.text, "ls -l ''\"${RUNBOOK_1}\"''; eval ls -l # ");
	CHECK_INT(b.env_count, 1);
	CHECK_STR(b.env[0], "RUNBOOK_1=ls -l");
	CHECK(!bench_render(&b, value_nil()));
	CHECK(!bench_render(&b, value_str((struct str){"a\0b", 3})));
	bench_close(&b);
}

TEST(shell_bad_scripts)
{
	struct bench b;
	bench_open(&b, "f ${{ v", false);
	CHECK(b.told.errors > 0 && b.script);
	bench_close(&b);
	bench_open(&b, "f ${{ }} ${{ v +* }}", false);
	CHECK(b.told.errors > 0 && b.script);
	bench_close(&b);
	struct arena scratch;
	arena_init(&scratch);
	arena_init(&b.arena);
	diagnostics_init(&b.told, &b.arena);
	source_init(&b.files, &b.arena);
	struct source_file *file = source_add(&b.files, "t.yml", STR("a\0b"), false);
	struct value v = value_str((struct str){"a\0b", 3});
	CHECK(shell_compile(&b.arena, &scratch, file, &v, false, &b.told) && b.told.errors == 1);
	v = value_int(3);
	CHECK(shell_compile(&b.arena, &scratch, file, &v, false, &b.told) && b.told.errors == 2);
	arena_release(&scratch);
	bench_close(&b);
}

/* Depth and repeated reading are bounded; what cannot be read is refused, never guessed. */
TEST(shell_intricate)
{
	static const char *const parts[] = {"$((", "$(", "((", "${x:-", "\"$(", "case a in b) ",
		"@(", "${x[", "<(", "cat <<E\n$(", "a=(", "{ f; } <(", "[[ a =~ ("};
	double start = test_cpu_seconds();
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		struct strbuf text = {0};
		struct bench b;
		for (size_t n = 0; n < 3000; n++)
			strbuf_puts(&text, parts[i]);
		strbuf_puts(&text, " ${{ v }}");
		test_about("%s", parts[i]);
		for (int is_bash = 0; is_bash < 2; is_bash++) {
			bench_open(&b, text.at, is_bash);
			CHECK(b.told.errors > 0);
			bench_close(&b);
		}
		strbuf_release(&text);
	}
	CHECK_CPU(start, 10);
}

/* ---- real shells ---------------------------------------------------------------------------- */

/* Each prints the value, as `expected` says with % for the value, and a NUL. */
struct context {
	const char *script, *expected;
};

static const struct context contexts[] = {
	{"printf '%s\\0' ${{ v }}", "%"},
	{"printf '%s\\0' \"${{ v }}\"", "%"},
	{"printf '%s\\0' '${{ v }}'", "%"},
	{"printf '%s\\0' \"a'${{ v }}'b\"", "a'%'b"},
	{"printf '%s\\0' 'a\"${{ v }}\"b'", "a\"%\"b"},
	{"printf '%s\\0' x${{ v }}y${{ v }}", "x%y%"},
	{"printf '%s\\0' ${{ v }}${{ v }}", "%%"},
	{"printf '%s\\0' a\\ ${{ v }}\\*", "a %*"},
	{"printf '%s\\0' \\\n  ${{ v }}", "%"},
	{"printf '%s\\0' \"$(printf '%s.' ${{ v }})\"", "%."},
	{"printf '%s\\0' \"$(printf '%s.' \"${{ v }}\")\"", "%."},
	{"printf '%s\\0' \"$(printf '%s.' \"$(printf '%s' '${{ v }}.')\")\"", "%.."},
	{"x=${{ v }}; printf '%s\\0' \"$x\"", "%"},
	{"x=\"${{ v }}\" y='${{ v }}'; printf '%s\\0' \"$x$y\"", "%%"},
	{"x=a:${{ v }}:~; printf '%s\\0' \"${x%:*}\"", "a:%"},
	{"x=`printf '%s.' ${{ v }}`; printf '%s\\0' \"$x\"", "%."},
	{"x=`printf '%s.' \"${{ v }}\" '${{ v }}'`; printf '%s\\0' \"$x\"", "%.%."},
	{"cat <<EOF; printf '\\0'\n[${{ v }}] \"${{ v }}\" '${{ v }}'\nEOF", "[%] \"%\" '%'\n"},
	{"cat <<'EOF'; printf '\\0'\n$HOME \\$x `id` \\\\ \"${{ v }}\" $(id) \\\nEOF",
		"$HOME \\$x `id` \\\\ \"%\" $(id) \\\n"},
	{"cat <<\"E-1\"; printf '\\0'\n$1'${{ v }}\nE-1", "$1'%\n"},
	{"cat <<-EOF; printf '\\0'\n\t\t${{ v }}\n\tEOF", "%\n"},
	{"{ cat <<A; cat <<'B'; printf '\\0'; }\n${{ v }}\nA\n$b${{ v }}\nB", "%\n$b%\n"},
	{"cat <<EOF; printf '\\0'\n$(printf '%s.' ${{ v }})\nEOF", "%.\n"},
	{"cat <<EOF; printf '\\0'\n${unset:-${{ v }}}.\nEOF", "%.\n"},
	{"x=$(cat <<EOF\n${{ v }}.\nEOF\n); printf '%s\\0' \"$x\"", "%."},
	{"case ${{ v }} in ${{ v }}) printf 'same\\0';; *) printf 'other\\0';; esac", "same"},
	{"case \"x${{ v }}\" in x'${{ v }}') printf 'same\\0';; *) printf 'other\\0';; esac",
		"same"},
	{"case x in ${{ v }}y|[${{ v }}]y) printf 'pattern\\0';; *) printf 'literal\\0';; esac",
		"literal"},
	{"printf '%s\\0' ${unset:-${{ v }}}", "%"},
	{"printf '%s\\0' \"${unset:-${{ v }}}\"", "%"},
	{"printf '%s\\0' ${unset:-\"${{ v }}\"}", "%"},
	{"printf '%s\\0' \"${unset:-'${{ v }}'}\"", "'%'"},
	{"x=$(cat <<'EOF'\n$a \\${{ v }}.\nEOF\n); printf '%s\\0' \"$x\"", "$a \\%."},
	{"printf '%s\\0' ${unset:-'${{ v }}'}", "%"},
	{"x=pre${{ v }}; printf '%s\\0' \"${x%${{ v }}}\"", "pre"},
	{"x=pre${{ v }}; printf '%s\\0' \"${x%\"${{ v }}\"}\"", "pre"},
	{"x=pre${{ v }}; printf '%s\\0' \"${x%'${{ v }}'}\"", "pre"},
	{"x=pre${{ v }}; printf '%s\\0' ${x%${{ v }}}", "pre"},
	{"x=${{ v }}post; printf '%s\\0' \"${x#${{ v }}}\"", "post"},
	{"for i in ${{ v }} \"${{ v }}\" '${{ v }}'; do printf '%s' \"$i\"; done; printf '\\0'",
		"%%%"},
	{"f() { printf '%s.' \"$@\"; printf '\\0'; }; f -- ${{ v }} '${{ v }}'", "--.%.%."},
	{"printf 'c\\0' # ${{ v }} ' \" `", "c"},
	{"[ ${{ v }} = '${{ v }}' ] && printf 'eq\\0'", "eq"},
	{"if [ x\"${{ v }}\" != x${{ v }} ]; then printf 'ne\\0'; else printf 'eq\\0'; fi", "eq"},
	{"(printf '%s\\0' ${{ v }})", "%"},
	{"{ printf '%s\\0' ${{ v }}; }", "%"},
	{"if printf '%s\\0' ${{ v }}; then :; fi", "%"},
	{"while printf '%s\\0' ${{ v }}; do break; done", "%"},
	{"! printf '%s\\0' ${{ v }} || :", "%"},
	{"set -- ${{ v }}; printf '%s\\0' \"$1\"", "%"},
	{"printf '%s\\0' ${{ v }} | cat", "%"},
	{"case a in a) printf '%s\\0' \"$(case b in b) printf '%s.' ${{ v }};; esac)\";; esac",
		"%."},
	{"export x=${{ v }}; printf '%s\\0' \"$x\"; unset x", "%"},
	{": \"${fresh:=${{ v }}}\"; printf '%s\\0' \"$fresh\"; unset fresh", "%"},
	{"x=12; printf '%s' ${#x}; printf '%s\\0' ${{ v }}$((1 + 1))", "2%2"},
};

static const struct context bash_contexts[] = {
	{"printf '%s\\0' $'a\\'\\n${{ v }}\\tb'", "a'\n%\tb"},
	{"printf '%s\\0' $\"a ${{ v }}\"", "a %"},
	{"cat <<<${{ v }}; printf '\\0'", "%\n"},
	{"cat <<<\"a ${{ v }}\"; printf '\\0'", "a %\n"},
	{"[[ ${{ v }} == ${{ v }} && x${{ v }} = x'${{ v }}' ]] && printf 'eq\\0'", "eq"},
	{"[[ x == ${{ v }}y || x == [${{ v }}]y ]] || printf 'literal\\0'", "literal"},
	{"[[ -n ${{ v }}. && ! -z \".${{ v }}\" ]] && printf 'yes\\0'", "yes"},
	{"a=(x ${{ v }} \"${{ v }}\" [5]='${{ v }}'); printf '%s.' \"${a[@]}\"; printf '\\0'",
		"x.%.%.%."},
	{"a[1 + 2]=${{ v }}; printf '%s\\0' \"${a[3]}\"", "%"},
	{"y=aqb; printf '%s\\0' \"${y/q/${{ v }}}\"", "a%b"},
	{"y=aqb; printf '%s\\0' \"${y/q/'${{ v }}'}\"", "a%b"},
	{"y=x${{ v }}.; printf '%s.' \"${y/%${{ v }}./}\" ${y/%\"${{ v }}.\"/z}; printf '\\0'",
		"x.xz."},
	{"cat < <(printf '%s\\0' ${{ v }})", "%"},
	{"f() { local x=${{ v }}; printf '%s\\0' \"$x\"; }; f", "%"},
	{"declare x=${{ v }}; printf '%s\\0' \"$x\"", "%"},
	{"x=a; x+=${{ v }}; printf '%s\\0' \"$x\"", "a%"},
	{"printf -v x '%s' ${{ v }}; printf '%s\\0' \"$x\"", "%"},
	{"for ((i = 0; i < 2; i++)); do printf '%s' ${{ v }}; done; printf '\\0'", "%%"},
	{"x=1; (( x == 1 )) && printf '%s\\0' ${{ v }}", "%"},
	{"printf '%s.' {a,${{ v }}}; printf '\\0'", "a.%."},
	{"printf '%s\\0' ${{ v }} |& cat", "%"},
	{"shopt -s extglob\ncase x in @(${{ v }}y|z)) ;; *) printf 'literal\\0';; esac", "literal"},
	{"declare -A m=([${unset:-k}]=${{ v }}); printf '%s\\0' \"${m[k]}\"", "%"},
};

/* Runs the bench's script in `folder`; what it prints goes into `out`. */
static int run_shell(
	struct bench *b, const char *const *argv, const char *folder, struct strbuf *out)
{
	int ends[2];
	char part[65536];
	const char *words[8], *env[205] = {"PATH=/usr/bin:/bin"};
	size_t n = 0;
	for (; argv[n]; n++)
		words[n] = argv[n];
	words[n] = b->text.at;
	words[n + 1] = NULL;
	memcpy(env + 1, b->env, b->env_count * sizeof *env);
	env[b->env_count + 1] = NULL;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pid_t pid = 0;
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	posix_spawn_file_actions_addchdir_np(&actions, folder);
	int failed = posix_spawn(&pid, words[0], &actions, NULL, (char *const *)(uintptr_t)words,
		(char *const *)(uintptr_t)env);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	ssize_t got;
	while ((got = read(ends[0], part, sizeof part)) > 0)
		strbuf_add(out, part, (size_t)got);
	close(ends[0]);
	int status = -1;
	if (!failed)
		waitpid(pid, &status, 0);
	return status;
}

static size_t files_in(const char *folder)
{
	size_t count = 0;
	DIR *d = opendir(folder);
	struct dirent *e;
	while (d && (e = readdir(d)))
		count += e->d_name[0] != '.' || (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."));
	if (d)
		closedir(d);
	return count;
}

static void expect(struct strbuf *out, const char *expected, struct str value)
{
	for (; *expected; expected++) {
		if (*expected == '%')
			strbuf_put(out, value);
		else
			strbuf_putc(out, *expected);
	}
	strbuf_putc(out, '\0');
}

struct shell {
	const char *path;
	const char *const *argv; /* up to the script */
	bool is_bash;
	bool is_light; /* only what the shell does without starting a process */
};

static bool is_used(const struct shell *shell, const struct context *c)
{
	static const char *const heavy[] = {"cat", "$(p", "`", "(printf", "$(cat"};
	for (size_t i = 0; shell->is_light && i < sizeof heavy / sizeof *heavy; i++)
		if (strstr(c->script, heavy[i]))
			return false;
	return true;
}

/* The contexts for a shell, one after another; NULL behind the last. */
static const struct context *next_context(const struct shell *shell, size_t *n)
{
	size_t all = sizeof contexts / sizeof *contexts;
	size_t more = shell->is_bash ? sizeof bash_contexts / sizeof *bash_contexts : 0;
	while (*n < all + more) {
		const struct context *c = *n < all ? &contexts[*n] : &bash_contexts[*n - all];
		++*n;
		if (is_used(shell, c))
			return c;
	}
	return NULL;
}

/* All contexts in one script: a start of a shell for each would take minutes. */
static void join_contexts(struct strbuf *text, const struct shell *shell)
{
	const struct context *c;
	for (size_t n = 0; (c = next_context(shell, &n));)
		strbuf_printf(text, "%s\n", c->script);
}

static void join_expected(struct strbuf *out, const struct shell *shell, struct str value)
{
	const struct context *c;
	for (size_t n = 0; (c = next_context(shell, &n));)
		expect(out, c->expected, value);
}

/* The first context whose output differs, for the message. */
static void show_difference(struct str got, struct str expected, const struct shell *shell)
{
	size_t at = 0, n = 0;
	const struct context *c = next_context(shell, &n);
	for (; at < got.len && at < expected.len && got.at[at] == expected.at[at]; at++)
		if (got.at[at] == '\0')
			c = next_context(shell, &n);
	printf("    differs in or behind: %s\n    got %.*s\n", c ? c->script : "the end",
		(int)(got.len - at < 60 ? got.len - at : 60), got.at + at);
}

static bool check_value(
	struct bench *b, const struct shell *shell, const char *folder, struct str value)
{
	struct strbuf got = {0}, expected = {0};
	bool rendered = bench_render(b, value_str(value));
	if (value.len && memchr(value.at, '\0', value.len)) {
		return CHECK(!rendered);
	}
	if (!CHECK(rendered)) {
		printf("    %s\n", b->ev.error);
		return false;
	}
	CHECK_INT(run_shell(b, shell->argv, folder, &got), 0);
	join_expected(&expected, shell, value);
	bool is_same = CHECK(str_equal(strbuf_str(&got), strbuf_str(&expected)));
	if (!is_same)
		show_difference(strbuf_str(&got), strbuf_str(&expected), shell);
	strbuf_release(&got);
	strbuf_release(&expected);
	return is_same;
}

static const struct str hostile[] = {
	{"", 0},
	{"plain", 5},
	{"two words", 9},
	{" \t lead and trail \t ", 20},
	{"\n", 1},
	{"trailing\n\n", 10},
	{"\n\nleading", 9},
	{"'", 1},
	{"\"", 1},
	{"`", 1},
	{"\\", 1},
	{"\\\\n\\", 5},
	{"'\"'\"'", 5},
	{"*", 1},
	{"?", 1},
	{"[a-z]*", 6},
	{"~", 1},
	{"~root", 5},
	{"#", 1},
	{"!", 1},
	{"(", 1},
	{")", 1},
	{"}", 1},
	{"${", 2},
	{"$", 1},
	{"$$", 2},
	{"&", 1},
	{"|", 1},
	{";", 1},
	{"%s%n%d", 6},
	{"=", 1},
	{"-n", 2},
	{"-", 1},
	{"--", 2},
	{"-rf /", 5},
	{"EOF", 3},
	{"EOF\nB\nA\nE-1\ntouch hit\n", 22},
	{"\nEOF\ntouch hit\n", 15},
	{"$(touch hit)", 12},
	{"`touch hit`", 11},
	{"${x:=$(touch hit)}", 18},
	{"'; touch hit; '", 15},
	{"\"; touch hit; \"", 15},
	{"\n touch hit \n", 13},
	{"a[$(touch hit)]", 15},
	{") touch hit;; *", 15},
	{"$((touch hit))", 14},
	{"<(touch hit)", 12},
	{"> hit", 5},
	{"| touch hit", 11},
	{"& touch hit", 11},
	{"{a,b}", 5},
	{"{1..3}", 6},
	{"!!", 2},
	{"\\$(touch hit)", 13},
	{"$'\\x41'", 7},
	{"RUNBOOK_1", 9},
	{"${RUNBOOK_1}", 12},
	{"\xff\xfe\x80", 3},
	{"\x81\x82\x83\x84\x85\x86\x87\x88", 8},
	{"\x01\x02\x1b[31m\x7f", 8},
	{"\r\n", 2},
	{"\xe2\x80\xae"
	 "abc",
		6},
	{"a\0b", 3},
};

/* Starting a shell for each takes time, so several go at once. */
#define WORKERS 4

static int check_share(struct bench *b, const struct shell *shell, const char *folder,
	const struct list *list, size_t from)
{
	bool is_good = true;
	for (size_t i = from; i < list->count; i += WORKERS) {
		test_about("%s: naughty string %zu", shell->path, i + 1);
		is_good &= check_value(b, shell, folder, value_string(&list->items[i]));
	}
	fflush(NULL);
	return !is_good;
}

static void check_naughty(struct bench *b, const struct shell *shell, const char *folder)
{
	size_t len;
	char *text = test_suite_file("naughty-strings/blns.json", &len);
	struct value list;
	struct json_error error;
	struct arena a;
	if (!text)
		return;
	arena_init(&a);
	if (CHECK(json_decode(&a, (struct str){text, len}, &list, &error)) &&
		CHECK(list.kind == VALUE_LIST && list.list->count > 500)) {
		for (size_t n = 0; n < WORKERS; n++) {
			fflush(NULL);
			if (fork() == 0)
				_exit(check_share(b, shell, folder, list.list, n));
		}
		int status;
		for (size_t n = 0; n < WORKERS; n++)
			CHECK(wait(&status) > 0 && status == 0);
	}
	arena_release(&a);
	free(text);
}

/* Every byte that can be; all of them at once also where processes are started. */
static void check_bytes(struct bench *b, const struct shell *shell, const char *folder)
{
	char all[255];
	for (size_t i = 0; i < sizeof all; i++) {
		all[i] = (char)(i + 1);
		test_about("%s: byte %zu", shell->path, i + 1);
		if (shell->is_light && (i < 47 || i > 121))
			check_value(b, shell, folder, (struct str){&all[i], 1});
	}
	test_about("%s: all bytes", shell->path);
	check_value(b, shell, folder, (struct str){all, sizeof all});
}

static void check_contexts(const struct shell *shell, const char *folder)
{
	struct strbuf text = {0};
	struct bench b;
	join_contexts(&text, shell);
	bench_open(&b, text.at, shell->is_bash);
	test_about("%s", shell->path);
	if (!CHECK_INT(b.told.count, 0) && b.told.first)
		printf("    %s at %u\n", b.told.first->message, b.told.first->span.start);
	CHECK(b.script->count < 200);
	for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
		test_about("%s: %s", shell->path, hostile[i].at);
		check_value(&b, shell, folder, hostile[i]);
		CHECK_INT(files_in(folder), 0);
	}
	check_bytes(&b, shell, folder);
	if (shell->is_light)
		check_naughty(&b, shell, folder);
	CHECK_INT(files_in(folder), 0);
	bench_close(&b);
	strbuf_release(&text);
}

static void check_shell(struct shell shell)
{
	char folder[] = "/tmp/runbook-shell-XXXXXX";
	if (access(shell.argv[0], X_OK) != 0) {
		test_skip(shell.path);
		return;
	}
	if (!CHECK(mkdtemp(folder)))
		return;
	check_contexts(&shell, folder);
	shell.is_light = true;
	check_contexts(&shell, folder);
	rmdir(folder);
}

TEST(shell_in_sh)
{
	check_shell(
		(struct shell){"sh", (const char *const[]){"/bin/sh", "-euc", NULL}, false, false});
}

TEST(shell_in_bash)
{
	check_shell((struct shell){"bash",
		(const char *const[]){"/bin/bash", "-euo", "pipefail", "-c", NULL}, true, false});
}

/* Where `sh` is bash: a script made for sh is as safe there. */
TEST(shell_in_bash_as_sh)
{
	check_shell((struct shell){"bash as sh",
		(const char *const[]){"/bin/bash", "--posix", "-euc", NULL}, false, false});
}

TEST(shell_numbers_in_shells)
{
	static const char script[] =
		"printf '%s ' $((5-${{ n }})) $((5*(${{ n }}))) $(( ${{ n }} )) ${{ n }} "
		"\"${{ half }}\" $(( ${unset:-${{ n }}} + 1 ))";
	static const char *const argvs[][4] = {{"/bin/sh", "-euc"}, {"/bin/bash", "-euc"}};
	for (size_t i = 0; i < 2; i++) {
		struct bench b;
		struct strbuf out = {0};
		bench_open(&b, script, i == 1);
		CHECK_INT(b.told.count, 0);
		CHECK(bench_render(&b, value_nil()));
		run_shell(&b, argvs[i], "/tmp", &out);
		CHECK_TEXT(strbuf_str(&out), "8 -15 -3 -3 -0.5 -2 ");
		strbuf_release(&out);
		bench_close(&b);
	}
}

TEST(shell_quoting)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{"", "''"},
		{"abc", "abc"},
		{"/a-b_c.d:e@f%g,h+i", "/a-b_c.d:e@f%g,h+i"},
		{"a b", "'a b'"},
		{"it's", "'it'\\''s'"},
		{"$x", "'$x'"},
		{"~", "'~'"},
		{"a=b", "'a=b'"},
		{"*", "'*'"},
		{"\n", "'\n'"},
		{"\xc3\xbc", "'\xc3\xbc'"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct strbuf out = {0};
		shell_quote(&out, str_of(rows[i].text));
		CHECK_TEXT(strbuf_str(&out), rows[i].expected);
		strbuf_release(&out);
	}
}
