/* Programs that read an argument, or what they are fed, as code. */
#include "script/shell.h"
#include "test.h"

struct bench {
	struct arena arena;
	struct source_set files;
	struct diagnostics told;
};

static void bench_open(struct bench *b, const char *script)
{
	struct source_file *file;
	struct arena scratch;
	struct value v;
	*b = (struct bench){0};
	arena_init(&b->arena);
	source_init(&b->files, &b->arena);
	diagnostics_init(&b->told, &b->arena);
	file = source_add(&b->files, "t", str_of(script), false);
	v = value_str(file->text);
	v.file = file->id;
	v.span_len = v.len;
	arena_init(&scratch);
	shell_compile(&b->arena, &scratch, file, &v, true, &b->told);
	arena_release(&scratch);
}

TEST(shell_program_refuses)
{
	static const struct {
		const char *script, *says;
	} rows[] = {
		/* a pipe into a shell */
		{"echo ${{ v }} | sh", "printed into a shell"},
		{"echo \"a ${{ v }}\" | sudo bash -s x", "printed into a shell"},
		{"printf '%s\\n' ${{ v }} |\n  sh", "printed into a shell"},
		{"printf '%s\\n' ${{ v }} | tr a b | bash", "printed into a shell"},
		{"a && echo ${{ v }} |& bash -e", "printed into a shell"},
		{"(a; echo ${{ v }}) | sh", "printed into a shell"},
		{"echo ${{ v }} | docker exec -i c sh", "printed into a shell"},
		{"echo ${{ v }} | ssh host", "printed into a shell"},
		{"x=$(echo ${{ v }} | sh)", "printed into a shell"},
		{"cat <<E | sh\nrm ${{ v }}\nE\n", "another shell"},
		{"sh -c \"$(echo ${{ v }})\"", "another shell"},
		{"bash <(echo ${{ v }})", "another shell"},
		{"source <(printf %s ${{ v }})", "another shell"},
		{"eval \"$(echo ${{ v }})\"", "`eval`"},
		/* words for another program to split */
		{"echo ${{ v }} | xargs rm", "`xargs` would split"},
		{"echo ${{ v }} | xargs -I{} sh -c 'a {}'", "`xargs` would split"},
		/* programs as arguments */
		{"python3 -c \"print('${{ v }}')\"", "part of a program"},
		{"/usr/bin/python3.11 -W ignore -c ${{ v }}", "part of a program"},
		{"timeout 5 perl -ne 'print if /${{ v }}/'", "part of a program"},
		{"ruby -e ${{ v }}", "part of a program"},
		{"node --eval=\"f('${{ v }}')\"", "part of a program"},
		{"php -r 'f(${{ v }});'", "part of a program"},
		{"docker exec c python -c \"${{ v }}\"", "part of a program"},
		{"awk -F: \"/${{ v }}/ { print }\" f", "`awk` program"},
		/* a shell on the other side */
		{"ssh host ./deploy.sh ${{ v }}", "on the other side"},
		{"ssh -p 22 -i key host \"./deploy.sh ${{ v }}\"", "on the other side"},
		/* programs by other ways */
		{"find . -exec ${{ v }} {} \\;", "choose the program"},
		{"LD_PRELOAD=${{ v }} ls", "is run"},
		{"export BASH_ENV=${{ v }}", "is run"},
		{"PATH=${{ v }} ls", "where every program comes from"},
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct bench b;
		test_about("%s", rows[i].script);
		bench_open(&b, rows[i].script);
		CHECK_INT(b.told.errors, 1);
		CHECK(b.told.first && b.told.first->rule == RB601 && b.told.first->hint);
		if (b.told.first && !CHECK(strstr(b.told.first->message, rows[i].says)))
			printf("    %s\n", b.told.first->message);
		arena_release(&b.arena);
	}
}

/* Scripts as people write them: none of them may be refused. */
TEST(shell_program_lets_be)
{
	static const char *const scripts[] = {
		"echo ${{ v }} | tee log | grep sh",
		"echo ${{ v }}; date | sh",
		"echo ${{ v }}\ndate | sh",
		"echo ${{ v }} || curl x | sh",
		"curl -fsS ${{ v }} | tar -x",
		"echo ${{ v }} | docker login --password-stdin",
		"printf '%s\\0' ${{ v }} | xargs -0 rm --",
		"printf '%s\\n' ${{ v }} | xargs -d '\\n' rm --",
		"printf '%s\\n' ${{ v }} | ssh host 'IFS= read -r x; deploy \"$x\"'",
		"printf '%s\\n' ${{ v }} | sh -c 'read x; f \"$x\"'",
		"printf '%s\\n' ${{ v }} | python3 tool.py -",
		"sh deploy.sh -- ${{ v }}",
		"bash -c 'echo \"$1\"' sh ${{ v }}",
		"python3 tool.py -c ${{ v }}",
		"python3 -m http.server ${{ v }}",
		"perl -ne 'print' -- ${{ v }}",
		"x=${{ v }} python3 -c 'import os; print(os.environ[\"x\"])'",
		"awk -v x=${{ v }} '{ print x }' f",
		"awk -f prog.awk ${{ v }}",
		"ssh ${{ v }} systemctl restart app",
		"ssh -p ${{ v }} host uptime",
		"scp file host:${{ v }}",
		"cat <<E > f\n${{ v }}\nE\n",
		"cat <<E | tee f\n${{ v }}\nE\nsh f",
		"export PATH=\"${{ v }}/bin:$PATH\"",
		"find . -name ${{ v }} -exec rm {} +",
		"sed -i \"s/^version=.*/version=${{ v }}/\" f",
		"git commit -m \"ssh and sh: ${{ v }}\"",
		"apt-get install -- ${{ v }} ssh python3",
		"for f in a; do echo ${{ v }} | cat; done | cat",
		"case x in x) echo ${{ v }} ;; esac\nsh f",
	};
	for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
		struct bench b;
		test_about("%s", scripts[i]);
		bench_open(&b, scripts[i]);
		CHECK_INT(b.told.errors, 0);
		if (b.told.first)
			CHECK_STR(b.told.first->message, "");
		arena_release(&b.arena);
	}
}
