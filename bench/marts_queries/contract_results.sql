SELECT
    capture_day,
    contract,
    'expectation_' || place AS expectation,
    'expect_column_values_to_not_be_null' AS expectation_type,
    'headline' AS column_name,
    'critical' AS severity,
    true AS passed,
    count(*) AS evaluated_rows,
    0 AS unexpected_rows,
    'made up' AS notes
FROM numbered
CROSS JOIN range(30) AS places(place)
CROSS JOIN (VALUES ('al_mayadeen_articles'), ('nour_news_articles')) AS contracts(contract)
GROUP BY capture_day, contract, place
ORDER BY capture_day, contract, place
