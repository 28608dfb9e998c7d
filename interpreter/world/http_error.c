/*
 * What libcurl reports, in the words of the language: resolve, connect, tls, timeout, reset,
 * too_large, protocol, rejected.
 */
#include "world/http.h"
#include "world/text.h"

static bool is_tls(CURLcode code)
{
	switch (code) {
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CRL_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_CLIENTCERT:
	case CURLE_SSL_ENGINE_NOTFOUND:
	case CURLE_SSL_ENGINE_SETFAILED:
	case CURLE_USE_SSL_FAILED:
		return true;
	default:
		return false;
	}
}

static bool is_malformed(const struct http_job *j, CURLcode code)
{
	switch (code) {
	case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9 */
	case CURLE_WEIRD_SERVER_REPLY:
	case CURLE_BAD_CONTENT_ENCODING:
	case CURLE_HTTP2:
	case CURLE_HTTP2_STREAM:
		return true;
	case CURLE_RECV_ERROR: /* also for what cannot be read as chunks */
		return strcasestr(j->error, "chunk") != NULL;
	default:
		return false;
	}
}

static const char *span_text(struct http_job *j, int64_t ns)
{
	struct strbuf b = {0};
	duration_human(&b, ns);
	return take_text(&b, &j->arena).at;
}

/* How far it came tells which time it was. */
static void judge_timeout(struct http_job *j)
{
	curl_off_t secured = 0;
	long port = 0; /* ours: there is one from the connection on, before TLS */
	const struct curl_api *curl = j->http->curl;
	curl->easy_getinfo(j->easy, CURLINFO_LOCAL_PORT, &port);
	curl->easy_getinfo(j->easy, CURLINFO_APPCONNECT_TIME_T, &secured);
	const struct http_request *r = &j->request;
	int64_t first =
		r->connect_timeout_ns < r->timeout_ns ? r->connect_timeout_ns : r->timeout_ns;
	bool is_https = strcmp(j->url.scheme, "https") == 0;
	if (!port)
		http_fail(j, "timeout", "no connection to `%s` within %s", j->url.host,
			span_text(j, first));
	else if (is_https && !secured && !j->was_sent)
		http_fail(j, "timeout", "no TLS session with `%s` within %s", j->url.host,
			span_text(j, first));
	else
		http_fail(j, "timeout", "no complete reply within %s",
			span_text(j, j->request.timeout_ns));
}

static void judge_lost(struct http_job *j, const char *detail)
{
	if (!j->was_sent)
		http_fail(j, "connect", "`%s` port %s: %s", j->url.host, j->url.port, detail);
	else if (!j->reply.status)
		http_fail(j, "reset", "the connection was lost before a reply came: %s", detail);
	else
		http_fail(j, "reset", "the connection was lost after %zu bytes of the body: %s",
			j->reply.body.len, detail);
}

void http_judge(struct http_job *j, CURLcode code)
{
	const char *detail = j->error[0] ? j->error : j->http->curl->easy_strerror(code);
	long sent = 0;
	j->http->curl->easy_getinfo(j->easy, CURLINFO_REQUEST_SIZE, &sent);
	j->was_sent = j->was_sent || sent > 0;
	if (code == CURLE_OK && j->reply.status)
		return;
	if (code == CURLE_OK)
		http_fail(j, "protocol", "the reply has no status");
	else if (code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_RESOLVE_PROXY)
		http_fail(j, "resolve", "no address for `%s`", j->url.host);
	else if (code == CURLE_COULDNT_CONNECT)
		http_fail(j, "connect", "no connection to `%s` port %s: %s", j->url.host,
			j->url.port, detail);
	else if (code == CURLE_OPERATION_TIMEDOUT)
		judge_timeout(j);
	else if (is_tls(code))
		http_fail(j, "tls", "%s", detail);
	else if (is_malformed(j, code))
		http_fail(j, "protocol", "the reply is not HTTP as it should be: %s", detail);
	else if (code == CURLE_OUT_OF_MEMORY && j->was_sent)
		http_fail(j, "too_large", "a header of the reply is too long");
	else if (code == CURLE_URL_MALFORMAT)
		http_fail(j, "rejected", "%s", detail);
	else
		judge_lost(j, detail);
}
