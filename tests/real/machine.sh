#!/bin/sh
# What a machine has: certificates (nginx serves real ones), disks; and programs that stand in where the real ones need
# more than a test has: systemctl, where systemd does not run, and flyctl.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# book NAME MODULE ARGUMENTS
book() {
	cat >"$1.yml" <<END
version: 1
runbook: $1
inputs: { fail: { type: boolean, default: false } }
steps:
  - id: it
    uses: $2
    with: { $3 }
  - id: last
    run: test \${{ inputs.fail }} = false
    effects: none
END
}

# certificate NAME HOST DAYS: of our own, for this name
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -out "$1.pem" -days "$3" \
		-subj "/CN=$2" -addext "subjectAltName=DNS:$2" 2>/dev/null
}

tls_server() {
	echo "server { listen 127.0.0.1:$1 ssl; ssl_certificate $work/$2.pem; ssl_certificate_key $work/$2.key; location / { return 200 ok; } }"
}

certificates() {
	good=$(free_port) soon=$(free_port) other=$(free_port) plain=$(free_port)
	certificate good localhost 90
	certificate soon localhost 5
	certificate other shop.example 90
	{
		tls_server "$good" good
		tls_server "$soon" soon
		tls_server "$other" other
		echo "server { listen 127.0.0.1:$plain; location / { return 200 ok; } }"
	} | config web
	start_nginx web
	until_true 10 answers "http://127.0.0.1:$plain/"
	book tls tls/expiry "host: localhost, port: $good, days: 30"
	run 0 exec tls.yml
	book tls tls/expiry "host: localhost, port: $good, days: 200"
	run 1 exec tls.yml
	has "not so long" "renew it; does the renewal run?"
	book tls tls/expiry "host: localhost, port: $soon"
	run 1 exec tls.yml
	has "soon" "tls/expiry: it ends on "
	book tls tls/expiry "host: localhost, port: $other"
	run 1 exec tls.yml
	has "of another name" "tls/expiry: the certificate is of another name than \`host\`"
	book tls tls/expiry "host: localhost, port: $plain"
	run 1 exec tls.yml
	has "no TLS" "tls/expiry: nobody speaks TLS at \`host\` localhost, \`port\` $plain"
	book tls tls/expiry "host: localhost, port: $(free_port)"
	run 1 exec tls.yml
	has "nobody there" "tls/expiry: nobody speaks TLS"
	cat >trust.yml <<END
version: 1
runbook: trust
steps:
  - http: https://localhost:$good/
END
	run 1 exec trust.yml
	has "a chain that nobody trusts" "tls: "
	stop_services
}

disks() {
	book disk disk/free "path: ., percent: 0, megabyte: 1"
	run 0 exec disk.yml
	book disk disk/free "path: ., megabyte: 1000000000000"
	run 1 exec disk.yml
	has "too little" "disk/free: remove old releases"
}

# A unit is a folder: `state`, `restarts`; a file `crashes` makes it fall over when it is started, `broken` not start at all.
stand_in_systemctl() {
	mkdir -p bin units/shop.service
	echo inactive >units/shop.service/state
	echo 0 >units/shop.service/restarts
	cat >bin/systemctl <<'END'
#!/bin/sh
cd "$(dirname "$0")/../units" || exit 1
while [ $# -gt 0 ]; do
	case $1 in
	--system | --user | --) ;;
	--property=*) fields=${1#*=} ;;
	*) if [ -z "${verb:-}" ]; then verb=$1; else unit=$1; fi ;;
	esac
	shift
done
if [ ! -d "$unit" ]; then
	[ "$verb" != show ] || { printf 'LoadState=not-found\nActiveState=inactive\nNRestarts=0\n'; exit 0; }
	echo "Failed to $verb $unit: Unit $unit not found." >&2
	exit 5
fi
case $verb in
show)
	printf 'LoadState=loaded\nActiveState=%s\nNRestarts=%s\n' "$(cat "$unit/state")" "$(cat "$unit/restarts")"
	[ ! -f "$unit/crashes" ] || echo $(($(cat "$unit/restarts") + 1)) >"$unit/restarts"
	;;
stop) echo inactive >"$unit/state" ;;
*)
	[ ! -f "$unit/broken" ] || { echo "Job for $unit failed because the control process exited with error code." >&2; exit 1; }
	echo active >"$unit/state"
	;;
esac
END
	chmod +x bin/systemctl
}

services() {
	stand_in_systemctl
	book unit systemd/restart "unit: shop.service, settle: 100ms"
	run 0 exec unit.yml
	same "it runs" active "$(cat units/shop.service/state)"
	book stop systemd/restart "unit: shop.service, action: stop, settle: 100ms"
	run 3 exec stop.yml --input fail=true
	same "it runs again" active "$(cat units/shop.service/state)"
	touch units/shop.service/crashes
	run 1 exec unit.yml
	has "it falls over" "systemd/restart: it did not stay up; journalctl --unit=shop.service"
	rm units/shop.service/crashes
	touch units/shop.service/broken
	run 1 exec unit.yml
	has "it does not start" "journalctl --unit=shop.service --lines=50"
	book unit systemd/restart "unit: no-such.service"
	run 1 exec unit.yml
	has "no such unit" "systemd/restart: there is no \`unit\` no-such.service"
}

# An app is a file with an image a line, the newest first.
stand_in_flyctl() {
	echo registry.fly.io/shop:v1 >releases
	cat >bin/flyctl <<'PROGRAM'
#!/bin/sh
releases=$(dirname "$0")/../releases
[ "$FLY_API_TOKEN" = fly-demo ] || { echo "Error: failed to get app: unauthorized" >&2; exit 1; }
verb=$1
while [ $# -gt 0 ]; do
	case $1 in
	--app) app=$2 ;;
	--image) image=${2:-} ;;
	esac
	shift
done
[ "$app" = shop ] || { echo "Error: Could not find App \"$app\"" >&2; exit 1; }
case $verb in
releases)
	awk 'BEGIN { printf "[" } { printf "%s{\"Version\":%d,\"Status\":\"complete\",\"ImageRef\":\"%s\"}", (NR > 1) ? "," : "", 100 - NR, $0 }
		END { print "]" }' "$releases"
	;;
deploy)
	case $image in *:bad) echo "Error: timeout reached waiting for health checks to pass" >&2; exit 1 ;; esac
	{ echo "$image"; cat "$releases"; } >"$releases.next"
	mv "$releases.next" "$releases"
	;;
esac
PROGRAM
	chmod +x bin/flyctl
}

fly() {
	stand_in_flyctl
	book fly fly/deploy "app: shop, image: 'registry.fly.io/shop:v2', token: fly-demo"
	run 0 exec fly.yml
	same "v2 is live" registry.fly.io/shop:v2 "$(head -n 1 releases)"
	sed 's/shop:v2/shop:v3/' fly.yml >next.yml
	run 3 exec next.yml --input fail=true
	same "v2 again" registry.fly.io/shop:v2 "$(head -n 1 releases)"
	sed 's/shop:v2/shop:bad/' fly.yml >bad.yml
	run 3 exec bad.yml
	has "not healthy" "fly/deploy: a machine did not become healthy"
	same "v2 still" registry.fly.io/shop:v2 "$(head -n 1 releases)"
	sed 's/fly-demo/other/' fly.yml >token.yml
	run 1 exec token.yml
	has "a wrong token" "fly/deploy: \`token\` was refused"
	sed 's/app: shop/app: other/' fly.yml >other.yml
	run 1 exec other.yml
	has "no such app" "fly/deploy: there is no \`app\` other for this token"
	rm bin/flyctl
	run 1 exec fly.yml
	has "no flyctl" "fly/deploy: there is no \`flyctl\` here"
}

certificates
disks
PATH=$work/bin:$PATH
export PATH
services
fly
finish
