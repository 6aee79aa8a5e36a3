SELECT * FROM marts.calendar
