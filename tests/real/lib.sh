# Shared by the tests on real services: ports, users, ends. Each service is ended by the pid that it was started with.
# shellcheck shell=sh disable=SC2034 # used by those who read this in
# shellcheck source=../lib.sh
. "$(dirname "$0")/../lib.sh"

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
