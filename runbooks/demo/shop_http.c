#include "shop_http.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shop_metrics.h"
#include "util.h"

#define MAX_EMAIL_BYTES 254

struct endpoint {
	const char *method, *path;
	bool is_business; /* counted, and hit by the release's faults */
	void (*answer)(const struct request *, struct reply *, struct shop *);
};

static void refuse(struct reply *reply, unsigned status, const char *why)
{
	reply_json(reply, status, json_pack("{s:s}", "error", why));
}

static void home(const struct request *request, struct reply *reply, struct shop *shop)
{
	char *path = text_of("%s/public/index.html", shop->release.dir);
	char *page = read_file(path);

	(void)request;
	free(path);
	if (page)
		reply_own(reply, 200, "text/html; charset=utf-8", page);
	else
		refuse(reply, 500, "the page is missing");
}

static void health(const struct request *request, struct reply *reply, struct shop *shop)
{
	int schema = store_schema(shop->store);
	bool is_ok = schema >= shop->release.schema;

	(void)request;
	reply_json(reply, is_ok ? 200 : 503,
		json_pack("{s:s, s:s, s:i, s:i, s:s}", "status", is_ok ? "ok" : "failing",
			"version", shop->release.version, "schema", schema, "needs_schema",
			shop->release.schema, "database", schema < 0 ? "unreachable" : "ok"));
}

static void metrics_page(const struct request *request, struct reply *reply, struct shop *shop)
{
	(void)request;
	reply_own(reply, 200, "text/plain; version=0.0.4; charset=utf-8",
		metrics_text(&shop->release, store_schema(shop->store)));
}

static void metrics_as_json(const struct request *request, struct reply *reply, struct shop *shop)
{
	const char *asked = web_query(request, "window");
	int64_t window = asked ? strtol(asked, NULL, 10) : shop->window;

	if (window < 1 || window > 300)
		refuse(reply, 400, "window is not a number of seconds from 1 to 300");
	else
		reply_json(reply, 200,
			metrics_json(&shop->release, store_schema(shop->store), window));
}

/* The text under `key`, if it is there and of a sensible size. */
static const char *text_in(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));

	return text && *text && strlen(text) <= MAX_EMAIL_BYTES ? text : NULL;
}

/* The body's JSON with a plausible email in it, or NULL and a refusal. */
static json_t *body_with_email(const struct request *request, struct reply *reply)
{
	json_t *json = json_loadb(request->body, request->body_len, 0, NULL);
	const char *email = text_in(json, "email");
	const char *at = email ? strchr(email, '@') : NULL;

	if (!json_is_object(json))
		refuse(reply, 400, "the body is not a JSON object");
	else if (!email)
		refuse(reply, 400, "email is missing");
	else if (!at || at == email || !at[1])
		refuse(reply, 400, "email is not an address");
	else
		return json;
	json_decref(json);
	return NULL;
}

static void signup(const struct request *request, struct reply *reply, struct shop *shop)
{
	json_t *body = body_with_email(request, reply);
	enum stored stored;
	json_int_t id = 0;

	if (!body)
		return;
	stored = store_signup(shop->store, text_in(body, "email"), &id);
	if (stored == STORED_ERROR)
		refuse(reply, 500, "the sign-up could not be stored");
	else
		reply_json(reply, stored == STORED_NEW ? 201 : 200,
			json_pack("{s:I, s:s}", "id", id, "email", text_in(body, "email")));
	json_decref(body);
}

static void login(const struct request *request, struct reply *reply, struct shop *shop)
{
	json_t *body = body_with_email(request, reply);
	enum stored stored;
	json_int_t id = 0;

	if (!body)
		return;
	stored = store_login(shop->store, text_in(body, "email"), &id);
	if (stored == STORED_ERROR)
		refuse(reply, 500, "the login could not be checked");
	else if (stored == STORED_NOT_FOUND)
		refuse(reply, 401, "nobody has signed up with this address");
	else
		reply_json(reply, 200,
			json_pack("{s:I, s:s}", "id", id, "email", text_in(body, "email")));
	json_decref(body);
}

static void products(const struct request *request, struct reply *reply, struct shop *shop)
{
	json_t *list = store_products(shop->store);

	(void)request;
	if (list)
		reply_json(reply, 200, list);
	else
		refuse(reply, 500, "the products could not be read");
}

static void order(const struct request *request, struct reply *reply, struct shop *shop)
{
	json_t *body = body_with_email(request, reply);
	const char *product;
	enum stored stored;
	json_int_t id = 0;

	if (!body)
		return;
	product = text_in(body, "product");
	stored = product ? store_order(shop->store, text_in(body, "email"), product, &id)
			 : STORED_NOT_FOUND;
	if (!product)
		refuse(reply, 400, "product is missing");
	else if (stored == STORED_ERROR)
		refuse(reply, 500, "the order could not be stored");
	else if (stored == STORED_NOT_FOUND)
		refuse(reply, 404, "no such user or product");
	else
		reply_json(reply, 201,
			json_pack("{s:I, s:s, s:s}", "id", id, "product", product, "email",
				text_in(body, "email")));
	json_decref(body);
}

static const struct endpoint endpoints[] = {
	{"GET", "/", true, home},
	{"POST", "/signup", true, signup},
	{"POST", "/login", true, login},
	{"GET", "/api/products", true, products},
	{"POST", "/orders", true, order},
	{"GET", "/health", false, health},
	{"GET", "/metrics", false, metrics_page},
	{"GET", "/metrics.json", false, metrics_as_json},
};

/* The release's fault hits every n-th request exactly, so 8% is 8% already after a hundred. */
static bool is_hit(const struct release *release)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static double due;
	bool hit;

	pthread_mutex_lock(&lock);
	due += release->error_rate;
	hit = due >= 1;
	if (hit)
		due -= 1;
	pthread_mutex_unlock(&lock);
	return hit;
}

static const struct endpoint *find(const struct request *request, struct reply *reply)
{
	bool is_path_known = false;

	for (size_t i = 0; i < sizeof(endpoints) / sizeof(*endpoints); i++) {
		if (strcmp(endpoints[i].path, request->path) != 0)
			continue;
		is_path_known = true;
		if (strcmp(endpoints[i].method, request->method) == 0)
			return &endpoints[i];
	}
	refuse(reply, is_path_known ? 405 : 404,
		is_path_known ? "method not allowed" : "not found");
	return NULL;
}

static double elapsed_ms(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) * 1e3 +
	       (double)(now.tv_nsec - start->tv_nsec) / 1e6;
}

void shop_answer(const struct request *request, struct reply *reply, void *context)
{
	struct shop *shop = context;
	const struct endpoint *endpoint;
	struct timespec start;

	clock_gettime(CLOCK_MONOTONIC, &start);
	endpoint = find(request, reply);
	if (endpoint && !endpoint->is_business) {
		endpoint->answer(request, reply, shop);
		return;
	}
	if (endpoint && shop->release.latency_ms)
		pause_ms(shop->release.latency_ms);
	if (endpoint && is_hit(&shop->release))
		refuse(reply, 500, "internal error");
	else if (endpoint)
		endpoint->answer(request, reply, shop);
	if (reply->status >= 500)
		say("ERROR %s %s %s: %s", shop->release.version, request->method, request->path,
			reply->text);
	metrics_record(reply->status, elapsed_ms(&start));
}
