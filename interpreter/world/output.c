#include "world/output.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIPE_BYTES (256 << 10)
#define READ_BYTES ((size_t)256 << 10)

/* Shown live at most per window; a terminal cannot be read faster, and the log has it all. */
#define WINDOW_NS (100 * NS_PER_MS)
#define WINDOW_BYTES ((size_t)1 << 20)

/* One thread, one read at a time. */
static char read_buffer[READ_BYTES];

static void store(struct stream *s, struct str text)
{
	if (s->slot->log_path)
		log_open(s); /* there may be no place for it */
	bool has_log = s->slot->log_path != NULL;
	if (!s->is_long && s->head.len + text.len <= HEAD_MAX) {
		strbuf_put(&s->head, text);
		if (has_log)
			log_write(s, text);
		return;
	}
	if (!s->is_long && !has_log)
		log_write(s, strbuf_str(&s->head));
	s->is_long = true;
	log_write(s, text);
}

static void tell_hidden(struct stream *s)
{
	if (!s->hidden_bytes)
		return;
	char line[80];
	int len = snprintf(line, sizeof line, "\n[%lld bytes more than can be shown]\n",
		(long long)s->hidden_bytes);
	s->hidden_bytes = 0;
	loop_output(
		&s->slot->world->loop, s->slot->token, s->number, (struct str){line, (size_t)len});
}

static void show(struct stream *s, struct str text)
{
	struct real_world *w = s->slot->world;
	if (!w->options.wants_live_output)
		return;
	int64_t now = loop_now();
	if (now - s->window_ns >= WINDOW_NS) {
		s->window_ns = now;
		s->shown_bytes = 0;
	}
	while (text.len) {
		size_t n = text.len < LIVE_CHUNK ? text.len : LIVE_CHUNK;
		if (s->shown_bytes + n > WINDOW_BYTES) {
			s->hidden_bytes += (int64_t)text.len;
			return;
		}
		tell_hidden(s);
		loop_output(&w->loop, s->slot->token, s->number, (struct str){text.at, n});
		s->shown_bytes += n;
		text.at += n;
		text.len -= n;
	}
}

static void pass_on(struct stream *s, struct str text)
{
	if (!text.len)
		return;
	store(s, text);
	show(s, text);
}

/* Masking is for what is shown and stored. A guard, and the step that a value goes to, get what was
 * printed: an output that happens to hold a secret's bytes must not be changed under them. */
static void keep_raw(struct stream *s, struct str chunk)
{
	strbuf_put(&s->raw, chunk);
	s->raw_total += (int64_t)chunk.len;
	if (s->raw.len <= 2 * RAW_MAX)
		return;
	memmove(s->raw.at, s->raw.at + (s->raw.len - RAW_MAX), RAW_MAX);
	s->raw.len = RAW_MAX;
}

static void take_in(struct stream *s, struct str chunk)
{
	if (!s->slot->is_masking) {
		pass_on(s, chunk);
		return;
	}
	keep_raw(s, chunk);
	struct strbuf masked = {0};
	mask_stream_add(&s->mask, &masked, chunk);
	pass_on(s, strbuf_str(&masked));
	strbuf_release(&masked);
}

static void note_taken(struct stream *s, ssize_t n)
{
	if (s->slot->flow)
		__atomic_add_fetch(
			&s->slot->flow->taken[s->number - 1], (uint64_t)n, __ATOMIC_RELEASE);
}

/* What goes through our hands would be gone if we died with it. */
static ssize_t read_some(struct stream *s, size_t most)
{
	if (s->slot->flow)
		__atomic_store_n(&s->slot->flow->is_lossy, 1, __ATOMIC_RELEASE);
	ssize_t n = read(s->source.fd, read_buffer, most);
	if (n <= 0)
		return n;
	/* Between two steps only somebody who escaped can write: it belongs to nobody. */
	if (s->slot->is_busy)
		take_in(s, (struct str){read_buffer, (size_t)n});
	note_taken(s, n);
	return n;
}

/* The kernel moves it from the pipe into the log: at no time it is in neither of them. What is to
 * be seen of it is read back. -1: not in this way. */
static ssize_t splice_some(struct stream *s, size_t most)
{
	const int flags = SPLICE_F_MOVE | SPLICE_F_NONBLOCK;
	if (s->log_error || !log_open(s))
		return -1;
	int64_t at = s->log_at;
	ssize_t n = splice(s->source.fd, NULL, s->log, &s->log_at, most, flags);
	if (n <= 0)
		return n < 0 && errno == EAGAIN ? 0 : n;
	note_taken(s, n);
	if (s->is_long && !s->slot->world->options.wants_live_output)
		return n;
	if (pread(s->log, read_buffer, (size_t)n, at) != n) {
		s->is_long = true;
		return n;
	}
	struct str text = {read_buffer, (size_t)n};
	if (!s->is_long && s->head.len + text.len <= HEAD_MAX)
		strbuf_put(&s->head, text);
	else
		s->is_long = true;
	show(s, text);
	return n;
}

/* At most `most` bytes; false: there was nothing. */
static bool take_some(struct stream *s, size_t most)
{
	const struct slot *slot = s->slot;
	if (most > READ_BYTES)
		most = READ_BYTES;
	ssize_t n = -1;
	if (slot->flow && slot->is_busy && slot->log_path && !slot->is_masking)
		n = splice_some(s, most);
	if (n < 0)
		n = read_some(s, most);
	return n > 0;
}

static void stream_ready(struct source *source, uint32_t events)
{
	(void)events;
	take_some((struct stream *)source, READ_BYTES);
}

/* The rest of what is in the pipe now: somebody who goes on writing must not keep us here. */
static void drain(struct stream *s)
{
	int left = 0;
	if (s->source.fd < 0 || ioctl(s->source.fd, FIONREAD, &left) < 0)
		return;
	while (left > 0) {
		size_t most = (size_t)left < READ_BYTES ? (size_t)left : READ_BYTES;
		if (!take_some(s, most))
			return;
		left -= (int)most;
	}
}

void slot_drain(struct slot *s)
{
	drain(&s->streams[0]);
	drain(&s->streams[1]);
}

/* Of what was left out, the end is worth a look. */
static void show_last(struct stream *s)
{
	if (!s->hidden_bytes)
		return;
	char last[4096];
	int64_t size = s->log_at - s->start;
	size_t n = size < (int64_t)sizeof last ? (size_t)size : sizeof last;
	if (s->hidden_bytes < (int64_t)n)
		n = (size_t)s->hidden_bytes;
	s->hidden_bytes -= (int64_t)n;
	tell_hidden(s);
	if (s->is_long && !s->log_error &&
		pread(s->log, last, n, s->log_at - (int64_t)n) == (ssize_t)n)
		loop_output(
			&s->slot->world->loop, s->slot->token, s->number, (struct str){last, n});
}

void slot_end(struct slot *s)
{
	for (int i = 0; i < 2; i++) {
		struct stream *stream = &s->streams[i];
		if (s->is_masking) {
			struct strbuf masked = {0};
			mask_stream_flush(&stream->mask, &masked);
			pass_on(stream, strbuf_str(&masked));
			strbuf_release(&masked);
		}
		show_last(stream);
	}
}

/* The last `n` bytes of what was printed. */
static char *last_bytes(struct stream *s, size_t *n, struct arena *a)
{
	const struct strbuf *held = s->slot->is_masking ? &s->raw : &s->head;
	char *text;
	if (s->slot->is_masking || !s->is_long) {
		if (*n > held->len)
			*n = held->len;
		return arena_copy(a, held->at + (held->len - *n), *n);
	}
	text = arena_alloc(a, *n + 1);
	ssize_t got = pread(s->log, text, *n, s->log_at - (int64_t)*n);
	*n = got > 0 ? (size_t)got : 0;
	return text;
}

/* The last `keep` bytes, from the start of a character on. */
static struct value kept(struct stream *s, size_t keep, struct arena *a)
{
	int64_t size = s->slot->is_masking ? s->raw_total
		       : s->is_long	   ? s->log_at - s->start
					   : (int64_t)s->head.len;
	size_t n = size > (int64_t)keep ? keep : (size_t)size;
	char *text = last_bytes(s, &n, a);
	struct value v = value_str((struct str){text, n});
	if ((int64_t)n < size) {
		for (int i = 0; i < 3 && v.len && ((unsigned char)*v.string & 0xC0) == 0x80; i++) {
			v.string++;
			v.len--;
		}
		v.flags |= VALUE_TRUNCATED;
	}
	/* What is made of it is secret, too. */
	if (s->slot->is_masking && mask_would_change(s->mask.masker, value_string(&v)))
		v.flags |= VALUE_SECRET;
	return v;
}

static void note_log(struct slot *s, struct arena *a, struct answer *out)
{
	for (int i = 0; i < 2; i++) {
		struct stream *stream = &s->streams[i];
		out->log_start[i] = stream->start;
		out->log_end[i] = stream->log_at;
		if (s->log_path && stream->log_at > stream->start)
			out->log_path = arena_string(a, s->log_path);
		if (!stream->log_error)
			continue;
		out->note = arena_printf(
			a, "its output could not be kept: %s", strerror(stream->log_error));
		/* What is short we hold all the same; of what is long nobody may judge a part. */
		if (stream->is_long && !out->reason) {
			out->reason = "output";
			out->message = out->note;
		}
	}
}

void slot_answer(struct slot *s, size_t keep, struct arena *a, struct answer *out)
{
	static const char *const names[] = {"stdout", "stderr"};
	for (int i = 0; i < 2; i++)
		map_set(a, out->result.map, str_of(names[i]), kept(&s->streams[i], keep, a));
	note_log(s, a, out);
}

/* Ours above 2: see place_descriptors() in spawn.c. */
static int raise_fd(int fd)
{
	if (fd < 0 || fd > 2)
		return fd;
	int higher = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	int error = errno;
	close(fd);
	errno = error;
	return higher;
}

static void close_pipe(struct stream *s)
{
	if (s->source.fd >= 0) {
		loop_unwatch(&s->slot->world->loop, &s->source);
		close(s->source.fd);
	}
	if (s->child_end >= 0)
		close(s->child_end);
	s->source.fd = s->child_end = -1;
}

static bool open_pipe(struct stream *s)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	s->source.fd = raise_fd(ends[0]);
	s->child_end = raise_fd(ends[1]);
	if (s->source.fd >= 0 && s->child_end >= 0 &&
		fcntl(s->source.fd, F_SETFL, O_NONBLOCK) == 0 &&
		loop_watch(&s->slot->world->loop, &s->source, EPOLLIN)) {
		/* A larger one means fewer wake-ups; where it is refused, 64 KiB will do. */
		fcntl(s->source.fd, F_SETPIPE_SZ, PIPE_BYTES);
		return true;
	}
	int error = errno;
	close_pipe(s);
	errno = error;
	return false;
}

static struct slot *slot_new(struct real_world *w, unsigned number)
{
	struct slot *s = heap_alloc(sizeof *s);
	s->world = w;
	s->number = number;
	const char *dir = w->options.log_dir;
	if (dir && asprintf(&s->log_path, "%s/slot-%u", dir, number) < 0)
		out_of_memory();
	for (int i = 0; i < 2; i++)
		s->streams[i] = (struct stream){.source = {-1, stream_ready},
			.child_end = -1,
			.number = i + 1,
			.slot = s,
			.log = -1};
	for (int i = 0; w->options.children_fd > 0 && i < 2; i++)
		log_look(&s->streams[i]);
	return s;
}

/* A child may have made its end non-blocking (as node does), and that stays with the pipe. */
static bool prepare(struct stream *s)
{
	if (s->source.fd < 0 && !open_pipe(s))
		return false;
	fcntl(s->child_end, F_SETFL, 0);
	/* What nobody keeps starts over, so that it cannot grow for ever. */
	if (!s->slot->log_path && s->log >= 0 && s->log_at > 0 && ftruncate(s->log, 0) == 0)
		s->log_at = 0;
	s->start = s->log_at;
	s->is_long = false;
	s->log_error = 0;
	s->window_ns = 0;
	s->hidden_bytes = 0;
	s->shown_bytes = 0;
	strbuf_clear(&s->head);
	strbuf_clear(&s->raw);
	s->raw_total = 0;
	s->mask.masker = s->slot->world->options.masker;
	return true;
}

struct slot *slot_take(struct real_world *w, struct slot **slots, uint64_t token)
{
	unsigned number = 1;
	struct slot **at = slots;
	for (; *at && (*at)->is_busy; at = &(*at)->next)
		number++;
	if (!*at)
		*at = slot_new(w, number);
	struct slot *s = *at;
	if (!prepare(&s->streams[0]) || !prepare(&s->streams[1]))
		return NULL;
	s->is_masking = w->options.masker && !masker_is_empty(w->options.masker);
	s->token = token;
	s->is_busy = true;
	return s;
}

struct slot *slot_adopt(struct real_world *w, struct slot **slots, uint64_t token, unsigned number,
	const int64_t log_start[2])
{
	struct slot **at = slots;
	for (unsigned i = 1; i < number; i++) {
		if (!*at)
			*at = slot_new(w, i);
		at = &(*at)->next;
	}
	if (!*at)
		*at = slot_new(w, number);
	struct slot *s = *at;
	if (s->is_busy)
		return NULL;
	s->is_busy = true;
	s->is_masking = false;
	s->token = token;
	for (int i = 0; i < 2; i++) {
		struct stream *stream = &s->streams[i];
		stream->start = stream->log_at = log_start[i];
		stream->is_long = true;
		stream->log_error = 0;
		stream->hidden_bytes = 0;
	}
	return s;
}

void slot_adopted_end(struct slot *s)
{
	for (int i = 0; i < 2; i++) {
		struct stream *stream = &s->streams[i];
		int64_t start = stream->start;
		log_look(stream);
		struct stat st;
		if (stream->log >= 0 && fstat(stream->log, &st) == 0)
			stream->log_at = st.st_size;
		if (stream->log_at > start)
			log_open(stream);
		stream->start = start;
	}
}

void slot_release(struct slot *s, bool has_survivors)
{
	s->is_busy = false;
	s->flow = NULL;
	for (int i = 0; has_survivors && i < 2; i++)
		close_pipe(&s->streams[i]);
}

void slots_free(struct slot *slots)
{
	while (slots) {
		struct slot *next = slots->next;
		for (int i = 0; i < 2; i++) {
			struct stream *s = &slots->streams[i];
			close_pipe(s);
			if (s->log >= 0)
				close(s->log);
			strbuf_release(&s->head);
			strbuf_release(&s->raw);
			mask_stream_release(&s->mask);
		}
		free(slots->log_path);
		free(slots);
		slots = next;
	}
}
