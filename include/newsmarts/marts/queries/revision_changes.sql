CREATE OR REPLACE TEMP TABLE revision_changes AS SELECT * FROM found_changes
