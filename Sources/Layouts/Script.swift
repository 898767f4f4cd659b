/// The Lua scripts. Data is passed only in KEYS and ARGV, so that a script's text never depends on
/// it. Each script has keys of one slot only, as a Cluster demands. They are sent as EVAL: the
/// server's cache of scripts can be lost in the middle of a pipeline, where EVALSHA would fail.
///
/// `doctor` reads the calls in these texts to find the permissions that they need, so that a call
/// has its key in the same parentheses, as `KEYS[1]` or by the name of a local variable.
package enum Script {
    /// Lets a user's list and details expire with the last token, and removes expired tokens.
    ///
    /// A script that fails halfway is not rolled back. The list is therefore read before anything
    /// is written, and the details are written before the list: a key of another type makes the
    /// script fail while both are unchanged.
    ///
    /// Nothing is removed if scores are in the other unit, since all tokens would seem to be
    /// expired.
    ///
    /// KEYS: tokens [meta]. `unit` is the number of units in a second of a score; `margin` are
    /// seconds, or '' if the application gives the list no end.
    private static let mendExpiry = """
        local function foreign(unit)
          if unit == 1 then
            return redis.call('ZCOUNT', KEYS[1], '(253402300799', 253402300799000) > 0
          end
          return redis.call('ZCOUNT', KEYS[1], '(0', '(100000000000') > 0
        end
        local function mend(margin, unit)
          local top = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
          if not top or margin == '' or foreign(unit) then return end
          if top == 'inf' or top == '+inf' then
            redis.call('PERSIST', KEYS[1]) if meta then redis.call('PERSIST', meta) end
          else
            local at = math.ceil(math.min(tonumber(top) / unit, 253402300799)) + tonumber(margin)
            at = string.format('%d', at)
            redis.call('EXPIREAT', KEYS[1], at) if meta then redis.call('EXPIREAT', meta, at) end
          end
        end
        local function sweep(now, unit)
          if foreign(unit) then return 0 end
          local till = string.format('%d', now)
          local old = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', till, 'LIMIT', 0, 500)
          if #old > 0 then
            if meta then redis.call('HDEL', meta, unpack(old)) end
            redis.call('ZREM', KEYS[1], unpack(old))
          end
          return #old
        end

        """

    /// Reads a cutoff as strictly as `TokenStore.cutoff` does. Lua's `tonumber` alone would take
    /// `nan`, `0x10` and ` 7` as well.
    private static let readCutoff = """
        local function seconds(raw)
          return #raw < 16 and raw:match('^%-?%d+$') and tonumber(raw)
        end

        """

    /// KEYS: tokens [meta] [cutoff]. ARGV: which of the keys is meta, which is the cutoff (0:
    /// none), unit, margin, member, score, iat or '', details, future tolerance, 'dry' to write
    /// nothing. Answers {'OK', 0} or why nothing was written: {'STALE', cutoff}, {'LISTED', 0},
    /// {'EXPIRED', now}, {'UNIT', 0}, {'CORRUPT', which key}.
    package static let record =
        "local meta, cut = KEYS[tonumber(ARGV[1])], KEYS[tonumber(ARGV[2])]\n" + mendExpiry
        + readCutoff + """
            local unit = tonumber(ARGV[3])
            local kinds = {[KEYS[1]] = 'zset'}
            if meta then kinds[meta] = 'hash' end
            if cut then kinds[cut] = 'string' end
            for index, key in ipairs(KEYS) do
              local found = redis.call('TYPE', key)['ok']
              if found ~= kinds[key] and found ~= 'none' then return {'CORRUPT', index} end
            end
            local now = tonumber(redis.call('TIME')[1])
            local raw = cut and redis.call('GET', cut)
            if raw then
              local cutoff, iat = seconds(raw), tonumber(ARGV[7])
              if not cutoff then return {'CORRUPT', tonumber(ARGV[2])} end
              if not iat or math.floor(iat) <= cutoff or iat > now + tonumber(ARGV[9]) then
                return {'STALE', cutoff}
              end
            end
            if ARGV[6] ~= '+inf' and tonumber(ARGV[6]) <= now * unit then
              return {'EXPIRED', now}
            end
            if redis.call('ZSCORE', KEYS[1], ARGV[5]) then return {'LISTED', 0} end
            if foreign(unit) then return {'UNIT', 0} end
            if ARGV[10] == 'dry' then return {'OK', 0} end
            sweep(now * unit, unit)
            redis.call('ZADD', KEYS[1], ARGV[6], ARGV[5])
            if meta then redis.call('HSET', meta, ARGV[5], ARGV[8]) end
            mend(ARGV[4], unit)
            return {'OK', 0}
            """

    /// KEYS: allow. ARGV: value, unix second or '', 'dry' to write nothing. Records a token that
    /// has a key of its own, or the key of its user. Answers as `record` does, and {'OTHER', 0} if
    /// the key has another token.
    package static let recordAlone = """
        if ARGV[2] ~= '' and tonumber(ARGV[2]) <= tonumber(redis.call('TIME')[1]) then
          return {'EXPIRED', 0}
        end
        local have = redis.call('GET', KEYS[1])
        if have then return {have == ARGV[1] and 'LISTED' or 'OTHER', 0} end
        if ARGV[3] == 'dry' then return {'OK', 0} end
        redis.call('SET', KEYS[1], ARGV[1])
        if ARGV[2] ~= '' then redis.call('EXPIREAT', KEYS[1], ARGV[2]) end
        return {'OK', 0}
        """

    /// KEYS: tokens [meta]. ARGV: unit, margin, then members. Answers how many were removed.
    package static let unlist =
        "local meta = KEYS[2]\n" + mendExpiry + """
            local members = {unpack(ARGV, 3)}
            local unit = tonumber(ARGV[1])
            sweep(tonumber(redis.call('TIME')[1]) * unit, unit)
            if meta then redis.call('HDEL', meta, unpack(members)) end
            local gone = redis.call('ZREM', KEYS[1], unpack(members))
            mend(ARGV[2], unit)
            return gone
            """

    /// KEYS: tokens [meta]. ARGV: unit, margin. Removes up to 500 expired members and answers how
    /// many.
    package static let prune =
        "local meta = KEYS[2]\n" + mendExpiry + """
            local unit = tonumber(ARGV[1])
            local gone = sweep(tonumber(redis.call('TIME')[1]) * unit, unit)
            mend(ARGV[2], unit)
            return gone
            """

    /// KEYS: cutoff [tokens]. ARGV: wanted second or '', seconds beyond now, lifetime or 0, margin,
    /// the unit of the value, 1 if the reader accepts a token of the very second, field or '', the
    /// unit of the tokens' scores. Lifetime and margin count from the cutoff itself if that is
    /// ahead of now.
    ///
    /// The value only rises, and the key never expires earlier than before. Answers {value, now},
    /// both in seconds; {'CORRUPT', 0} for a value that is not a number.
    package static let raiseCutoff =
        readCutoff + """
            local now = tonumber(redis.call('TIME')[1])
            local want = tonumber(ARGV[1]) or (now + tonumber(ARGV[2]))
            local unit, beyond, field = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7]
            local raw
            if field == '' then raw = redis.call('GET', KEYS[1])
            else raw = redis.call('HGET', KEYS[1], field) end
            local have = raw and seconds(raw)
            if raw and not have then return {'CORRUPT', 0} end
            if unit == 1 then want = want + beyond
            else want = (want + 1) * unit - 1 + beyond end
            local value = math.max(have or 0, want)
            local life = tonumber(ARGV[3])
            local left = redis.call('PTTL', KEYS[1])
            local text = string.format('%d', value)
            local top = life > 0 and KEYS[2]
              and redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2]
            local till
            if life ~= 0 and left ~= -1 and top ~= 'inf' then
              till = math.max(now, math.floor((value - beyond) / unit)) + life
              if top then
                till = math.max(till, math.min(tonumber(top) / tonumber(ARGV[8]), 253402300799))
              end
              till = math.ceil(till) + tonumber(ARGV[4])
              if left > 0 then till = math.max(till, now + math.ceil(left / 1000)) end
            end
            if field ~= '' then
              redis.call('HSET', KEYS[1], field, text)
              if till then redis.call('EXPIREAT', KEYS[1], string.format('%d', till))
              else redis.call('PERSIST', KEYS[1]) end
            elseif till then
              redis.call('SET', KEYS[1], text, 'EX', string.format('%d', till - now))
            else redis.call('SET', KEYS[1], text) end
            return {math.floor((value - beyond) / unit), now}
            """

    /// KEYS: version. Raises it by one, and never lowers it. Answers the new number.
    static let raiseVersion = """
        return redis.call('INCR', KEYS[1])
        """

    /// Shared by the scripts of blacklist entries. `keep(left, ends)` makes the key expire at
    /// `ends` (unix seconds, '' for never), but not earlier than the `left` milliseconds that it
    /// has.
    private static let keepLife = """
        local function keep(left, ends)
          if left == -1 then return end
          if ends == '' then redis.call('PERSIST', KEYS[1]) return end
          local time = redis.call('TIME')
          local wanted = (tonumber(ends) - tonumber(time[1])) * 1000
            - math.floor(tonumber(time[2]) / 1000)
          if left < 0 or wanted > left then redis.call('EXPIREAT', KEYS[1], ends) end
        end

        """

    /// KEYS: deny. ARGV: value, unix second or '', `equals`, `rails` or `php`. Writes an entry for
    /// readers that look at its value. An existing value that is not an entry stays, and is an
    /// error: the key belongs to something else.
    ///
    /// With `php`, an entry whose `valid_until` is still to come revokes nothing yet and is
    /// replaced.
    static let denyCompared =
        keepLife + """
            if redis.call('TYPE', KEYS[1])['ok'] ~= 'none' then
              local have = redis.call('GET', KEYS[1])
              if ARGV[3] == 'equals' then
                if have ~= ARGV[1] then return redis.error_reply('WRONGTYPE not an entry') end
                keep(redis.call('PTTL', KEYS[1]), ARGV[2])
                return 0
              end
              if ARGV[3] == 'rails' then
                local first, second = have:byte(1, 2)
                if not (first == 4 and second == 8
                  or first == 0 and (second == 4 or second == 17)) then
                  return redis.error_reply('WRONGTYPE not an entry')
                end
                keep(redis.call('PTTL', KEYS[1]), ARGV[2])
                return 0
              end
              local at = have:match('^a:1:{s:11:"valid_until";i:(%-?%d+);}$')
              if have ~= 's:7:"forever";' and not at then
                return redis.error_reply('WRONGTYPE not an entry')
              end
              if not at or tonumber(at) <= tonumber(redis.call('TIME')[1]) then
                keep(redis.call('PTTL', KEYS[1]), ARGV[2])
                return 0
              end
              local left = redis.call('PTTL', KEYS[1])
              redis.call('SET', KEYS[1], ARGV[1])
              if left >= 0 then
                redis.call('PEXPIRE', KEYS[1], string.format('%d', math.max(left, 1)))
                keep(left, ARGV[2])
              end
              return 1
            end
            redis.call('SET', KEYS[1], ARGV[1])
            if ARGV[2] ~= '' then redis.call('EXPIREAT', KEYS[1], ARGV[2]) end
            return 1
            """

    /// KEYS: deny. ARGV: unix second or '', then fields and values.
    static let denyHash =
        keepLife + """
            local left = redis.call('PTTL', KEYS[1])
            if left == -2 then
              redis.call('HSET', KEYS[1], unpack(ARGV, 2))
              if ARGV[1] ~= '' then redis.call('EXPIREAT', KEYS[1], ARGV[1]) end
              return 1
            end
            local missing = 0
            for index = 2, #ARGV, 2 do
              if redis.call('HSETNX', KEYS[1], ARGV[index], ARGV[index + 1]) == 1 then
                missing = missing + 1
              end
            end
            keep(left, ARGV[1])
            return missing > 0 and 1 or 0
            """

    /// KEYS: deny. ARGV: field, number, unix second or ''. Adds to a comma-separated list.
    static let denyNumber =
        keepLife + """
            local left = redis.call('PTTL', KEYS[1])
            local list = redis.call('HGET', KEYS[1], ARGV[1]) or ''
            local isNew = 1
            for number in list:gmatch('[^,]+') do
              if number == ARGV[2] then isNew = 0 end
            end
            if isNew == 1 then
              redis.call('HSET', KEYS[1], ARGV[1],
                list == '' and ARGV[2] or list .. ',' .. ARGV[2])
            end
            if left == -2 then
              if ARGV[3] ~= '' then redis.call('EXPIREAT', KEYS[1], ARGV[3]) end
            else keep(left, ARGV[3]) end
            return isNew
            """

    /// KEYS: deny. ARGV: field, number. Takes it out of a comma-separated list.
    static let allowNumber = """
        local list = redis.call('HGET', KEYS[1], ARGV[1])
        if not list then return 0 end
        local kept, gone = {}, 0
        for number in list:gmatch('[^,]+') do
          if number == ARGV[2] then gone = 1 else kept[#kept + 1] = number end
        end
        if #kept > 0 then redis.call('HSET', KEYS[1], ARGV[1], table.concat(kept, ','))
        else redis.call('HDEL', KEYS[1], ARGV[1]) end
        return gone
        """

    /// KEYS: allow. ARGV: the value to write or '' to delete the key, the only value that means the
    /// token or '' for any, then the values that mean a revoked token. Answers 1 if it revoked the
    /// token, 0 if that was revoked before: the key may be that of the user's next token.
    package static let disallow = """
        if redis.call('TYPE', KEYS[1])['ok'] == 'none' then return 0 end
        local have = redis.call('GET', KEYS[1])
        if ARGV[2] ~= '' and have ~= ARGV[2] then return 0 end
        for index = 3, #ARGV do
          if have == ARGV[index] then return 0 end
        end
        if ARGV[1] == '' then return redis.call('DEL', KEYS[1]) end
        redis.call('SET', KEYS[1], ARGV[1], 'XX', 'KEEPTTL')
        return 1
        """

    /// KEYS: link. ARGV: value. Deletes the key if that is what it holds.
    package static let deleteIfSame = """
        if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
        return 0
        """

    /// KEYS: link. ARGV: value or '', text or '' as it stands in a Java object. Deletes the key if
    /// it holds the one or has the other in it.
    package static let deleteHolder = """
        local have = redis.call('GET', KEYS[1])
        if not have then return 0 end
        if ARGV[1] ~= '' and have == ARGV[1]
          or ARGV[2] ~= '' and have:find(ARGV[2], 1, true) then
          return redis.call('DEL', KEYS[1])
        end
        return 0
        """

    /// KEYS: a string. Deletes it; a key of another type is an error.
    static let deleteString = """
        local kind = redis.call('TYPE', KEYS[1])['ok']
        if kind == 'string' then return redis.call('DEL', KEYS[1]) end
        if kind ~= 'none' then return redis.error_reply('WRONGTYPE not a string') end
        return 0
        """

    /// KEYS: hash. ARGV: field, value or ''. Deletes the hash if the field still has that value: a
    /// token that came meanwhile is found by it.
    static let deleteIfField = """
        if (redis.call('HGET', KEYS[1], ARGV[1]) or '') == ARGV[2] then
          return redis.call('DEL', KEYS[1])
        end
        return 0
        """

    /// KEYS: link. ARGV: value. Takes it out of a set or a list, whichever it is.
    package static let removeValue = """
        local kind = redis.call('TYPE', KEYS[1])['ok']
        if kind == 'set' then return redis.call('SREM', KEYS[1], ARGV[1]) end
        if kind == 'list' then return redis.call('LREM', KEYS[1], 0, ARGV[1]) end
        if kind == 'zset' then return redis.call('ZREM', KEYS[1], ARGV[1]) end
        if kind ~= 'none' then return redis.error_reply('WRONGTYPE not a set or list') end
        return 0
        """

    /// KEYS: deny. ARGV: value, unix second. `SET … EXAT … NX` for servers that do not have EXAT.
    static let deny = """
        if not redis.call('SET', KEYS[1], ARGV[1], 'NX') then return false end
        redis.call('EXPIREAT', KEYS[1], ARGV[2])
        return redis.status_reply('OK')
        """

    /// KEYS: deny. ARGV: value, unix second or '' for never. Extends an entry that may be there: it
    /// never expires earlier, and keeps its first value. Answers 1 if a new entry was written.
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
