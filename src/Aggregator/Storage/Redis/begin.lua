-- Takes a partition's content away from readers, and begins a new one under a generation of its own.
-- KEYS  state
-- ARGV  fence, generation, position
-- Returns 'begun', or what is stored when a later holder was here: { fence, generation, position }

local state = redis.call('HMGET', KEYS[1], 'fence', 'generation', 'position')
if tonumber(ARGV[1]) < tonumber(state[1] or '0') then
  return { state[1], state[2] or '', state[3] or '' }
end

redis.call('HSET', KEYS[1], 'fence', ARGV[1], 'generation', ARGV[2], 'position', ARGV[3])
redis.call('HDEL', KEYS[1], 'open')
return 'begun'
