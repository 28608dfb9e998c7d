/*
 * Writes the runbooks that are measured.
 *
 *   generate one                      a single step
 *   generate sequence 10000           so many steps `true`, one after another
 *   generate reading 10000            the same as the first, with 'effects: none'
 *   generate parallel 10000           the same, with no order among them
 *   generate layers 100               so many layers of so many steps; each needs the whole layer
 *                                     before
 *   generate guards 100000            steps as people write them, about 400 bytes each, every one
 *                                     with expressions
 *   generate plain 100000             the same without expressions
 *   generate http 5000 URL            so many requests, one after another
 *   generate http_parallel 5000 URL   the same, with no order among them
 *   generate monitor SECONDS URL      that long, with 10 watches of a request a second
 *   generate output SCRIPT            a step that prints
 *   generate masked SCRIPT            the same with a secret to look for
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void head(const char *name)
{
	printf("version: 1\nrunbook: %s\n", name);
}

/* ---- steps that do nothing ------------------------------------------------------------------ */

static void sequence(long count, const char *more)
{
	head("sequence");
	puts("steps:");
	for (long i = 1; i <= count; i++)
		printf("  - { id: s%ld, run: 'true'%s }\n", i, more);
}

static void parallel(long count)
{
	head("parallel");
	puts("steps:\n  - id: all\n    parallel:");
	for (long i = 1; i <= count; i++)
		printf("      - { id: s%ld, run: 'true' }\n", i);
}

static void layered_step(long layer, long place, long width)
{
	printf("  - { id: s%ld_%ld, run: 'true', needs: [", layer, place);
	for (long i = 1; layer > 1 && i <= width; i++)
		printf("%ss%ld_%ld", i > 1 ? ", " : "", layer - 1, i);
	puts("] }");
}

static void layers(long width)
{
	head("layers");
	puts("steps:");
	for (long layer = 1; layer <= width; layer++)
		for (long place = 1; place <= width; place++)
			layered_step(layer, place, width);
}

/* ---- steps as people write them ------------------------------------------------------------- */

/*
 * `#` is the step's number, `^` the one of ten steps before (so of the same shape), `@` the
 * version: an expression or a word. A line that begins with `?` is there with expressions only, one
 * with `!` without them only: prose of the same length.
 */
static const char *const shapes[10] = {
	/* a script */
	"  - id: s#\n"
	"    name: Build the image of service #\n"
	"    run: |\n"
	"      set -e\n"
	"      docker build --tag registry.example.com/shop/service-#:@ services/service-#\n"
	"      docker push registry.example.com/shop/service-#:@\n"
	"    timeout: 20m\n"
	"    retry: { attempts: 3, delay: 2s, backoff: 2 }\n"
	"?    expect:\n"
	"?      - contains(stdout, inputs.version) and not contains(stderr, \"denied\")\n"
	"!    what: Builds the image from a clean checkout and pushes it to the registry of ours\n"
	"    keep: An image that nobody uses does no harm\n",
	/* a health check */
	"  - id: s#\n"
	"    name: Service # is healthy\n"
	"    http: { url: 'https://service-#.example.com/health', timeout: 5s }\n"
	"    retry: { attempts: 10, delay: 1s, backoff: 1.5, max_delay: 30s }\n"
	"?    expect:\n"
	"?      - status == 200\n"
	"?      - json.status == \"ok\" and json.version == inputs.version\n"
	"?      - duration < 0.5\n"
	"!    what: Waits until the service has come up, has its connections and answers quickly\n"
	"    hints:\n"
	"      - Check the logs of the service first, then its environment\n"
	"      - Look at the dashboard of the cluster\n",
	/* a change with its way back */
	"  - id: s#\n"
	"    name: Deploy service #\n"
	"    run: ./deploy.sh --service service-# --version @ --region eu-west-1\n"
	"    timeout: 10m\n"
	"?    outputs: { previous: trim(stdout), count: len(lines) }\n"
	"!    what: Prints the release that ran before\n"
	"    rollback:\n"
	"      name: Deploy the release before again\n"
	"      run: ./deploy.sh --service service-# --undo --region eu-west-1\n"
	"      timeout: 10m\n"
	"    hints: [Check server resources and restart it if needed, Read the events]\n",
	/* a look at what was found */
	"  - id: s#\n"
	"    name: The error rate of service # is normal\n"
	"    http:\n"
	"      url: 'https://prometheus.example.com/api/v1/query'\n"
	"      query: { query: 'job:errors:ratio5m{service=\"service-#\"}' }\n"
	"      timeout: 10s\n"
	"    effects: none\n"
	"?    expect:\n"
	"?      - status == 200\n"
	"?      - len(json.data.result) == 1\n"
	"?      - tonumber(json.data.result[1].value[2]) < inputs.max_errors\n"
	"!    what: The recording rule has the ratio of the last five minutes, for each service\n"
	"    retry: { attempts: 3, delay: 10s }\n",
	/* words, not a script */
	"  - id: s#\n"
	"    name: Warm the cache of service #\n"
	"    run: [./warm.sh, --service, service-#, --pages, '250', --version, '@']\n"
	"    env: { REGION: eu-west-1, LOG_LEVEL: info, CACHE: redis://cache-#.example.com }\n"
	"    effects: none\n"
	"    timeout: 90s\n"
	"?    if: inputs.warm and inputs.region ~= \"us\"\n"
	"?    expect: [exit_code == 0, len(lines) >= 1]\n"
	"!    what: Asks for the pages that most visitors see, so that none of them has to wait\n"
	"    on_failure: continue\n",
	/* a condition */
	"  - id: s#\n"
	"    name: Migrate the database of service #\n"
	"?    if: inputs.migrate and inputs.region == \"eu\"\n"
	"    run: |\n"
	"      ./migrate.sh status --database service_#\n"
	"      ./migrate.sh up --database service_# --to @ --lock-timeout 5s\n"
	"    timeout: 15m\n"
	"    rollback:\n"
	"      run: ./migrate.sh down --database service_# --steps 1\n"
	"      timeout: 15m\n"
	"!    what: Takes the lock, migrates, and lets the lock go; readers are not held up by "
	"it\n",
	/* an order over HTTP */
	"  - id: s#\n"
	"    name: Open the traffic of service #\n"
	"    http:\n"
	"      url: https://balancer.example.com/pools/service-#\n"
	"      method: PUT\n"
	"      headers: { Accept: application/json, X-Reason: deployment }\n"
	"      json: { weight: 100, drain: false, version: '@', hosts: [a-#, b-#, c-#] }\n"
	"?    expect: [status == 200 or status == 204]\n"
	"    rollback:\n"
	"      http:\n"
	"        url: https://balancer.example.com/pools/service-#\n"
	"        method: PUT\n"
	"        json: { weight: 0, drain: true }\n",
	/* a pause and a word */
	"  - id: s#\n"
	"    name: Tell the team about service #\n"
	"    steps:\n"
	"      - name: Let the metrics settle\n"
	"        wait: 30s\n"
	"      - name: Say so\n"
	"?        if: inputs.region == \"eu\"\n"
	"        say: 'Service # runs @ in eu-west-1 now, and what it was before can be had "
	"again'\n"
	"      - name: Tell the chat\n"
	"        run: ./notify.sh --channel deployments --service service-# --version '@'\n"
	"        effects: none\n",
	/* two at once */
	"  - id: s#\n"
	"    name: Smoke tests of service #\n"
	"    parallel:\n"
	"      - name: Its home page loads\n"
	"        http: https://service-#.example.com/\n"
	"?        expect: [status == 200, 'contains(body, \"</html>\")']\n"
	"      - name: Its list has something\n"
	"        http: { url: 'https://service-#.example.com/api/items', timeout: 5s }\n"
	"?        expect: [status == 200, len(json) > 0]\n"
	"!    what: Two pages that touch the template, the database and the cache, at the same "
	"time\n"
	"    hints: ['Investigate logs, may need a hotfix or a rollback']\n",
	/* what is there already */
	"  - id: s#\n"
	"    name: Tag the release of service #\n"
	"    check:\n"
	"      run: git -C services/service-# rev-parse --verify --quiet refs/tags/@\n"
	"    run: |\n"
	"      git -C services/service-# tag --annotate --message='Release of service #' @\n"
	"      git -C services/service-# push --quiet origin refs/tags/@\n"
	"    timeout: 2m\n"
	"?    require: [{ that: 'steps.s^.ok or steps.s^.skipped', message: The one before is not "
	"}]\n"
	"!    what: The tag is what the next deployment of this service is compared with\n"
	"    irreversible: A pushed tag is public\n",
};

static void shape_byte(char c, long number, bool has_guards)
{
	switch (c) {
	case '#':
		printf("%ld", number);
		break;
	case '^':
		printf("%ld", number > 10 ? number - 10 : number - 1);
		break;
	case '@':
		fputs(has_guards ? "${{ inputs.version }}" : "v2024.10.3", stdout);
		break;
	default:
		putchar(c);
	}
}

static void shape_line(const char *line, size_t len, long number, bool has_guards)
{
	if (line[0] == (has_guards ? '!' : '?'))
		return;
	size_t first = line[0] == '!' || line[0] == '?';
	for (size_t i = first; i < len; i++)
		shape_byte(line[i], number, has_guards);
}

static void realistic(long count, bool has_guards)
{
	head("realistic");
	puts("inputs:\n"
	     "  version: { type: string, required: true }\n"
	     "  region: { type: string, default: eu }\n"
	     "  migrate: { type: boolean, default: true }\n"
	     "  warm: { type: boolean, default: true }\n"
	     "  max_errors: { type: number, default: 0.01 }\n"
	     "steps:");
	for (long number = 1; number <= count; number++) {
		const char *line = shapes[(number - 1) % 10];
		while (*line) {
			size_t len = strcspn(line, "\n") + 1;
			shape_line(line, len, number, has_guards);
			line += len;
		}
	}
}

/* ---- requests and output -------------------------------------------------------------------- */

static void http(long count, const char *url, const char *indent)
{
	for (long i = 1; i <= count; i++)
		printf("%s- { id: s%ld, http: '%s', expect: [status == 200] }\n", indent, i, url);
}

static void monitor(long seconds, const char *url)
{
	head("monitor");
	puts("watch:");
	for (int i = 0; i < 10; i++)
		printf("  w%d: { every: 1s, http: '%s', value: status }\n", i, url);
	printf("steps:\n  - monitor: { for: %lds }\nrollback:\n  when:\n", seconds);
	for (int i = 0; i < 10; i++)
		printf("    - { if: watch.w%d > 500, for: 3s }\n", i);
}

static void output(const char *script, bool has_secret)
{
	head("output");
	if (has_secret)
		puts("secrets: { token: { command: [echo, hunter2-hunter2] } }");
	printf("steps:\n  - run: |\n      %s\n", script);
}

int main(int argc, char **argv)
{
	const char *kind = argc > 1 ? argv[1] : "", *word = argc > 2 ? argv[2] : "";
	long count = strtol(word, NULL, 10);
	if (strcmp(kind, "one") == 0) {
		sequence(1, "");
	} else if (strcmp(kind, "sequence") == 0) {
		sequence(count, "");
	} else if (strcmp(kind, "reading") == 0) {
		sequence(count, ", effects: none");
	} else if (strcmp(kind, "parallel") == 0) {
		parallel(count);
	} else if (strcmp(kind, "layers") == 0) {
		layers(count);
	} else if (strcmp(kind, "guards") == 0 || strcmp(kind, "plain") == 0) {
		realistic(count, kind[0] == 'g');
	} else if (strcmp(kind, "http") == 0 && argc == 4) {
		head("http");
		puts("steps:");
		http(count, argv[3], "  ");
	} else if (strcmp(kind, "http_parallel") == 0 && argc == 4) {
		head("http");
		puts("steps:\n  - id: all\n    parallel:");
		http(count, argv[3], "      ");
	} else if (strcmp(kind, "monitor") == 0 && argc == 4) {
		monitor(count, argv[3]);
	} else if (strcmp(kind, "output") == 0 || strcmp(kind, "masked") == 0) {
		output(word, kind[0] == 'm');
	} else {
		fprintf(stderr, "generate: what?\n");
		return 2;
	}
	return ferror(stdout) != 0;
}
