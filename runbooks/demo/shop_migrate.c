/*
 * Migrations: NNN_name.up.sql and NNN_name.down.sql, each run in a transaction
 * together with its line in schema_migrations, so that none is half done. That
 * line keeps the way back: undoing needs no file of a release that may be gone.
 */
#include "shop.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shop_data.h"
#include "util.h"

#define MAX_MIGRATIONS 999

struct migration {
	int version;
	char name[64]; /* 002_order_status */
};

struct plan {
	sqlite3 *db;
	const char *dir;
	int count;
	struct migration *list; /* by version, without gaps: list[0] is 1 */
};

static int is_up(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 11 && len < 64 && entry->d_name[3] == '_' && atoi(entry->d_name) > 0 &&
	       strcmp(entry->d_name + len - 7, ".up.sql") == 0;
}

static void read_plan(struct plan *plan)
{
	struct dirent **names;
	int count = scandir(plan->dir, &names, is_up, alphasort);

	if (count < 0 || count > MAX_MIGRATIONS)
		die("%s: no migrations can be read there", plan->dir);
	plan->count = count;
	plan->list = calloc((size_t)count + 1, sizeof(*plan->list));
	for (int i = 0; i < count; i++) {
		size_t len = strlen(names[i]->d_name) - 7;

		plan->list[i].version = atoi(names[i]->d_name);
		memcpy(plan->list[i].name, names[i]->d_name, len);
		if (plan->list[i].version != i + 1)
			die("%s: migration %d is missing", plan->dir, i + 1);
		free(names[i]);
	}
	free(names);
}

static bool run_sql(struct plan *plan, const char *what, const char *sql)
{
	char *message = NULL;
	bool is_done = sqlite3_exec(plan->db, sql, NULL, NULL, &message) == SQLITE_OK;

	/* A transaction that is not committed ends with the connection, undone. */
	if (!is_done)
		fprintf(stderr, "%s failed, nothing of it was kept: %s\n", what,
			message ? message : "?");
	sqlite3_free(message);
	return is_done;
}

/* The change and the note of it, both or neither. */
static bool run_step(struct plan *plan, const char *name, const char *sql, const char *note)
{
	return run_sql(plan, name, "BEGIN IMMEDIATE") && run_sql(plan, name, sql) &&
	       run_sql(plan, name, note) && run_sql(plan, name, "COMMIT");
}

static char *sql_of(struct plan *plan, const struct migration *migration, const char *direction)
{
	char *path = text_of("%s/%s.%s.sql", plan->dir, migration->name, direction);
	char *sql = read_file(path);

	if (!sql)
		die("%s cannot be read", path);
	free(path);
	return sql;
}

static bool step_up(struct plan *plan, const struct migration *migration)
{
	char *sql = sql_of(plan, migration, "up");
	char *undo = sql_of(plan, migration, "down");
	char *note = sqlite3_mprintf(
		"INSERT INTO schema_migrations (version, name, undo) VALUES (%d, %Q, %Q)",
		migration->version, migration->name, undo);
	bool is_done = run_step(plan, migration->name, sql, note);

	if (is_done)
		printf("up %s\n", migration->name);
	sqlite3_free(note);
	free(undo);
	free(sql);
	return is_done;
}

/* One field of a migration that the database knows; the caller frees it. */
static char *noted(struct plan *plan, const char *field, int version)
{
	char *sql = text_of("SELECT %s FROM schema_migrations WHERE version = %d", field, version);
	sqlite3_stmt *statement = NULL;
	char *text = NULL;

	if (sqlite3_prepare_v2(plan->db, sql, -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_ROW)
		text = text_of("%s", (const char *)sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
	free(sql);
	if (!text)
		die("migration %d is not in the database", version);
	return text;
}

static bool step_down(struct plan *plan, int version)
{
	char *name = noted(plan, "name", version);
	char *undo = noted(plan, "undo", version);
	char *note = text_of("DELETE FROM schema_migrations WHERE version = %d", version);
	bool is_done = run_step(plan, name, undo, note);

	if (is_done)
		printf("down %s\n", name);
	free(note);
	free(undo);
	free(name);
	return is_done;
}

static int schema_of(struct plan *plan)
{
	return (int)database_number(
		plan->db, "SELECT coalesce(max(version), 0) FROM schema_migrations", 0);
}

static bool up(struct plan *plan)
{
	bool is_done = run_sql(plan, "schema_migrations",
		"CREATE TABLE IF NOT EXISTS schema_migrations (version INTEGER PRIMARY KEY,"
		" name TEXT NOT NULL, undo TEXT NOT NULL,"
		" at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP)");

	for (int version = schema_of(plan); is_done && version < plan->count; version++)
		is_done = step_up(plan, &plan->list[version]);
	if (is_done)
		printf("schema %d\n", schema_of(plan));
	return is_done;
}

static int down_to(const char *target, int schema)
{
	char *end = NULL;
	long to = target && *target != '-' ? strtol(target, &end, 10) : schema - 1;

	if (end && (end == target || *end))
		die("%s is no schema", target);
	if (to < 0)
		die("there is nothing to undo");
	return (int)to;
}

static bool down(struct plan *plan, const char *target, char **argv)
{
	int schema = schema_of(plan);
	int to = down_to(target, schema);
	int needs = atoi(option(argv, "--needs", "0"));
	bool is_done = true;

	if (to < needs)
		die("the running release needs schema %d: not going down to %d", needs, to);
	while (is_done && schema > to)
		is_done = step_down(plan, schema--);
	if (is_done)
		printf("schema %d\n", schema_of(plan));
	return is_done;
}

static json_int_t rows(sqlite3 *db, const char *table)
{
	char *sql = text_of("SELECT count(*) FROM %s", table);
	json_int_t count = database_number(db, sql, 0);

	free(sql);
	return count;
}

static void print_json(json_t *json)
{
	json_dumpf(json, stdout, 0);
	putchar('\n');
	json_decref(json);
}

static void status(struct plan *plan)
{
	int schema = schema_of(plan);
	json_t *pending = json_array();

	for (int version = schema; version < plan->count; version++)
		json_array_append_new(pending, json_string(plan->list[version].name));
	print_json(json_pack("{s:i, s:i, s:o, s:I, s:I}", "schema", schema, "latest", plan->count,
		"pending", pending, "users", rows(plan->db, "users"), "orders",
		rows(plan->db, "orders")));
}

/* Copies a live database whole, whatever is written to it meanwhile. */
static void copy(const char *from, const char *to)
{
	sqlite3 *source = database_open(from, SQLITE_OPEN_READWRITE);
	sqlite3 *target = database_open(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	sqlite3_backup *backup = NULL;
	int result = SQLITE_CANTOPEN;

	if (source && target)
		backup = sqlite3_backup_init(target, "main", source, "main");
	if (backup) {
		int64_t end = now_ms() + 10000;

		while ((result = sqlite3_backup_step(backup, -1)) == SQLITE_BUSY && now_ms() < end)
			pause_ms(20);
		sqlite3_backup_finish(backup);
	}
	if (result != SQLITE_DONE)
		die("%s could not be copied to %s: %s", from, to, sqlite3_errstr(result));
	if (database_number(target,
		    "SELECT count(*) FROM pragma_quick_check"
		    " WHERE quick_check = 'ok'",
		    0) != 1)
		die("%s is damaged", to);
	print_json(json_pack("{s:s, s:I, s:I}", "file", to, "users", rows(target, "users"),
		"orders", rows(target, "orders")));
	sqlite3_close(source);
	sqlite3_close(target);
}

static bool run_plan(const char *verb, const char *argument, char **argv)
{
	bool is_down = strcmp(verb, "down") == 0, is_done = true;
	struct plan plan = {.dir = is_down ? NULL : needed(argv, "--migrations")};

	plan.db = database_open(needed(argv, "--db"), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
	if (!plan.db)
		die("the database cannot be opened");
	if (!is_down)
		read_plan(&plan);
	if (is_down)
		is_done = down(&plan, argument, argv);
	else if (strcmp(verb, "up") == 0)
		is_done = up(&plan);
	else
		status(&plan);
	free(plan.list);
	sqlite3_close(plan.db);
	return is_done;
}

int shop_migrate(char **argv)
{
	const char *verb = argv[0] ? argv[0] : "";
	const char *argument = argv[0] ? argv[1] : NULL;
	bool is_plan =
		strcmp(verb, "up") == 0 || strcmp(verb, "down") == 0 || strcmp(verb, "status") == 0;

	if (is_plan)
		return run_plan(verb, argument, argv) ? 0 : 1;
	if (argument && strcmp(verb, "backup") == 0)
		copy(needed(argv, "--db"), argument);
	else if (argument && strcmp(verb, "restore") == 0)
		copy(argument, needed(argv, "--db"));
	else
		die("usage: shop migrate up | down [TO] | status | backup FILE | restore FILE");
	return 0;
}
