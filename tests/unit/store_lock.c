/* Who owns a run and who holds a lock, with processes that live and die. */
#include "test.h"

#include "store_fixture.h"

#include <sys/wait.h>
#include <unistd.h>

static struct store_fixture f;

/* A process that has done something and then stays, until it is killed. */
struct other {
	pid_t pid;
};

static struct other begin_other(bool (*act)(struct store *s), int *is_good)
{
	struct other o;
	int ends[2];
	char answer = 0;

	CHECK(pipe(ends) == 0);
	o.pid = fork();
	if (o.pid == 0) {
		struct store *s = store_fixture_open(&f, STORE_WRITE);

		answer = s && act(s) ? 'y' : 'n';
		if (write(ends[1], &answer, 1) == 1)
			pause();
		_exit(0);
	}
	close(ends[1]);
	CHECK_INT(read(ends[0], &answer, 1), 1);
	close(ends[0]);
	*is_good = answer == 'y';
	return o;
}

static void end_other(struct other o)
{
	kill(o.pid, SIGKILL);
	CHECK(waitpid(o.pid, NULL, 0) == o.pid);
}

static bool own_r1(struct store *s)
{
	int64_t pid;

	return store_own_run(s, STR("r1"), &pid);
}

static bool lock_for_r1(struct store *s)
{
	struct arena a;
	struct lock_row row = {.name = STR("production"),
		.run = STR("r1"),
		.owner = STR("ana"),
		.host = STR("one"),
		.reason = STR("deploy v1"),
		.pid = getpid(),
		.since_ns = 5};

	arena_init(&a);
	return own_r1(s) && store_lock(s, &a, &row, false) == LOCK_TAKEN && row.epoch == 1;
}

static struct lock_row wanted(const char *run)
{
	return (struct lock_row){.name = STR("production"),
		.run = str_of(run),
		.owner = STR("bo"),
		.host = STR("two"),
		.reason = STR("hotfix"),
		.since_ns = 6};
}

TEST(store_run_has_one_owner_while_that_lives)
{
	struct store *s;
	struct other o;
	int is_good;
	int64_t pid;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	CHECK(!store_run_is_owned(s, STR("r1"), &pid));
	o = begin_other(own_r1, &is_good);
	CHECK(is_good);
	CHECK(store_run_is_owned(s, STR("r1"), &pid));
	CHECK_INT(pid, o.pid);
	CHECK(!store_own_run(s, STR("r1"), &pid));
	CHECK_INT(pid, o.pid);
	end_other(o);
	CHECK(!store_run_is_owned(s, STR("r1"), &pid));
	CHECK(store_own_run(s, STR("r1"), &pid));
	CHECK(store_run_is_owned(s, STR("r1"), &pid));
	CHECK_INT(pid, getpid());
	o = begin_other(own_r1, &is_good);
	CHECK(!is_good);
	end_other(o);
	store_close(s);
	store_fixture_release(&f);
}

TEST(store_lock_is_freed_by_the_death_of_its_owner)
{
	struct store *s;
	struct other o;
	struct lock_row row, *rows;
	size_t count;
	int is_good;
	int64_t pid;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	o = begin_other(lock_for_r1, &is_good);
	CHECK(is_good);
	CHECK(store_own_run(s, STR("r2"), &pid));
	row = wanted("r2");
	CHECK_INT(store_lock(s, &f.arena, &row, false), LOCK_HELD);
	CHECK_TEXT(row.run, "r1");
	CHECK_TEXT(row.owner, "ana");
	CHECK_TEXT(row.reason, "deploy v1");
	CHECK_INT(row.since_ns, 5);
	CHECK(row.is_live);
	CHECK(store_lock_holds(s, STR("production"), 1));
	end_other(o);
	CHECK(store_locks(s, &f.arena, &rows, &count));
	CHECK_INT(count, 1);
	CHECK(!rows[0].is_live);
	row = wanted("r2");
	CHECK_INT(store_lock(s, &f.arena, &row, false), LOCK_TAKEN);
	CHECK_INT(row.epoch, 2);
	CHECK(!store_lock_holds(s, STR("production"), 1));
	CHECK(store_lock_holds(s, STR("production"), 2));
	CHECK(store_unlock(s, STR("production"), 2));
	CHECK(!store_lock_holds(s, STR("production"), 2));
	CHECK(store_locks(s, &f.arena, &rows, &count));
	CHECK_INT(count, 0);
	store_close(s);
	store_fixture_release(&f);
}

TEST(store_lock_that_was_broken_holds_no_more)
{
	struct store *s;
	struct other o;
	struct lock_row row = wanted("r2");
	int is_good;
	int64_t pid;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	CHECK(!store_break_lock(s, STR("production"), STR("bo"), STR("why not")));
	CHECK_STR(store_error(s), "");
	o = begin_other(lock_for_r1, &is_good);
	CHECK(is_good);
	CHECK(store_break_lock(s, STR("production"), STR("bo"), STR("it hangs")));
	CHECK(!store_lock_holds(s, STR("production"), 1));
	CHECK(store_own_run(s, STR("r2"), &pid));
	CHECK_INT(store_lock(s, &f.arena, &row, false), LOCK_TAKEN);
	CHECK(row.epoch > 1);
	end_other(o);
	store_close(s);
	store_fixture_release(&f);
}

static bool wait_for_r3(struct store *s)
{
	struct arena a;
	struct lock_row row = wanted("r3");
	int64_t pid;

	arena_init(&a);
	return store_own_run(s, STR("r3"), &pid) && store_lock(s, &a, &row, true) == LOCK_HELD;
}

TEST(store_lock_is_given_in_the_order_of_the_line)
{
	struct store *s;
	struct other holder, waiter;
	struct lock_row row = wanted("r2");
	int is_good;
	int64_t pid;

	store_fixture_init(&f);
	s = store_fixture_open(&f, STORE_WRITE);
	CHECK(store_own_run(s, STR("r2"), &pid));
	holder = begin_other(lock_for_r1, &is_good);
	CHECK(is_good);
	waiter = begin_other(wait_for_r3, &is_good);
	CHECK(is_good);
	CHECK_INT(store_lock(s, &f.arena, &row, true), LOCK_HELD);
	end_other(holder);
	row = wanted("r2");
	CHECK_INT(store_lock(s, &f.arena, &row, true), LOCK_HELD);
	CHECK_TEXT(row.run, "r3");
	end_other(waiter);
	row = wanted("r2");
	CHECK_INT(store_lock(s, &f.arena, &row, true), LOCK_TAKEN);
	store_close(s);
	store_fixture_release(&f);
}
