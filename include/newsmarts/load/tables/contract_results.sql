SELECT * FROM staged_contract_results
ORDER BY contract, expectation
