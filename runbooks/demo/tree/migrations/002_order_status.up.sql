-- Additive, with a default: the release before this one goes on writing orders without it.
ALTER TABLE orders ADD COLUMN status TEXT NOT NULL DEFAULT 'new';
CREATE INDEX orders_by_status ON orders (status);
