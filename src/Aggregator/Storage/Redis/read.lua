-- Reads of a partition at one moment.
-- KEYS  state, links, then hashes
-- ARGV  generation, most fields, then fields of links
-- Returns the values of those fields, then whole hashes until they have more fields than asked for; nil when the generation is not, or not
-- any more, what readers may see

local state = redis.call('HMGET', KEYS[1], 'generation', 'open')
if state[1] ~= ARGV[1] or not state[2] then return nil end

local answer, count = { {} }, 0
for i = 3, #ARGV do answer[1][i - 2] = redis.call('HGET', KEYS[2], ARGV[i]) end
for i = 3, #KEYS do
  if count > tonumber(ARGV[2]) then break end
  answer[i - 1] = redis.call('HGETALL', KEYS[i])
  count = count + #answer[i - 1] / 2
end
return answer
