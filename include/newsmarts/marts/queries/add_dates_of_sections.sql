-- Articles of other days than those in scope may have a section now.
INSERT INTO scope_dates SELECT published_date FROM changed_sections
