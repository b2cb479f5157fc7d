CREATE TABLE teacher (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, subject VARCHAR(30) NOT NULL, birth_year INTEGER NOT NULL);
CREATE TABLE course (id INTEGER PRIMARY KEY, title VARCHAR(40) NOT NULL, credits INTEGER NOT NULL, teacher_id INTEGER NOT NULL REFERENCES teacher (id));
CREATE TABLE student (id INTEGER PRIMARY KEY, name VARCHAR(40) NOT NULL, age INTEGER NOT NULL, sex CHAR(1) NOT NULL, hometown VARCHAR(40), height REAL);
CREATE TABLE enrollment (student_id INTEGER NOT NULL REFERENCES student (id), course_id INTEGER NOT NULL REFERENCES course (id), year INTEGER NOT NULL, mark INTEGER, PRIMARY KEY (student_id, course_id));
INSERT INTO teacher VALUES (1, 'Olga Petrov', 'Mathematics', 1970), (2, 'Paul Stone', 'History', 1985), (3, 'Rita Shah', 'Physics', 1979);
INSERT INTO course VALUES (1, 'Algebra', 6, 1), (2, 'Geometry', 4, 1), (3, 'Ancient Rome', 3, 2), (4, 'Optics', 6, 3), (5, 'Latin', 3, 2);
INSERT INTO student VALUES (1, 'Mia Chen', 15, 'F', 'Oslo', 1.62), (2, 'Noah Beck', 17, 'M', 'Bergen', 1.80), (3, 'Lea Roth', 16, 'F', 'Oslo', 1.70), (4, 'Tom Hale', 17, 'M', NULL, NULL), (5, 'Zoe Park', 14, 'F', 'Bergen', 1.58);
INSERT INTO enrollment VALUES (1, 1, 2023, 90), (1, 3, 2023, 75), (2, 1, 2023, 60), (2, 4, 2024, 82), (3, 1, 2024, 71), (3, 2, 2024, NULL), (3, 4, 2024, 95), (4, 3, 2023, 50);
