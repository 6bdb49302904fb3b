-- The server makes its own.
SELECT 1;
