-- Months of the dates in scope, by their first day.
SELECT DISTINCT date_trunc('month', published_date)::DATE AS month FROM scope_dates
