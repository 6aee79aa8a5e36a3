SELECT *
FROM source.warehouse.contract_results
WHERE capture_day IN (SELECT capture_day FROM refreshed_days)
ORDER BY capture_day, contract, expectation
