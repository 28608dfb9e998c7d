# Shared by the tests on real services: ports, users, ends. Each service is ended by the pid that it was started with.
# shellcheck shell=sh disable=SC2034 # used by those who read this in
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"
# The servers of a Debian stand where the PATH of a plain user does not look.
PATH=$PATH:/usr/sbin:/sbin
export PATH

# The services read their files as other users.
chmod 755 "$work"
services=

# A port of the loopback that nobody listens on.
free_port() {
	while :; do
		port=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 20000))
		grep -qi "0100007F:$(printf %04X "$port") \|00000000:$(printf %04X "$port") " /proc/net/tcp || break
	done
	echo "$port"
}

# started PID…: they are ended with the test
started() {
	services="$services $*"
}

# Those of our processes that still run: nobody has buried the dead.
alive() {
	[ -r "/proc/$1/stat" ] && ! grep -q ') Z ' "/proc/$1/stat"
}

stop_services() {
	for pid in $services; do
		kill "$pid" 2>/dev/null
		until_true 10 gone "$pid" || kill -9 "$pid" 2>/dev/null
	done
	services=
}
gone() {
	! alive "$1"
}
trap 'stop_services; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

answers() {
	curl --silent --fail --max-time 2 --output /dev/null "$1"
}

# config NAME < SERVERS: of an nginx of its own; `start_nginx NAME` starts it
config() {
	mkdir -p "$1"
	{
		echo "pid $work/$1/pid; error_log $work/$1/error.log warn; worker_processes 2;"
		[ "$(id -u)" != 0 ] || echo "user root;"
		echo "events { worker_connections 4096; }"
		echo "http { access_log off; client_body_temp_path $work/$1/body; proxy_temp_path $work/$1/proxy;"
		echo "fastcgi_temp_path $work/$1/f; uwsgi_temp_path $work/$1/u; scgi_temp_path $work/$1/s;"
		cat
		echo "}"
	} >"$1/nginx.conf"
}

start_nginx() {
	nginx -c "$work/$1/nginx.conf" -e "$work/$1/error.log"
	until_true 10 test -s "$1/pid"
	started "$(cat "$1/pid")"
}
