CREATE TABLE guides (fname VARCHAR(20), lname VARCHAR(20), bunkroom INTEGER);
CREATE TABLE campers (fname VARCHAR(20), lname VARCHAR(20), bunkroom INTEGER, age INTEGER, state CHAR(2), nut_allergy CHAR(1));
CREATE TABLE lake (lno INTEGER PRIMARY KEY, name VARCHAR(20), alt INTEGER, motto VARCHAR(60));
CREATE TABLE climate (lno INTEGER REFERENCES lake (lno), jan INTEGER, jul INTEGER);
INSERT INTO guides VALUES ('Rosa', 'Webb', 11), ('Amir', 'Cole', 12), ('Webb', 'Stone', 14);
INSERT INTO campers VALUES ('Dana', 'Cole', 11, 9, 'TX', 'Y'), ('Amir', 'Bauer', 11, 12, 'OH', 'N'), ('Lena', 'Frost', 12, 10, 'OH', 'N'), ('Cole', 'Amir', 14, 11, 'TX', 'N'), ('Nils', 'Webb', 14, 9, 'ME', 'Y');
INSERT INTO lake VALUES (7, 'Heron', -20, 'Quiet waters'), (8, 'Otter', 35, 'Swim and smile'), (9, 'Loon', 640, 'Cold but quiet');
INSERT INTO climate VALUES (7, -4, 21), (8, -9, 19), (9, -15, 14);
