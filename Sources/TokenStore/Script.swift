/// The Lua scripts. Data is only ever passed in KEYS and ARGV; each touches the keys of one slot
/// only; sent as EVAL, since a script cache can be lost in the middle of a pipeline.
enum Script {
    /// Lets a user's list and details expire with the last token, and removes what has expired.
    /// Nothing is rolled back: so the list is read, and the details are written, before the list
    /// is, and a foreign type under one of the keys leaves both alone. Shared by the scripts below.
    private static let mendExpiry = """
        local function mend(margin)
          local top = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
          if not top then return end
          if top == 'inf' or top == '+inf' then
            redis.call('PERSIST', KEYS[1]) redis.call('PERSIST', KEYS[2])
          else
            local at = string.format('%d', math.min(tonumber(top), 253402300799) + margin)
            redis.call('EXPIREAT', KEYS[1], at) redis.call('EXPIREAT', KEYS[2], at)
          end
        end
        local function sweep(now)
          local old = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, 500)
          if #old > 0 then
            redis.call('HDEL', KEYS[2], unpack(old)) redis.call('ZREM', KEYS[1], unpack(old))
          end
          return #old
        end

        """

    /// Reads a cutoff as `TokenStore.cutoff` does; Lua itself takes `nan`, `0x10` and ` 7` as well.
    private static let readCutoff = """
        local function seconds(raw)
          return #raw < 16 and raw:match('^%-?%d+$') and tonumber(raw)
        end

        """

    /// KEYS: tokens meta cutoff. ARGV: jti, score, iat or '', margin, details, future tolerance.
    /// Answers {'OK', 0} or why nothing was written: {'STALE', cutoff}, {'LISTED', 0},
    /// {'EXPIRED', now}, {'CORRUPT', which key}.
    static let record =
        mendExpiry + readCutoff + """
            for index, kind in ipairs({'zset', 'hash', 'string'}) do
              local found = redis.call('TYPE', KEYS[index])['ok']
              if found ~= kind and found ~= 'none' then return {'CORRUPT', index} end
            end
            local now = tonumber(redis.call('TIME')[1])
            local raw = redis.call('GET', KEYS[3])
            if raw then
              local cutoff, iat = seconds(raw), tonumber(ARGV[3])
              if not cutoff then return {'CORRUPT', 3} end
              if not iat or iat <= cutoff or iat > now + tonumber(ARGV[6]) then
                return {'STALE', cutoff}
              end
            end
            if ARGV[2] ~= '+inf' and tonumber(ARGV[2]) <= now then return {'EXPIRED', now} end
            if redis.call('ZSCORE', KEYS[1], ARGV[1]) then return {'LISTED', 0} end
            sweep(now)
            redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
            redis.call('HSET', KEYS[2], ARGV[1], ARGV[5])
            mend(tonumber(ARGV[4]))
            return {'OK', 0}
            """

    /// KEYS: tokens meta. ARGV: margin, then members. Answers how many were removed.
    static let unlist =
        mendExpiry + """
            local members = {unpack(ARGV, 2)}
            sweep(tonumber(redis.call('TIME')[1]))
            redis.call('HDEL', KEYS[2], unpack(members))
            local gone = redis.call('ZREM', KEYS[1], unpack(members))
            mend(tonumber(ARGV[1]))
            return gone
            """

    /// KEYS: tokens meta. ARGV: margin. Removes up to 500 expired members and answers how many.
    static let prune =
        mendExpiry + """
            local gone = sweep(tonumber(redis.call('TIME')[1]))
            mend(tonumber(ARGV[1]))
            return gone
            """

    /// KEYS: cutoff [tokens]. ARGV: wanted second or '', seconds beyond now, lifetime or 0, margin.
    /// Only ever raises the value and lengthens its life. Answers {value, now}.
    static let raiseCutoff =
        readCutoff + """
            local now = tonumber(redis.call('TIME')[1])
            local want = tonumber(ARGV[1]) or (now + tonumber(ARGV[2]))
            local raw = redis.call('GET', KEYS[1])
            local have = raw and seconds(raw)
            if raw and not have then return {'CORRUPT', 0} end
            local value = math.max(have or 0, want)
            local life = tonumber(ARGV[3])
            local left = redis.call('PTTL', KEYS[1])
            local text = string.format('%d', value)
            local top = life > 0 and KEYS[2]
              and redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2]
            if life == 0 or left == -1 or top == 'inf' then
              redis.call('SET', KEYS[1], text)
            else
              local till = now + life
              if top then till = math.max(till, math.min(tonumber(top), 253402300799)) end
              till = till + tonumber(ARGV[4])
              if left > 0 then till = math.max(till, now + math.ceil(left / 1000)) end
              redis.call('SET', KEYS[1], text, 'EX', string.format('%d', till - now))
            end
            return {value, now}
            """

    /// KEYS: deny. ARGV: value, unix second. `SET … EXAT … NX` for servers that do not have EXAT.
    static let deny = """
        if not redis.call('SET', KEYS[1], ARGV[1], 'NX') then return false end
        redis.call('EXPIREAT', KEYS[1], ARGV[2])
        return redis.status_reply('OK')
        """

    /// KEYS: deny. ARGV: value, unix second or '' for ever. For an entry that may be there: never
    /// shortens its life, keeps the first value. Answers 1 where it wrote a new entry.
    static let extendDenial = """
        local left = redis.call('PTTL', KEYS[1])
        if left == -2 then
          redis.call('SET', KEYS[1], ARGV[1])
          if ARGV[2] ~= '' then redis.call('EXPIREAT', KEYS[1], ARGV[2]) end
          return 1
        end
        if redis.call('TYPE', KEYS[1])['ok'] ~= 'string' then
          return redis.error_reply('WRONGTYPE not a blacklist entry')
        end
        if left >= 0 then
          if ARGV[2] == '' then redis.call('PERSIST', KEYS[1])
          else
            local time = redis.call('TIME')
            local wanted = (tonumber(ARGV[2]) - tonumber(time[1])) * 1000
              - math.floor(tonumber(time[2]) / 1000)
            if wanted > left then redis.call('EXPIREAT', KEYS[1], ARGV[2]) end
          end
        end
        return 0
        """
}
