/*
 * libcurl, loaded when the first request needs it: it costs 4 ms and thirty libraries that a run
 * without HTTP does not pay for, and a machine without it can still run everything else. Private to
 * world/.
 */
#ifndef WORLD_HTTP_API_H
#define WORLD_HTTP_API_H

#include <stdbool.h>

/* The options we set exist in all versions we load; which are deprecated is not our concern. */
#define CURL_DISABLE_DEPRECATION
#include <curl/curl.h>

/* Each member is the function `curl_` + its name. */
struct curl_api {
	CURLcode (*global_init)(long flags);
	CURL *(*easy_init)(void);
	void (*easy_cleanup)(CURL *easy);
	void (*easy_reset)(CURL *easy);
	CURLcode (*easy_setopt)(CURL *easy, CURLoption option, ...);
	CURLcode (*easy_getinfo)(CURL *easy, CURLINFO info, ...);
	const char *(*easy_strerror)(CURLcode code);
	CURLM *(*multi_init)(void);
	CURLMcode (*multi_cleanup)(CURLM *multi);
	CURLMcode (*multi_setopt)(CURLM *multi, CURLMoption option, ...);
	CURLMcode (*multi_add_handle)(CURLM *multi, CURL *easy);
	CURLMcode (*multi_remove_handle)(CURLM *multi, CURL *easy);
	CURLMcode (*multi_socket_action)(CURLM *multi, curl_socket_t s, int events, int *running);
	CURLMcode (*multi_assign)(CURLM *multi, curl_socket_t s, void *data);
	CURLMsg *(*multi_info_read)(CURLM *multi, int *left);
	struct curl_slist *(*slist_append)(struct curl_slist *list, const char *text);
	void (*slist_free_all)(struct curl_slist *list);
	CURLU *(*url)(void);
	void (*url_cleanup)(CURLU *u);
	CURLUcode (*url_set)(CURLU *u, CURLUPart part, const char *text, unsigned flags);
	CURLUcode (*url_get)(CURLU *u, CURLUPart part, char **text, unsigned flags);
	void (*free)(void *at);
};

/* NULL: *why (static text) says what is missing. Loaded once and kept. */
const struct curl_api *curl_api(const char **why);

#endif
