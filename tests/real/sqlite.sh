#!/bin/sh
# SQLite: backup of a database in use, migration, a migration that fails, restore.
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
    uses: sqlite/$2
    with: { database: shop.db, $3 }
  - id: last
    run: test \${{ inputs.fail }} = false
    effects: none
END
}

mkdir -p "migrations/it's"
folder="migrations/it's"
echo "create table orders (id integer primary key, note text);
insert into orders (note) values ('it''s one'), ('two');" >"$folder/001_orders.up.sql"
echo 'drop table orders;' >"$folder/001_orders.down.sql"
echo "alter table orders add status text default 'new';" >"$folder/002_status.up.sql"
echo "update orders set note = 'it''s back'; alter table orders drop status;" >"$folder/002_status.down.sql"
sqlite3 shop.db 'pragma journal_mode = wal' >/dev/null
book migrate migrate "dir: \"$folder\""
run 3 exec migrate.yml --input fail=true
same "undone" 0 "$(sqlite3 shop.db "select count(*) from sqlite_master where name = 'orders'")"
run 0 exec migrate.yml
same "applied" "001_orders 002_status" "$(sqlite3 shop.db 'select name from runbook_migrations' | tr '\n' ' ' | sed 's/ $//')"
echo 'create table half (id); alter table nowhere add x;' >"$folder/003_broken.up.sql"
echo 'drop table half;' >"$folder/003_broken.down.sql"
run 3 exec migrate.yml
has "why" "no such table: nowhere"
same "nothing of it was kept" 0 "$(sqlite3 shop.db "select count(*) from sqlite_master where name = 'half'")"
rm "$folder"/003*

book backup backup "file: backups/shop.db"
run 0 exec backup.yml
run 1 exec backup.yml
has "not twice" "exists; give each backup a name of its own"
sqlite3 shop.db 'delete from orders; create table later (id)'
book restore restore "file: backups/shop.db, safety: backups/safety.db"
run 3 exec restore.yml --input fail=true
same "what was there before is back" 0 "$(sqlite3 shop.db 'select count(*) from orders')"
run 0 exec restore.yml
same "the rows are back" 2 "$(sqlite3 shop.db 'select count(*) from orders')"
head -c 3000 /dev/urandom >backups/noise.db
book restore restore "file: backups/noise.db"
run 1 exec restore.yml
has "no database" "is no SQLite database, or is damaged"
finish
