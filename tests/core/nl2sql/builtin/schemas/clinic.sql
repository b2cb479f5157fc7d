CREATE TABLE "Doctors" ("DoctorID" INTEGER PRIMARY KEY, "FullName" VARCHAR(60) NOT NULL, "Specialty" VARCHAR(40) NOT NULL, "Group" VARCHAR(10) NOT NULL);
CREATE TABLE "Patients" ("PatientID" INTEGER PRIMARY KEY, "Name" VARCHAR(60) NOT NULL, "BirthDate" DATE NOT NULL, "Größe" INTEGER);
CREATE TABLE "Clinic Visits" ("VisitID" INTEGER PRIMARY KEY, "PatientID" INTEGER NOT NULL REFERENCES "Patients" ("PatientID"), "DoctorID" INTEGER NOT NULL REFERENCES "Doctors" ("DoctorID"), "VisitDate" TIMESTAMP NOT NULL, "Fee" DECIMAL(8,2) NOT NULL, "Order" INTEGER NOT NULL);
INSERT INTO "Doctors" VALUES (1, 'Dr. Adams', 'Cardiology', 'A'), (2, 'Dr. Brandt', 'Dermatology', 'B'), (3, 'Dr. Costa', 'Cardiology', 'A');
INSERT INTO "Patients" VALUES (1, 'Ines O''Neil', '1950-05-01', 165), (2, 'Jo Müller', '1991-12-24', 180), (3, 'Karl Weiß', '2001-07-07', NULL);
INSERT INTO "Clinic Visits" VALUES (1, 1, 1, '2024-01-05 09:00:00', 80.00, 1), (2, 1, 3, '2024-03-31 23:59:59', 120.50, 2), (3, 2, 2, '2024-04-01 00:00:00', 60.00, 1), (4, 2, 1, '2024-12-31 10:30:00', 80.00, 3), (5, 1, 1, '2025-01-01 08:00:00', 95.25, 4);
