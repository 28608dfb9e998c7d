DROP INDEX orders_by_status;
ALTER TABLE orders DROP COLUMN status;
