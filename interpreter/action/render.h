/* Arguments filled in, in the forms that requests take. All false: the preparation says why. */
#ifndef ACTION_RENDER_H
#define ACTION_RENDER_H

#include "run/action.h"

/* Text without NUL bytes. A NULL template leaves *out as it is. */
bool render_string(struct preparation *p, const struct template *t, struct str *out);
bool render_c_string(struct preparation *p, const struct template *t, const char **out);
bool render_duration(struct preparation *p, const struct template *t, int64_t *out_ns);
/* Fails the preparation. */
bool action_refuse(struct preparation *p, const char *reason, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
