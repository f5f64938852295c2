/**
 * Durations that depend on each other, in ms unless the name says otherwise. They stand here together so that nobody changes
 * one alone: `test/shared/durations/durations.test.ts` asserts how they relate.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

// Clocks

/** Last-Modified and Date are whole seconds, so an age may seem this much larger than it is. */
export const ROUNDING_MS = 2 * SECOND;
/** The time of an event is that of the request in whole seconds. The version it made is at most this much older. */
export const EVENT_SLACK_MS = ROUNDING_MS;
/** The clocks of one region differ by less, whole seconds included. */
export const REGION_SLACK_MS = ROUNDING_MS;
/** The clock of a function may be ahead of that of a destination by this much. */
export const CLOCK_DOUBT_MS = 15 * SECOND;
/** The signed client corrects its clock when it differs from that of COS by more. */
export const TOLERATED_SKEW_MS = 30 * SECOND;
/** The clocks of two regions, or of a function and a bucket, differ by less. */
export const CLOCKS_APART_MS = MINUTE;
/** The knowledge of one run about a destination's clock serves the other runs of its instance for so long. */
export const CLOCK_LIFE_MS = MINUTE;

// Requests

/**
 * COS refuses a request that it receives later than this after it was signed. So a write whose answer never came cannot take
 * effect later.
 */
export const SIGNATURE_LIFE_MS = MINUTE;
/** A server-side copy is cut off after this time. */
export const LONGEST_COPY_MS = 15 * MINUTE;
/** Bytes a ms. A key is kept for a copy that its run has left behind for as long as one of this speed would take. */
export const SLOWEST_COPY = 100;

// Leases

/** Leaves room for a pause of the instance, and for a last answer that comes slowly. */
export const LEASE_MARGIN_MS = 30 * SECOND;
/** A lease outlives the end of its run by this time. */
export const LEASE_TAIL_MS = SIGNATURE_LIFE_MS + LEASE_MARGIN_MS;
/** No lease that is younger has expired, whatever the clocks say. Most leases are, and need not be read. */
export const YOUNG_LEASE_MS = MINUTE;
/** After the last step of a run its lease is over, so that the record of an upload finds the key free. */
export const AFTER_LEASE_MS = 2 * MINUTE;

// Knocks

/** Every knock is good for what is no older by COS's own clock. Most who find one need not read how deep it reaches. */
export const KNOCK_REACH_MS = 4 * SECOND;
/** Of several events that come late at once the first that knocks is not always the oldest. */
export const KNOCK_SLACK_MS = SECOND;
/** An instance remembers for so long that a key was taken, and by how much its own clock is wrong. */
export const TAKEN_REMEMBERED_MS = 10 * SECOND;
/** A run that was knocked for waits so long before it gives the key back: the next knock is near. */
export const LINGER_MS = 400;

// Landing

/** A DELETE of ours that got no answer may make its delete marker for so long after its intention was written. */
export const DELETE_LANDING_MS = 90 * SECOND;
/** A request that is not held up makes its delete marker within this time. */
export const PROMPT_DELETE_MS = 3 * SECOND;
/** A replica that is not held up appears within this time of its attempt. What appears later may be a user's copy of it. */
export const PROMPT_REPLICA_MS = 2 * SECOND;
/** An attempt of one request has written its replica within this time of its beginning, or never will. */
export const LANDING_MS = SIGNATURE_LIFE_MS + LONGEST_COPY_MS;
/** The same for an attempt in parts, plus the time that its bytes take. Several runs work on it in turns. */
export const PARTS_LANDING_MS = 24 * HOUR;
/** The metadata of a version was read at most this long before the attempt to copy it landed. */
export const READ_BEFORE_MS = LANDING_MS + MINUTE;

// Listings

/** A listing may lack what was written within this time. */
export const SETTLE_MS = MINUTE;

// Memory of instances

/** Rules that an instance remembers are a start for a run. Nothing is written before they are asked for anew. */
// P29b: What an instance remembers is asked for anew.
export const RULES_CACHE_MS = 10 * SECOND;
/** Before a write the rules in force are known to be no older. */
export const RULES_BELIEVED_MS = SECOND;
/** Rules that were read so long ago are not read again for a run that begins: it mostly ends before they are too old. */
export const RULES_NEW_MS = RULES_BELIEVED_MS / 2;
/** Before a write it is known that the destination kept versions at most so long ago. */
export const VERSIONING_TRUSTED_MS = 10 * SECOND;
/** A function asks for a newer marker key after this time. */
export const KEY_REFRESH_MS = 5 * MINUTE;
/** Warm functions may still sign with a key for so long after it was replaced. */
export const KEY_RETIRING_MS = 15 * MINUTE;
/** The memory of versions that are not copied is read anew after this time. */
export const EXAMINED_VALID_MS = 24 * HOUR;
/** So long after a write nobody is expected to have moved the version to another class, or to have changed its tags. */
export const AS_WRITTEN_MS = 24 * HOUR;

// The end of a run, before the platform ends it

/** Kept free by the engine for writing down what is left. */
export const CLOSING_MS = 5 * SECOND;
/** `replicate` begins no further try in the last part of its run. */
export const LAST_TRY_MS = 10 * SECOND;
/** A scan ends its walk, the work on keys and each single key so long before the end of the run. */
export const SCAN_CLOSING_MS = 40 * SECOND;
export const SCAN_WRITING_MS = 15 * SECOND;
export const SCAN_KEY_MARGIN_MS = CLOSING_MS + SECOND;
/** A run that prepares a scan begins nothing more so long before its end. */
export const PREPARE_CLOSING_MS = 15 * SECOND;
/** A verification ends its work and writes it down so long before the end of the run. */
export const VERIFY_CLOSING_MS = 30 * SECOND;
/** The parts of `schedule` begin nothing more so long before its end: tasks, and what writes more of its own. */
export const SWEEP_CLOSING_MS = 5 * SECOND;
export const KEEP_CLOSING_MS = 10 * SECOND;
/** `schedule` waits no longer for destinations that do not answer. */
export const BEACON_WAIT_MS = 30 * SECOND;

// Waiting

/** A key that another run holds is looked at again after this time, unless the lease expires sooner. */
export const BUSY_MS = MINUTE;
/** Work that is due starts with the timer. */
export const TIMER_MS = MINUTE;
/** A task, or the start of a scan, that is this old was lost: every run that could have come of it is over. */
export const LOST_START_MS = 20 * MINUTE;
/** Events come within seconds. By one that comes later than this its version may have been copied long ago. */
export const LATE_EVENT_MS = MINUTE;
/** An event that has not come after this time was lost. */
export const LOST_EVENT_MS = 15 * MINUTE;
/** A pair is scanned again after this time. */
export const SCAN_EVERY_MS = 23 * HOUR;
/** A scan measures the lag of versions that are younger, so that each version is in one scan at least. */
export const LAG_WINDOW_MS = 25 * HOUR;

// A destination that is far behind

/** A run goes by a mark that it read for so long. No repair may begin sooner after the mark was taken up. */
export const BEHIND_BELIEVED_MS = 10 * SECOND;
/** The word of `schedule` on a crowd holds for so long. It is said anew with each timer. */
export const CROWD_MS = 3 * MINUTE;
/** From then on events come late because the platform holds them back. */
export const HELD_BACK_MS = 30 * MINUTE;
/** The next mark for late events comes after this time, so no scan in between misses an event. */
export const HELD_BACK_EVERY_MS = HOUR;
/** The platform keeps an event for so long, and then drops it. */
export const EVENT_LIFE_MS = 6 * HOUR;

// Preconditions

/** The preconditions of replication are checked so often. */
export const CHECK_EVERY_MS = HOUR;
/** The same while something is broken, so that the state goes soon after its cause. */
export const CHECK_AGAIN_MS = 5 * MINUTE;
/** A check that is older says nothing any more, and the function that makes it counts as silent. */
export const CHECK_LATE_MS = 3 * HOUR;

// Live figures

/** An instance writes down what it did so often, and sooner in a burst. */
export const LIVE_EVERY_MS = MINUTE;
/** The deeds of the last hour are shown, in slots of this length. */
export const LIVE_WINDOW_MS = HOUR;
export const LIVE_SLOT_MS = 5 * MINUTE;
/** Sums that are older are not of this moment: `schedule` adds to them each minute. */
export const LIVE_LATE_MS = 5 * MINUTE;

// Canaries

/** A run of `schedule` looks so often for a canary to arrive, and for so long; the next minute goes on. */
export const CANARY_POLL_MS = SECOND;
export const CANARY_WATCH_MS = 20 * SECOND;
/** A canary that has not arrived after this time is given up. */
export const CANARY_LOST_MS = 30 * MINUTE;
/** A copy that began before its canary was removed has landed by then. */
export const CANARY_FORGOTTEN_MS = CANARY_LOST_MS + LANDING_MS + 2 * MINUTE;
/** Results that are older than two canaries and this time are not of this moment. */
export const CANARY_LATE_MS = 5 * MINUTE;

// Storing rules

/** A turn is over after this time, whatever happened to the function that took it. */
export const LONGEST_TURN_MS = MINUTE;
