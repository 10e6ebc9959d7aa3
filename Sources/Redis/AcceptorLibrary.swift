import Wire

/// The Redis Functions that make a plain Redis a fenced log acceptor.
///
/// The rules are those of the log protocol (DESIGN.md, section 3). A function runs alone and its
/// effects reach the append-only file as one transaction, so each is atomic, also across a crash.
/// Functions live in the append-only file: a Redis may come back with those of an older build.
package enum AcceptorLibrary {
    /// Names this text; it changes with every change of the text, so nobody can forget to raise it.
    package static let version = version(of: text)

    /// What `FUNCTION LOAD` takes.
    package static let source = source(version: version)

    static func version(of text: String) -> String {
        ChainHash(rawValue: SipHash.hash(Array(text.utf8), in: 0..<text.utf8.count)).description
    }

    package static func source(version: String) -> String {
        """
        #!lua name=castle
        local libraryVersion = '\(version)'
        \(text)
        """
    }

    // Epochs and sequence numbers have 64 bits and Lua's numbers 53: they stay decimal text.
    // Keys: 1 the meta hash, 2 the log's stream, 3 the hash with the chunks of a snapshot.
    private static let text = #"""
        local zeroHash = '0000000000000000'
        local chunkSizeMax = 262144

        local function compareNumbers(left, right)
            if left == right then return 0 end
            if #left ~= #right then return #left < #right and -1 or 1 end
            return left < right and -1 or 1
        end

        local function compareIDs(left, right)
            local leftEpoch, leftSequence = string.match(left, '^(%d+)%-(%d+)$')
            local rightEpoch, rightSequence = string.match(right, '^(%d+)%-(%d+)$')
            local order = compareNumbers(leftEpoch, rightEpoch)
            if order ~= 0 then return order end
            return compareNumbers(leftSequence, rightSequence)
        end

        -- Also reads a learner, which has no incarnation yet.
        local function loadAny(keys)
            local fields = redis.call('HMGET', keys[1], 'incarnation', 'prom', 'open', 'tail', 'hash',
                'snapshot', 'owner', 'prepared')
            if not fields[1] and not fields[8] then return nil end
            return {
                incarnation = fields[1], prom = fields[2], open = fields[3], tail = fields[4],
                hash = fields[5], snapshot = fields[6] or '0-0', owner = fields[7],
                prepared = fields[8],
            }
        end

        local function sequenceOf(id) return string.match(id, '%-(%d+)$') end

        local function load(keys)
            local log = loadAny(keys)
            return log and log.incarnation and log or nil
        end

        local function done() return {'done'} end
        local function noIncarnation() return {'noIncarnation'} end
        local function fenced(log) return {'fenced', log.prom, log.open} end
        local function failed(text) return {'failed', text} end

        -- An entry is {id, {'b', bytes, 'h', hash}}.
        local function entryAt(keys, id) return redis.call('XRANGE', keys[2], id, id)[1] end
        local function hashOf(entry) return entry[2][4] end

        local function add(keys, id, bytes, hash)
            redis.call('XADD', keys[2], id, 'b', bytes, 'h', hash)
        end

        local function begin(keys, field, incarnation)
            redis.call('HSET', keys[1], field, incarnation, 'prom', '0', 'open', '0',
                'tail', '0-0', 'hash', zeroHash)
        end

        local function create(keys, args)
            if load(keys) then return done() end
            begin(keys, 'incarnation', args[1])
            redis.call('HDEL', keys[1], 'prepared')
            return done()
        end

        local function prepare(keys, args)
            if not loadAny(keys) then begin(keys, 'prepared', args[1]) end
            return done()
        end

        -- Arguments: epoch, owner. Two askers may try the same epoch; one of them has it.
        local function seal(keys, args)
            local log = load(keys)
            if not log then return noIncarnation() end
            local order = compareNumbers(args[1], log.prom)
            if order < 0 then return fenced(log) end
            if order == 0 and log.owner and log.owner ~= args[2] then return fenced(log) end
            if order > 0 or not log.owner then
                redis.call('HSET', keys[1], 'prom', args[1], 'owner', args[2])
            end
            return {'sealed', log.tail, log.hash}
        end

        local function append(keys, args)
            local epoch, previous, id, hash, bytes = args[1], args[2], args[3], args[4], args[5]
            local log = load(keys)
            if not log then return noIncarnation() end
            if log.prom ~= epoch or log.open ~= epoch then return fenced(log) end
            if log.tail ~= previous then
                -- Sent again after a lost answer, perhaps with later ones already behind it.
                if log.tail == id and log.hash == hash then return done() end
                local entry = entryAt(keys, id)
                if not entry then return {'gap', log.tail} end
                if hashOf(entry) == hash then return done() end
                return failed('another content is stored under ' .. id)
            end
            if string.match(id, '^%d+') ~= epoch then
                return failed(id .. ' is of another epoch')
            end
            add(keys, id, bytes, hash)
            redis.call('HSET', keys[1], 'tail', id, 'hash', hash)
            return done()
        end

        local function hashAt(keys, log, id)
            if id == log.tail then return log.hash end
            if id == '0-0' then return zeroHash end
            local entry = entryAt(keys, id)
            if entry then return hashOf(entry) end
            -- The entry of a snapshot may be trimmed, or never have been here. Where it is here under
            -- the id of a later epoch the log does not go on from the snapshot's.
            if id ~= log.snapshot then return nil end
            local first = redis.call('XRANGE', keys[2], '-', '+', 'COUNT', 1)[1]
            if first and compareNumbers(sequenceOf(first[1]), sequenceOf(id)) <= 0 then
                return nil
            end
            return redis.call('HGET', keys[1], 'snapshotHash')
        end

        -- Found out beforehand, since an error half-way would leave the log cut.
        local function recordsRise(args, base)
            local last = base
            for index = 5, #args, 3 do
                if compareIDs(args[index], last) <= 0 then return false end
                last = args[index]
            end
            return true
        end

        local function lastAdded(keys)
            if redis.call('EXISTS', keys[2]) == 0 then return '0-0' end
            local info = redis.call('XINFO', 'STREAM', keys[2])
            for index = 1, #info, 2 do
                if info[index] == 'last-generated-id' then return info[index + 1] end
            end
        end

        -- Redis remembers the highest id ever added and refuses lower ones. A log that went another
        -- way alone may have had such: its stream is made anew.
        local function rebuild(keys, base)
            local kept = redis.call('XRANGE', keys[2], '-', base)
            redis.call('UNLINK', keys[2])
            for _, entry in ipairs(kept) do add(keys, entry[1], entry[2][2], entry[2][4]) end
        end

        local function dropAfter(keys, base)
            while true do
                local entries = redis.call('XRANGE', keys[2], '(' .. base, '+', 'COUNT', 64)
                if #entries == 0 then return end
                for _, entry in ipairs(entries) do redis.call('XDEL', keys[2], entry[1]) end
            end
        end

        -- An `open` that comes again has nothing to do if its records are here; trimmed ones were.
        local function reopen(keys, args, log)
            local first = redis.call('XRANGE', keys[2], '-', '+', 'COUNT', 1)[1]
            for index = 5, #args, 3 do
                local id = args[index]
                if compareIDs(id, log.tail) > 0 then return fenced(log) end
                local entry = entryAt(keys, id)
                if entry and hashOf(entry) ~= args[index + 1] then return fenced(log) end
                if not entry and first and compareIDs(first[1], id) < 0 then return fenced(log) end
            end
            return done()
        end

        local function addAll(keys, args, epoch)
            local tail, hash = args[2], args[3]
            for index = 5, #args, 3 do
                tail, hash = args[index], args[index + 1]
                add(keys, tail, args[index + 2], hash)
            end
            redis.call('HSET', keys[1], 'open', epoch, 'tail', tail, 'hash', hash)
        end

        -- Arguments: epoch, base, hash of the base, count, then id, hash and bytes of each record.
        local function open(keys, args)
            local epoch, base = args[1], args[2]
            if #args ~= 4 + 3 * tonumber(args[4]) then return failed('the count is wrong') end
            local log = load(keys)
            if not log then return noIncarnation() end
            if log.prom ~= epoch then return fenced(log) end
            -- A log that stayed behind the trim jumps to a snapshot, also in its own epoch.
            local jumps = base == log.snapshot and compareIDs(log.tail, base) < 0
            if log.open == epoch and not jumps then return reopen(keys, args, log) end
            local known
            if jumps then
                known = redis.call('HGET', keys[1], 'snapshotHash')
            else
                known = hashAt(keys, log, base)
            end
            if known ~= args[3] then return {'mismatch', log.tail, log.hash} end
            if not recordsRise(args, base) then return failed('the ids do not rise') end
            if jumps then
                redis.call('UNLINK', keys[2])
            elseif args[5] and compareIDs(args[5], lastAdded(keys)) <= 0 then
                rebuild(keys, base)
            else
                dropAfter(keys, base)
            end
            addAll(keys, args, epoch)
            return done()
        end

        -- Arguments as of `open`. A learner has nothing to fence: who asks has proved its term to a
        -- majority of those that vote.
        local function admit(keys, args)
            local log = loadAny(keys)
            if not log then return noIncarnation() end
            if log.incarnation then return open(keys, args) end
            local epoch, base = args[1], args[2]
            if #args ~= 4 + 3 * tonumber(args[4]) then return failed('the count is wrong') end
            if hashAt(keys, log, base) ~= args[3] then return {'mismatch', log.tail, log.hash} end
            if not recordsRise(args, base) then return failed('the ids do not rise') end
            addAll(keys, args, epoch)
            redis.call('HSET', keys[1], 'incarnation', log.prepared, 'prom', epoch)
            redis.call('HDEL', keys[1], 'prepared')
            return done()
        end

        local function verify(keys, args)
            local log = load(keys)
            if not log then return noIncarnation() end
            if log.prom ~= args[1] or log.open ~= args[1] then return fenced(log) end
            return done()
        end

        -- A higher promise does not stop a trim: what it drops was committed in this epoch.
        local function trim(keys, args)
            local log = load(keys)
            if not log then return noIncarnation() end
            if log.open ~= args[1] then return fenced(log) end
            local before = args[2]
            if compareIDs(before, log.tail) > 0 then before = log.tail end
            -- Its own snapshot must reach back to what is left.
            if compareIDs(before, log.snapshot) > 0 then before = log.snapshot end
            redis.call('XTRIM', keys[2], 'MINID', '=', before)
            return done()
        end

        local function snapshotKey(keys, id)
            return string.gsub(keys[1], ':meta$', '') .. ':snapshot:' .. id
        end

        -- Arguments: id, index, bytes. Only one unfinished snapshot is kept, the one written to last:
        -- the chunks of a writer that died neither stay for ever nor keep others out.
        local function writeChunk(keys, args)
            local id = args[1]
            local log = loadAny(keys)
            if not log then return noIncarnation() end
            if #args[3] > chunkSizeMax then return failed('the chunk is too large') end
            if compareIDs(id, log.snapshot) <= 0 then return done() end
            local writing = redis.call('HGET', keys[1], 'writing')
            if writing and writing ~= id then
                redis.call('UNLINK', snapshotKey(keys, writing))
            end
            if writing ~= id then redis.call('HSET', keys[1], 'writing', id) end
            redis.call('HSET', keys[3], args[2], args[3])
            return done()
        end

        -- Arguments: epoch, id, hash, state hash, size, count. The holder of an epoch that is
        -- sealed and not yet open may put one too: a log far behind is opened from it.
        local function putManifest(keys, args)
            local epoch, id = args[1], args[2]
            local log = loadAny(keys)
            if not log then return noIncarnation() end
            if log.incarnation and log.open ~= epoch and log.prom ~= epoch then
                return fenced(log)
            end
            if compareIDs(id, log.snapshot) <= 0 then return done() end
            local count = tonumber(args[6])
            if redis.call('HLEN', keys[3]) ~= count then return failed('chunks are missing') end
            for index = 0, count - 1 do
                if redis.call('HEXISTS', keys[3], tostring(index)) == 0 then
                    return failed('chunks are missing')
                end
            end
            redis.call('HSET', keys[1], 'snapshot', id, 'snapshotHash', args[3],
                'snapshotState', args[4], 'snapshotSize', args[5], 'snapshotChunks', args[6])
            redis.call('HDEL', keys[1], 'writing')
            redis.call('UNLINK', snapshotKey(keys, log.snapshot))
            return done()
        end

        local function register(name, callback) redis.register_function(name, callback) end
        local function registerReader(name, callback)
            redis.register_function{
                function_name = name, callback = callback, flags = {'no-writes'}
            }
        end

        register('castle_create', create)
        register('castle_prepare', prepare)
        register('castle_admit', admit)
        register('castle_seal', seal)
        register('castle_open', open)
        register('castle_append', append)
        register('castle_trim', trim)
        register('castle_write_chunk', writeChunk)
        register('castle_put_manifest', putManifest)
        registerReader('castle_verify', verify)
        registerReader('castle_version', function() return libraryVersion end)
        """#
}
