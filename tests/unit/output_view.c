#include "output_view.h"

#include "test.h"

#include <sys/socket.h>
#include <unistd.h>

#define FRAME_MAX (1u << 17)

struct test_screen view_screen;
struct screen_size view_size;

static struct arena a;
static struct strbuf shown;
static struct view *viewed; /* for the hook that has no other way to it */

void view_take(struct view *v)
{
	static char bytes[FRAME_MAX];
	ssize_t n;
	while ((n = recv(v->ends[0], bytes, sizeof bytes, MSG_DONTWAIT)) > 0) {
		test_screen_feed(&view_screen, (struct str){bytes, (size_t)n});
		CHECK(!view_screen.is_updating);
		v->frames++;
	}
	CHECK_INT(view_screen.unknown, 0);
	CHECK_INT(view_screen.clipped, 0);
	CHECK(view_screen.column < view_screen.columns);
}

static void pass(struct fixture *f, int64_t until_ns)
{
	(void)f;
	(void)until_ns;
	view_take(viewed);
}

void view_open(struct view *v, struct plan *(*plan)(struct arena *a), int columns, int rows,
	struct output_options o)
{
	test_screen_init(&view_screen, columns, rows);
	view_size = (struct screen_size){columns, rows};
	*v = (struct view){0};
	viewed = v;
	CHECK_INT(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, v->ends), 0);
	int room = FRAME_MAX * 4;
	setsockopt(v->ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
	o.size = &view_size;
	v->f.arena = &a;
	v->f.plan = plan(&a);
	v->f.pass = pass;
	v->f.sink = tty_sink_new(v->ends[1], v->f.plan, &o);
}

void view_close(struct view *v)
{
	v->f.sink->free(v->f.sink);
	view_take(v);
	CHECK(view_screen.is_cursor_shown);
	CHECK(view_screen.wraps);
	CHECK_INT(view_screen.column, 0);
	close(v->ends[0]);
	close(v->ends[1]);
	strbuf_release(&shown);
	arena_release(&a);
}

const char *view_now(struct view *v)
{
	view_take(v);
	strbuf_clear(&shown);
	test_screen_text(&view_screen, &shown);
	return shown.at ? shown.at : "";
}
