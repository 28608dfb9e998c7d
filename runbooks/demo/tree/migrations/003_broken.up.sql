ALTER TABLE orders ADD COLUMN coupon TEXT;
CREATE INDEX orders_by_coupon ON order_lines (coupon);
