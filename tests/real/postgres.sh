#!/bin/sh
# PostgreSQL: backup, migration, a migration that fails, restore, wrong password, nobody there.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

bin=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -n 1)
PATH=$bin:$PATH
port=$(free_port)
data=$work/data

# The server refuses to run as root.
as_server() {
	if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi
}

start_server() {
	mkdir "$data"
	[ "$(id -u)" != 0 ] || chown postgres "$data"
	echo correct-horse >"$work/password"
	chmod 644 "$work/password"
	(cd / && as_server "$bin/initdb" --pgdata="$data" --username=ops --auth=scram-sha-256 \
		--pwfile="$work/password" --no-sync >"$work/initdb.log" 2>&1) || { cat "$work/initdb.log"; exit 2; }
	(cd / && as_server "$bin/postgres" -D "$data" -p "$port" -h 127.0.0.1 -k '' -c fsync=off \
		>"$work/postgres.log" 2>&1 </dev/null) &
	until_true 20 grep -q "ready to accept" "$work/postgres.log" || { cat "$work/postgres.log"; exit 2; }
	started "$(head -n 1 "$data/postmaster.pid")"
}

sql() {
	PGPASSWORD=correct-horse psql --no-psqlrc -h 127.0.0.1 -p "$port" -U ops -d shop -AtqX -c "$1"
}

# book NAME MODULE ARGUMENTS
book() {
	cat >"$1.yml" <<END
version: 1
runbook: $1
inputs: { fail: { type: boolean, default: false } }
secrets: { password: { env: DB_PASSWORD } }
steps:
  - id: it
    uses: postgres/$2
    with: { host: 127.0.0.1, port: ${3:-$port}, database: shop, user: ops, password: '\${{ secrets.password }}', $4 }
  - id: last
    run: test \${{ inputs.fail }} = false
    effects: none
END
}

migrations() {
	mkdir -p migrations
	echo "create table orders (id serial primary key, note text);
insert into orders (note) values ('it''s one'), ('two');" >migrations/001_orders.up.sql
	echo 'drop table orders;' >migrations/001_orders.down.sql
	echo "alter table orders add status text default 'new';" >migrations/002_status.up.sql
	echo 'alter table orders drop status;' >migrations/002_status.down.sql
	book migrate migrate "" "dir: migrations"
	run 3 exec migrate.yml --input fail=true
	same "undone, the last one first" "" "$(sql "select to_regclass('orders')")"
	run 0 exec migrate.yml
	same "applied" "2:001_orders,002_status" \
		"$(sql "select count(*) || ':' || string_agg(name, ',' order by name) from runbook_migrations")"
	run 0 exec migrate.yml
	echo 'create table coupons (id int);' >migrations/003_coupons.up.sql
	echo 'drop table coupons;' >migrations/003_coupons.down.sql
	echo 'create table half (id int); alter table nowhere add x int;' >migrations/004_broken.up.sql
	echo 'drop table half;' >migrations/004_broken.down.sql
	run 3 exec migrate.yml
	has "why" 'relation "nowhere" does not exist'
	same "nothing of the broken one, and the one before it undone" "||2" \
		"$(sql "select concat_ws('|', coalesce(to_regclass('half')::text, ''), coalesce(to_regclass('coupons')::text, ''), (select count(*) from runbook_migrations))")"
	rm migrations/003* migrations/004*
	echo 'select 1;' >migrations/005_one_way.up.sql
	run 1 exec migrate.yml
	has "one way" "write the way back, or say \`one_way: true\`"
	rm migrations/005*
}

backup_and_restore() {
	book backup backup "" "file: backups/shop.dump"
	run 0 exec backup.yml
	same "only its owner may read it" 600 "$(stat -c %a backups/shop.dump)"
	run 1 exec backup.yml
	has "not twice" "exists; give each backup a name of its own"
	sql "delete from orders; create table later (id int); create view seen as select * from orders"
	book restore restore "" "file: backups/shop.dump, safety: backups/safety.dump"
	run 0 exec restore.yml
	same "the rows are back" 2 "$(sql 'select count(*) from orders')"
	same "what came later is gone" "" "$(sql "select to_regclass('later')")"
	same "others may still use the schema" t "$(sql "select has_schema_privilege('public', 'public', 'usage')")"
	sql "insert into orders (note) values ('three')"
	rm backups/safety.dump
	run 3 exec restore.yml --input fail=true
	same "what was there before is back" 3 "$(sql 'select count(*) from orders')"
	head -c 2000 backups/shop.dump >backups/half.dump
	book restore restore "" "file: backups/half.dump"
	run 1 exec restore.yml
	same "half a backup changes nothing" 3 "$(sql 'select count(*) from orders')"
}

# A deployment as the process writes it: back up, migrate, and restore when the data was damaged.
damaged_by_a_migration() {
	cat >damage.yml <<END
version: 1
runbook: damage
secrets: { password: { env: DB_PASSWORD } }
vars: { port: $port }
steps:
  - id: backup
    uses: postgres/backup
    with: &db { host: 127.0.0.1, port: '\${{ vars.port }}', database: shop, user: ops, password: '\${{ secrets.password }}', file: backups/before.dump }
  - id: migrate
    run: psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --command='update orders set note = null'
    env: &env { PGHOST: 127.0.0.1, PGPORT: '\${{ vars.port }}', PGUSER: ops, PGDATABASE: shop, PGPASSWORD: '\${{ secrets.password }}' }
    rollback:
      - uses: postgres/restore
        with: *db
  - id: complete
    run: psql --no-psqlrc -At --command='select count(*) from orders where note is null'
    env: *env
    effects: none
    expect: [trim(stdout) == "0"]
END
	run 3 exec damage.yml
	same "restored" 0 "$(sql 'select count(*) from orders where note is null')"
}

failures() {
	book check check "" "tables: [orders]"
	run 0 exec check.yml
	DB_PASSWORD=wrong-horse
	run 1 exec check.yml
	has "wrong password" "postgres/check: the server refused \`user\` (ops) or \`password\`"
	hasnt "and it is not shown" "wrong-horse"
	DB_PASSWORD=correct-horse
	book backup backup "$(free_port)" "file: backups/never.dump"
	run 1 exec backup.yml
	has "nobody there" "postgres/backup: nobody answers at \`host\` (127.0.0.1)"
	same "no half backup" "" "$(find backups -name 'never*')"
}

export DB_PASSWORD=correct-horse
start_server
PGPASSWORD=correct-horse createdb -h 127.0.0.1 -p "$port" -U ops shop
migrations
backup_and_restore
damaged_by_a_migration
failures
stop_services
finish
