CREATE TABLE author (author_id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, age INTEGER NOT NULL, height REAL NOT NULL, town VARCHAR(30) NOT NULL, job VARCHAR(30) NOT NULL);
CREATE TABLE magazine (magazine_id INTEGER PRIMARY KEY, printed_date VARCHAR(20) NOT NULL, topic VARCHAR(30) NOT NULL, paper_type_code VARCHAR(10) NOT NULL, copies INTEGER NOT NULL, founded INTEGER NOT NULL);
CREATE TABLE contribution (author_id INTEGER NOT NULL REFERENCES author (author_id), magazine_id INTEGER NOT NULL REFERENCES magazine (magazine_id), task VARCHAR(20) NOT NULL, PRIMARY KEY (author_id, magazine_id));
INSERT INTO author VALUES (1, 'Ada Lunt', 25, 1.70, 'Turku', 'editor'), (2, 'Bo Kern', 41, 1.82, 'Turku', 'painter'), (3, 'Cleo Marr', 19, 1.65, 'Turku', 'editor'), (4, 'Dag Roos', 33, 1.90, 'Vaasa', 'clerk');
INSERT INTO magazine VALUES (1, 'May 3 , 2001', 'Sailing', 'matt', 900, 1950), (2, 'June 8 , 2003', 'Chess', 'matt', 400, 1988), (3, 'July 1 , 2004', 'Gardens', 'gloss', 1500, 2001), (4, 'May 9 , 2006', 'Trains', 'gloss', 700, 2004);
INSERT INTO contribution VALUES (1, 1, 'Text'), (1, 2, 'Photo'), (2, 1, 'Photo'), (3, 3, 'Text');
