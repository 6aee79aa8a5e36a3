CREATE OR REPLACE TEMP MACRO ticker_item_id(publisher, "text") AS
    left(sha256(concat_ws(chr(31), 'ticker_item', publisher, "text")), 32)
