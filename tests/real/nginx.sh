#!/bin/sh
# nginx: blue-green and canary are switched, and switched back, under load; not one request may fail.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

front=$(free_port) blue=$(free_port) green=$(free_port) prometheus=$(free_port)

# The two releases say who they are; a third one stands in for Prometheus, with a canary as good as its base.
start_all() {
	samples=$(awk -v now="$(date +%s)" 'BEGIN { for (i = 0; i < 12; i++) printf "%s[%d,\"0.%d\"]", i ? "," : "", now + i, 1 + i % 3 }')
	answer='{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":['$samples']}]}}'
	config back <<END
server { listen 127.0.0.1:$blue backlog=4096; location / { return 200 blue; } }
server { listen 127.0.0.1:$green backlog=4096; location / { return 200 green; } }
server { listen 127.0.0.1:$prometheus; location / { default_type application/json; return 200 '$answer'; } }
END
	printf '# live: blue\nupstream shop { server 127.0.0.1:%s; keepalive 16; }\n' "$blue" >live.conf
	config front <<END
include $work/live.conf;
server {
	listen 127.0.0.1:$front backlog=4096;
	location / { proxy_pass http://shop; proxy_http_version 1.1; proxy_set_header Connection ""; }
}
END
	start_nginx back
	start_nginx front
	until_true 10 answers "http://127.0.0.1:$front/"
}

# load FILE: until `unhurt` ends it; a connection a request, as a client that has never been here
load() {
	wrk --threads 1 --connections 8 --duration 120s --header 'Connection: close' "http://127.0.0.1:$front/" >"$1" 2>&1 &
	load_pid=$!
	started $load_pid
}

# rate FILE: the requests a second that wrk has counted
rate() {
	awk '/^Requests\/sec/ { rate = int($2) } END { print rate + 0 }' "$1"
}

# unhurt NAME FILE: all were answered while it lasted, more than 1,000 a second. Where the machine is too busy for so many
# when nothing is switched either, only the first counts.
unhurt() {
	if alive "$load_pid"; then pass; else fail "$1: the load ended before the switches did"; fi
	kill -INT "$load_pid"
	wait "$load_pid"
	cp "$2" out
	has "$1: its report" "Requests/sec"
	hasnt "$1" "Socket errors"
	hasnt "$1" "Non-2xx"
	if [ "$(rate "$2")" -ge 1000 ]; then
		pass
	else
		wrk --threads 1 --connections 8 --duration 2s --header 'Connection: close' "http://127.0.0.1:$front/" >alone 2>&1
		if [ "$(rate alone)" -ge 1500 ]; then
			fail "$1: only $(rate "$2") requests a second, and $(rate alone) without a switch"
		else
			echo "$1: this machine has $(rate alone) requests a second to spare; whether 1,000 are unhurt was not seen"
		fi
	fi
}

# served NAME SIDE: new connections come there, as soon as nginx has its new workers. One of before may still take
# some beside them: it has to be said twenty times.
served() {
	if until_true 30 settled "$2"; then pass; else fail "$1: not all connections come to $2"; fi
}
settled() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ "$(curl --silent "http://127.0.0.1:$front/")" = "$1" ] || return 1
	done
}

nginx_words() {
	echo "[nginx, -c, $work/front/nginx.conf, -e, $work/front/error.log]"
}

blue_green() {
	cat >bluegreen.yml <<END
version: 1
runbook: bluegreen
inputs: { fail: { type: boolean, default: false } }
steps:
  - id: switch
    uses: bluegreen/nginx
    with:
      file: $work/live.conf
      upstream: shop
      blue: ['127.0.0.1:$blue']
      green: ['127.0.0.1:$green']
      nginx: $(nginx_words)
  - id: moment
    wait: 300ms
  - id: last
    run: test \${{ inputs.fail }} = false
    effects: none
END
	load load.1
	run 0 exec bluegreen.yml
	served "green is live" green
	run 3 exec bluegreen.yml --input fail=true
	served "back to green" green
	run 0 exec bluegreen.yml
	served "blue is live" blue
	unhurt "blue-green under load" load.1
	sed -i "s/127.0.0.1:$green/127.0.0.1:$(free_port)/" bluegreen.yml
	cp live.conf before.conf
	timeout 60 "$runbook" exec bluegreen.yml >out 2>&1 </dev/null
	has "a side that is not there" "bluegreen/nginx: nobody answers at"
	same "nothing was switched" "$(cat before.conf)" "$(cat live.conf)"
}

canary() {
	cat >canary.yml <<END
version: 1
runbook: canary
steps:
  - id: grow
    uses: canary/nginx
    with:
      file: $work/live.conf
      upstream: shop
      base: ['127.0.0.1:$blue']
      canary: ['127.0.0.1:$green']
      shares: [20, 50]
      hold: 1s
      prometheus: http://127.0.0.1:$prometheus
      base_query: base
      canary_query: canary
      nginx: $(nginx_words)
END
	load load.2
	run 0 exec canary.yml
	served "the canary has all" green
	unhurt "a canary under load" load.2
}

# A configuration that nginx refuses leaves the file, and nginx, as they were.
refused() {
	cp live.conf before.conf
	sed "s/upstream: shop/upstream: shop\n      options: nonsense/; s/127.0.0.1:[0-9]*'\]\$/127.0.0.1:$blue']/" bluegreen.yml >bad.yml
	timeout 60 "$runbook" exec bad.yml >out 2>&1 </dev/null
	has "refused" "nginx does not take its configuration"
	same "the file is as it was" "$(cat before.conf)" "$(cat live.conf)"
	served "and served" green
}

start_all
blue_green
canary
refused
stop_services
finish
