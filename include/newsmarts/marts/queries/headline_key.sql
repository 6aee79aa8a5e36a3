-- Publisher and headline without case and punctuation, as a number.
CREATE OR REPLACE TEMP MACRO headline_key(publisher, headline) AS (
    md5_number_lower(concat_ws(chr(31), publisher, trim(regexp_replace(lower(headline), '[^\p{L}\p{N}]+', ' ', 'g')))) >> 1
)::BIGINT
