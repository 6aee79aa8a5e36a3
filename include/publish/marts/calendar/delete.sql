DELETE FROM marts.calendar
