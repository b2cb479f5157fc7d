CREATE TABLE depots (depot_id INTEGER PRIMARY KEY, depot_name VARCHAR(40) NOT NULL);
CREATE TABLE parts (part_id INTEGER PRIMARY KEY, part_name VARCHAR(40) NOT NULL, depot_id INTEGER NOT NULL, units_held INTEGER NOT NULL, reorder_level INTEGER NOT NULL, FOREIGN KEY (depot_id) REFERENCES depots (depot_id));
CREATE TABLE shipments (shipment_id INTEGER PRIMARY KEY, depot_id INTEGER NOT NULL, promised_date DATE NOT NULL, delivered_date DATE, FOREIGN KEY (depot_id) REFERENCES depots (depot_id));
INSERT INTO depots VALUES (1, 'Harbour'), (2, 'Hilltop');
INSERT INTO parts VALUES (1, 'Axle', 1, 4, 10), (2, 'Bolt', 1, 900, 200), (3, 'Chain', 2, 25, 25), (4, 'Drum', 2, 0, 3);
INSERT INTO shipments VALUES (1, 1, '2024-03-01', '2024-02-28'), (2, 1, '2024-03-05', '2024-03-09'), (3, 2, '2024-03-07', '2024-03-07'), (4, 2, '2024-04-02', '2024-04-10'), (5, 2, '2024-04-20', NULL), (6, 1, '2024-05-01', '2024-05-06');
