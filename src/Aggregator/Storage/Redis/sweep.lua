-- Drops keys of former generations, unless the generation that asks is a former one itself by now.
-- KEYS  state, then what to drop
-- ARGV  generation
-- Returns how many are gone; -1 when another generation has begun

if redis.call('HGET', KEYS[1], 'generation') ~= ARGV[1] then return -1 end
local gone = 0
for i = 2, #KEYS do gone = gone + redis.call('UNLINK', KEYS[i]) end
return gone
