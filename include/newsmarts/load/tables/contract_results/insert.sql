INSERT INTO warehouse.contract_results BY NAME
SELECT * FROM staged_contract_results
ORDER BY contract, expectation
