#include "shop_data.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>

struct store {
	sqlite3 *db;
	int schema;
	pthread_mutex_t lock;
};

struct sqlite3 *database_open(const char *path, int flags)
{
	sqlite3 *db = NULL;

	if (sqlite3_open_v2(path, &db, flags, NULL) != SQLITE_OK) {
		sqlite3_close(db);
		return NULL;
	}
	sqlite3_busy_timeout(db, 5000);
	sqlite3_exec(db,
		"PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
		"PRAGMA foreign_keys = ON",
		NULL, NULL, NULL);
	return db;
}

long long database_number(sqlite3 *db, const char *sql, long long fallback)
{
	sqlite3_stmt *statement = NULL;
	long long number = fallback;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
		sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

struct store *store_open(const char *path, int schema)
{
	struct store *store = calloc(1, sizeof(*store));

	if (!store)
		return NULL;
	store->db = database_open(path, SQLITE_OPEN_READWRITE);
	if (!store->db) {
		free(store);
		return NULL;
	}
	store->schema = schema;
	pthread_mutex_init(&store->lock, NULL);
	return store;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	sqlite3_close(store->db);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

int store_schema(struct store *store)
{
	long long schema;

	pthread_mutex_lock(&store->lock);
	schema = database_number(store->db, "SELECT max(version) FROM schema_migrations", -1);
	pthread_mutex_unlock(&store->lock);
	return (int)schema;
}

/* Runs a statement with up to two texts; `*value` gets the first column of the first row. */
static int query(sqlite3 *db, const char *sql, const char *a, const char *b, json_int_t *value)
{
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

	if (result != SQLITE_OK)
		return result;
	sqlite3_bind_text(statement, 1, a, -1, SQLITE_STATIC);
	if (b)
		sqlite3_bind_text(statement, 2, b, -1, SQLITE_STATIC);
	result = sqlite3_step(statement);
	if (result == SQLITE_ROW)
		*value = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return result;
}

static enum stored find_user(sqlite3 *db, const char *email, json_int_t *id)
{
	int result = query(db, "SELECT id FROM users WHERE email = ?1", email, NULL, id);

	if (result == SQLITE_ROW)
		return STORED_BEFORE;
	return result == SQLITE_DONE ? STORED_NOT_FOUND : STORED_ERROR;
}

enum stored store_signup(struct store *store, const char *email, json_int_t *id)
{
	enum stored stored;

	pthread_mutex_lock(&store->lock);
	stored = find_user(store->db, email, id);
	if (stored == STORED_NOT_FOUND) {
		int result = query(store->db, "INSERT INTO users (email) VALUES (?1) RETURNING id",
			email, NULL, id);

		stored = result == SQLITE_ROW ? STORED_NEW : STORED_ERROR;
	}
	pthread_mutex_unlock(&store->lock);
	return stored;
}

enum stored store_login(struct store *store, const char *email, json_int_t *id)
{
	enum stored stored;

	pthread_mutex_lock(&store->lock);
	stored = find_user(store->db, email, id);
	pthread_mutex_unlock(&store->lock);
	return stored;
}

enum stored store_order(struct store *store, const char *email, const char *product, json_int_t *id)
{
	/* A release writes the columns it knows: the old one still works on the new schema. */
	const char *sql = store->schema >= 2
				  ? "INSERT INTO orders (user_id, product_id, status) SELECT u.id, "
				    "p.id, 'paid'"
				    " FROM users u, products p WHERE u.email = ?1 AND p.name = ?2 "
				    "RETURNING id"
				  : "INSERT INTO orders (user_id, product_id) SELECT u.id, p.id"
				    " FROM users u, products p WHERE u.email = ?1 AND p.name = ?2 "
				    "RETURNING id";
	int result;

	pthread_mutex_lock(&store->lock);
	result = query(store->db, sql, email, product, id);
	pthread_mutex_unlock(&store->lock);
	if (result == SQLITE_ROW)
		return STORED_NEW;
	return result == SQLITE_DONE ? STORED_NOT_FOUND : STORED_ERROR;
}

json_t *store_products(struct store *store)
{
	const char *sql = "SELECT id, name, price_cents FROM products ORDER BY id LIMIT 100";
	sqlite3_stmt *statement = NULL;
	json_t *list = NULL;

	pthread_mutex_lock(&store->lock);
	if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) == SQLITE_OK)
		list = json_array();
	while (list && sqlite3_step(statement) == SQLITE_ROW)
		json_array_append_new(list,
			json_pack("{s:I, s:s, s:I}", "id",
				(json_int_t)sqlite3_column_int64(statement, 0), "name",
				(const char *)sqlite3_column_text(statement, 1), "price_cents",
				(json_int_t)sqlite3_column_int64(statement, 2)));
	sqlite3_finalize(statement);
	pthread_mutex_unlock(&store->lock);
	return list;
}
