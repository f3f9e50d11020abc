"""A small shop: customers, products, orders and their lines."""
