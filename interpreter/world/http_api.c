#include "world/http_api.h"

#include <dlfcn.h>

#define FUNCTIONS(each)                                                                            \
	each(global_init) each(easy_init) each(easy_cleanup) each(easy_reset) each(easy_setopt)    \
		each(easy_getinfo) each(easy_strerror) each(multi_init) each(multi_cleanup)        \
			each(multi_setopt) each(multi_add_handle) each(multi_remove_handle)        \
				each(multi_socket_action) each(multi_assign) each(multi_info_read) \
					each(slist_append) each(slist_free_all) each(url)          \
						each(url_cleanup) each(url_set) each(url_get)      \
							each(free)

static struct curl_api api;
static enum { NOT_TRIED, LOADED, MISSING, UNFIT } state;

static bool load(void)
{
	static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so"};
	void *lib = NULL;
	for (int i = 0; i < 3 && !lib; i++)
		lib = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
	state = lib ? UNFIT : MISSING;
	if (!lib)
		return false;
	bool is_complete = true;
	/* The way round the rule that data pointers are no function pointers, as dlsym(3) has it.
	 */
#define LOAD(name)                                                                                 \
	*(void **)&api.name = dlsym(lib, "curl_" #name);                                           \
	is_complete = is_complete && api.name;
	FUNCTIONS(LOAD)
	return is_complete && api.global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

const struct curl_api *curl_api(const char **why)
{
	if (state == NOT_TRIED && load())
		state = LOADED;
	if (state == MISSING)
		*why = "requests need libcurl, which is not installed (package `libcurl4` on "
		       "Debian "
		       "and Ubuntu, `libcurl` on Fedora and Alpine, `curl` on Arch)";
	else if (state == UNFIT)
		*why = "requests need libcurl 7.62 or newer; the one installed cannot be used";
	return state == LOADED ? &api : NULL;
}
