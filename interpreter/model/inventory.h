/*
 * The hosts that steps run on: names to what `ssh` has to know, and groups of them. Read-only once
 * loaded.
 *
 *	version: 1
 *	ssh_config: ssh_config             # for `ssh -F`, in place of the user's
 *	hosts:
 *	  web1: { address: 10.0.0.11, user: deploy, port: 2222, identity: keys/deploy }
 *	  web2:                            # all as ssh has it
 *	groups:
 *	  web: [web1, web2]                # hosts, and other groups
 *
 * The group `all` is every host. Paths lie beside the file.
 */
#ifndef MODEL_INVENTORY_H
#define MODEL_INVENTORY_H

#include "model/record.h"

struct host {
	struct str name;
	struct span span;
	const char *address, *user, *identity; /* NULL: as ssh has it */
	int64_t port;			       /* INT64_MIN: likewise */
};

struct group {
	struct str name;
	struct span span;
	struct str_list members;
};

struct inventory {
	const char *ssh_config; /* NULL: the user's */
	struct host *hosts;
	size_t host_count;
	struct group *groups;
	size_t group_count;
};

/* What is wrong is told in `d`; NULL: the file cannot be read (told at `span`, where it is named).
 */
struct inventory *inventory_load(struct arena *a, struct source_set *files, const char *path,
	struct span span, struct diagnostics *d);

/* Letters, digits and `. _ : @ -`: nothing that ssh could take for an option or expand. */
bool host_name_is_good(struct str name);
/* NULL: it has no such host; so has no inventory (NULL). */
const struct host *inventory_host(const struct inventory *v, struct str name);
/* Adds the hosts that `name` stands for to the list, each once, in the order of the file. Without
 * an inventory (NULL) every good name is a host. False: *why, and *hint or NULL, both in `a`. */
bool inventory_add(const struct inventory *v, struct arena *a, struct str name, struct list *hosts,
	const char **why, const char **hint);

#endif
