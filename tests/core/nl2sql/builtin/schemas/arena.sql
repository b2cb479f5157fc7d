CREATE TABLE wrestlers (wrestler_id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, days_held VARCHAR(10) NOT NULL, country_code CHAR(2) NOT NULL);
CREATE TABLE shows (show_id INTEGER PRIMARY KEY, theme VARCHAR(40) NOT NULL, held_year INTEGER NOT NULL, lead_time_days INTEGER NOT NULL);
CREATE TABLE show_sponsor (show_id INTEGER NOT NULL, sponsor_id INTEGER NOT NULL, PRIMARY KEY (show_id, sponsor_id), FOREIGN KEY (show_id) REFERENCES shows (show_id));
INSERT INTO wrestlers VALUES (1, 'Ana Storm', '9', 'DE'), (2, 'Big Otto', '120', 'DE'), (3, 'Coil', '45', 'GB'), (4, 'Dune', '300', 'CA');
INSERT INTO shows VALUES (1, 'Night of Ropes', 2019, 30), (2, 'Iron Spring', 2020, 90), (3, 'Last Bell', 2021, 20);
INSERT INTO show_sponsor VALUES (1, 7), (2, 7), (3, 7), (3, 8), (1, 9);
