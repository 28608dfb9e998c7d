/*
 * The shop's data, in SQLite: users, products, orders. One connection, used by
 * one thread at a time; a migration may run beside it.
 */
#ifndef SHOP_DATA_H
#define SHOP_DATA_H

#include <jansson.h>

struct sqlite3;
struct store;

enum stored { STORED_NEW, STORED_BEFORE, STORED_NOT_FOUND, STORED_ERROR };

/* Opens the database for everyday use, with `schema` as what the release knows of it. NULL when
 * it cannot be opened; it is never created here. */
struct store *store_open(const char *path, int schema);
void store_close(struct store *store);

/* The number of the last migration, or -1 when the database does not answer. */
int store_schema(struct store *store);

/* Signing up again is no error: the same person has the same number. */
enum stored store_signup(struct store *store, const char *email, json_int_t *id);
enum stored store_login(struct store *store, const char *email, json_int_t *id);
enum stored store_order(
	struct store *store, const char *email, const char *product, json_int_t *id);

/* A list of {id, name, price_cents}, or NULL. */
json_t *store_products(struct store *store);

/* Opens a database as both the shop and the migrations want it: WAL, patient with locks. */
struct sqlite3 *database_open(const char *path, int flags);

/* The first column of the statement's first row as a number, or `fallback`. */
long long database_number(struct sqlite3 *db, const char *sql, long long fallback);

#endif
