"""Tables of the demo database: how SQLite is told to make them, in an order in which keys find their tables."""

from __future__ import annotations

SCHEMA = """
CREATE TABLE regions (
    region_id INTEGER PRIMARY KEY,
    region_name TEXT NOT NULL UNIQUE
);
CREATE TABLE stores (
    store_id INTEGER PRIMARY KEY,
    store_name TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    region_id INTEGER NOT NULL REFERENCES regions (region_id),
    opened_date DATE NOT NULL,
    floor_area_sqm INTEGER NOT NULL
);
CREATE TABLE employees (
    employee_id INTEGER PRIMARY KEY,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    job_title TEXT NOT NULL,
    store_id INTEGER REFERENCES stores (store_id),
    manager_id INTEGER REFERENCES employees (employee_id),
    hire_date DATE NOT NULL,
    salary DECIMAL(10, 2) NOT NULL
);
CREATE TABLE customers (
    customer_id INTEGER PRIMARY KEY,
    first_name TEXT NOT NULL,
    last_name TEXT NOT NULL,
    company_name TEXT,
    segment TEXT NOT NULL,
    email TEXT NOT NULL,
    phone TEXT,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    region_id INTEGER NOT NULL REFERENCES regions (region_id),
    loyalty_tier TEXT,
    signup_date DATE NOT NULL
);
CREATE TABLE categories (
    category_id INTEGER PRIMARY KEY,
    category_name TEXT NOT NULL UNIQUE,
    department TEXT NOT NULL
);
CREATE TABLE suppliers (
    supplier_id INTEGER PRIMARY KEY,
    supplier_name TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    lead_time_days INTEGER NOT NULL
);
CREATE TABLE products (
    product_id INTEGER PRIMARY KEY,
    product_name TEXT NOT NULL UNIQUE,
    category_id INTEGER NOT NULL REFERENCES categories (category_id),
    supplier_id INTEGER NOT NULL REFERENCES suppliers (supplier_id),
    list_price DECIMAL(10, 2) NOT NULL,
    unit_cost DECIMAL(10, 2) NOT NULL,
    launch_date DATE NOT NULL,
    discontinued_date DATE
);
CREATE TABLE promotions (
    promotion_id INTEGER PRIMARY KEY,
    promotion_name TEXT NOT NULL,
    category_id INTEGER REFERENCES categories (category_id),
    discount_percent INTEGER NOT NULL,
    start_date DATE NOT NULL,
    end_date DATE NOT NULL
);
CREATE TABLE orders (
    order_id INTEGER PRIMARY KEY,
    order_date DATE NOT NULL,
    customer_id INTEGER NOT NULL REFERENCES customers (customer_id),
    region_id INTEGER NOT NULL REFERENCES regions (region_id),
    store_id INTEGER REFERENCES stores (store_id),
    employee_id INTEGER REFERENCES employees (employee_id),
    promotion_id INTEGER REFERENCES promotions (promotion_id),
    channel TEXT NOT NULL,
    status TEXT NOT NULL,
    payment_method TEXT NOT NULL,
    ship_date DATE,
    delivery_date DATE,
    shipping_cost DECIMAL(10, 2) NOT NULL,
    total_amount DECIMAL(12, 2) NOT NULL
);
CREATE TABLE order_items (
    order_item_id INTEGER PRIMARY KEY,
    order_id INTEGER NOT NULL REFERENCES orders (order_id),
    product_id INTEGER NOT NULL REFERENCES products (product_id),
    quantity INTEGER NOT NULL,
    unit_price DECIMAL(10, 2) NOT NULL,
    discount_percent INTEGER NOT NULL,
    net_amount DECIMAL(12, 2) NOT NULL
);
CREATE TABLE returns (
    return_id INTEGER PRIMARY KEY,
    order_item_id INTEGER NOT NULL REFERENCES order_items (order_item_id),
    return_date DATE NOT NULL,
    quantity INTEGER NOT NULL,
    reason TEXT NOT NULL,
    refund_amount DECIMAL(12, 2) NOT NULL
);
CREATE TABLE inventory (
    store_id INTEGER NOT NULL REFERENCES stores (store_id),
    product_id INTEGER NOT NULL REFERENCES products (product_id),
    quantity_on_hand INTEGER NOT NULL,
    reorder_level INTEGER NOT NULL,
    last_count_date DATE NOT NULL,
    PRIMARY KEY (store_id, product_id)
);
CREATE TABLE purchase_orders (
    purchase_order_id INTEGER PRIMARY KEY,
    supplier_id INTEGER NOT NULL REFERENCES suppliers (supplier_id),
    product_id INTEGER NOT NULL REFERENCES products (product_id),
    ordered_date DATE NOT NULL,
    expected_date DATE NOT NULL,
    received_date DATE,
    quantity INTEGER NOT NULL,
    unit_cost DECIMAL(10, 2) NOT NULL
);
"""
"""Money is in US dollars; dates are ISO texts. orders.total_amount is the sum of its items' net_amount, shipping not included."""

INDEXES = """
CREATE INDEX orders_order_date ON orders (order_date);
CREATE INDEX orders_customer ON orders (customer_id);
CREATE INDEX order_items_order ON order_items (order_id);
CREATE INDEX order_items_product ON order_items (product_id);
CREATE INDEX returns_order_item ON returns (order_item_id);
"""
