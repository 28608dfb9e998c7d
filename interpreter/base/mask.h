/*
 * Secrets are replaced by `***` wherever they would be printed or stored, in every encoding they
 * are likely to meet.
 */
#ifndef BASE_MASK_H
#define BASE_MASK_H

#include "base/str.h"

struct masker; /* Aho-Corasick over all forms of all secrets; longest match first */

struct masker *masker_new(void);
void masker_free(struct masker *m);
/* Adds a secret with its forms: plain, base64 at offsets 0 to 2 and URL-safe, hex (both cases),
 * URL, JSON, XML and shell escaped, each line of a multi-line one. Shorter than
 * MASK_MIN_BYTES, or a word such as `true`: false, nothing added (the caller refuses or warns). */
bool masker_add(struct masker *m, struct str secret);
#define MASK_MIN_BYTES 4
bool masker_is_empty(const struct masker *m);

/* Appends `text` masked. */
void mask_text(const struct masker *m, struct strbuf *out, struct str text);
bool mask_would_change(const struct masker *m, struct str text);

struct mask_range {
	size_t from, to;
};

/* A stream that is masked as it passes: what could be the head of a secret is held back. */
struct mask_stream {
	const struct masker *masker;
	struct strbuf held; /* at most the longest form less one byte, between calls */
	/* Where the reading stands, all zero at the start: */
	size_t scanned;
	struct mask_range *ranges; /* found, not yet written */
	size_t range_count, range_cap;
	uint32_t state, version;
	bool is_starred;
};
void mask_stream_add(struct mask_stream *s, struct strbuf *out, struct str chunk);
void mask_stream_flush(struct mask_stream *s, struct strbuf *out);
void mask_stream_release(struct mask_stream *s);

#endif
