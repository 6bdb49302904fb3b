-- Adds deltas to the sums of a partition and moves its position, or changes nothing. Everything that can fail is done before the first write.
-- KEYS  state, logs, links, then the hashes of sums, then the leaderboards
-- ARGV  fence, generation, before, after, '1' to let readers in
--       count, { log, progress before or '', progress after }
--       count, { link, valid clicks, first hour, last hour, newest valid click in ms or '' }
--       count of hashes, each: count, { field, tally }
--       count of leaderboards, each: count, { link, valid clicks }
-- Returns 'applied', 'already' (this very step was applied before), or what is stored instead: { fence, generation, position }

local fence, generation, before, after = tonumber(ARGV[1]), ARGV[2], ARGV[3], ARGV[4]
local argument, key = 5, 1

local function take()
  argument = argument + 1
  return ARGV[argument]
end

local function takeKey()
  key = key + 1
  return KEYS[key]
end

-- Lists are passed on in portions: Lua's stack holds some thousand values.
local PORTION = 1000

local function fields(name, list)
  local values = {}
  for from = 1, #list, PORTION do
    local to = math.min(from + PORTION - 1, #list)
    local part = redis.call('HMGET', name, unpack(list, from, to))
    for i = 1, #part do values[from + i - 1] = part[i] end
  end
  return values
end

-- Lua's numbers are exact up to 2^53.
local function whole(number)
  if not number or number >= 9007199254740992 then error({ damage = true }) end
  return string.format('%.0f', number)
end

local function add(stored, delta)
  if not stored then return delta end
  if string.find(stored, '[^%d,]') then error({ damage = true }) end
  local sum, deltas = {}, string.gmatch(delta, '%d+')
  for number in string.gmatch(stored, '%d+') do
    sum[#sum + 1] = whole(number + (deltas() or 0))
  end
  for rest in deltas do sum[#sum + 1] = rest end
  return table.concat(sum, ',')
end

local function widen(stored, valid, first, last, newest)
  if not stored then return table.concat({ valid, first, last, newest }, ',') end
  local v, f, l, n = string.match(stored, '^(%d+),(-?%d+),(-?%d+),(-?%d*)$')
  if not v then error({ damage = true }) end
  if newest == '' or (n ~= '' and tonumber(n) > tonumber(newest)) then newest = n end
  if tonumber(f) < tonumber(first) then first = f end
  if tonumber(l) > tonumber(last) then last = l end
  return table.concat({ whole(v + valid), first, last, newest }, ',')
end

-- :: 1  who asks, and what for
local state = redis.call('HMGET', KEYS[1], 'fence', 'generation', 'position')
local logsKey, linksKey = takeKey(), takeKey()
local logs, logsBefore, logsAfter, logWrites = {}, {}, {}, {}
for i = 1, tonumber(take()) do
  logs[i], logsBefore[i], logsAfter[i] = take(), take(), take()
  logWrites[2 * i - 1], logWrites[2 * i] = logs[i], logsAfter[i]
end

local stored = fields(logsKey, logs)
local fresh, done = state[3] == before, state[3] == after and state[1] == ARGV[1]
for i = 1, #logs do
  local progress = stored[i] or ''
  fresh = fresh and progress == logsBefore[i]
  done = done and progress == logsAfter[i]
end

if state[2] ~= generation or fence < tonumber(state[1]) or not (fresh or done) then
  return { state[1] or '', state[2] or '', state[3] or '' }
end
if not fresh then return 'already' end

-- :: 2  what is to be written
local writes, boards = {}, {}
local function sums()
  local links, entries = {}, {}
  for i = 1, tonumber(take()) do
    links[i], entries[i] = take(), { take(), take(), take(), take() }
  end
  local list = {}
  for i, old in ipairs(fields(linksKey, links)) do
    list[2 * i - 1], list[2 * i] = links[i], widen(old, unpack(entries[i]))
  end
  writes[1] = { linksKey, list }

  for h = 1, tonumber(take()) do
    local name, names, deltas = takeKey(), {}, {}
    for i = 1, tonumber(take()) do
      names[i], deltas[i] = take(), take()
    end
    list = {}
    for i, old in ipairs(fields(name, names)) do
      list[2 * i - 1], list[2 * i] = names[i], add(old, deltas[i])
    end
    writes[h + 1] = { name, list }
  end

  for b = 1, tonumber(take()) do
    local name, list = takeKey(), {}
    for i = 1, tonumber(take()) do
      list[i] = { take(), take() }
    end
    redis.call('ZCARD', name)
    boards[b] = { name, list }
  end
end

local sound, failure = pcall(sums)
if not sound then
  if type(failure) == 'table' and failure.damage then
    return redis.error_reply('DAMAGED A stored sum is not a number, or too large for one')
  end
  error(failure)
end

-- :: 3  the writes
local function write(name, list)
  for from = 1, #list, 2 * PORTION do
    redis.call('HSET', name, unpack(list, from, math.min(from + 2 * PORTION - 1, #list)))
  end
end

redis.call('HSET', KEYS[1], 'fence', ARGV[1], 'position', after)
if ARGV[5] == '1' then redis.call('HSET', KEYS[1], 'open', '1') end
write(logsKey, logWrites)
for _, hash in ipairs(writes) do write(hash[1], hash[2]) end
for _, board in ipairs(boards) do
  for _, entry in ipairs(board[2]) do redis.call('ZINCRBY', board[1], entry[2], entry[1]) end
end
return 'applied'
