// Each script is atomic in the store, so that two relays never see an intermediate state. KEYS[1] is the token, KEYS[2] the lease.
// Each script reads the clock last, because old servers allow no write after that.

/**
 * Requests the lease and reads the token. The lease is granted when it is free, or when its holder is the one that has taken too
 * long. ARGV: my name, the lifetime of the lease in milliseconds, the name of the holder to take it from (or '').
 */
export const CLAIM = `
local holder = redis.call('GET', KEYS[2])
if not holder or holder == ARGV[3] then
  redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
  holder = ARGV[1]
end
local token = redis.call('GET', KEYS[1])
return {holder, token, redis.call('TIME')}`;

/** Stores the token and releases the lease. ARGV: my name, the token, its lifetime in milliseconds. */
export const PUT = `
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
return 1`;

/** Deletes a key if it still has this value. ARGV: the value. Used for the lease and for a dead token. */
export const DELETE_VALUE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0`;
