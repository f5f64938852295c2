/**
 * Durations that depend on each other, in ms unless the name says otherwise. They stand together so that nobody changes
 * one alone: `test/shared/durations/durations.test.ts` asserts how they relate.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

// Clocks

/** Last-Modified and Date are whole seconds, so an age may seem this much larger than it is. */
export const ROUNDING_MS = 2 * SECOND;
/**
 * The time of an event is that of its request in whole seconds. The version that the request made is older by at most
 * this much.
 */
export const EVENT_SLACK_MS = ROUNDING_MS;
/** Upper bound on the difference between two clocks of one region, whole seconds included. */
export const REGION_SLACK_MS = ROUNDING_MS;
/** The clock of a function may be ahead of that of a destination by this much. */
export const CLOCK_DOUBT_MS = 15 * SECOND;
/** The signed client corrects its clock when the difference to COS's clock is larger. */
export const TOLERATED_SKEW_MS = 30 * SECOND;
/** Upper bound on the difference between the clocks of two regions, or of a function and a bucket. */
export const CLOCKS_APART_MS = MINUTE;
/** The other runs of an instance reuse for this long what one run learned about a destination's clock. */
export const CLOCK_LIFE_MS = MINUTE;

// Requests

/**
 * COS refuses a request that arrives later than this after it was signed. So a write whose answer never came cannot
 * take effect later.
 */
export const SIGNATURE_LIFE_MS = MINUTE;
/** The same for calls of the command line and the console page, because a user's clock may be off by as much. */
export const CALLER_SIGNATURE_LIFE_MS = 5 * MINUTE;
/**
 * The longest validity of a change's signature that the API accepts: a leaked one would otherwise serve as a permanent
 * key.
 */
export const WRITE_SIGNATURE_LIFE_MS = 24 * HOUR;
/** A server-side copy is cut off after this time. */
export const LONGEST_COPY_MS = 15 * MINUTE;
/** Bytes per ms. A key is kept for the copy of an ended run for as long as a copy at this speed would take. */
export const SLOWEST_COPY = 100;

/** The same for a copy in parts: its attempt counts as ours for as long as its bytes take at this speed. */
export const SLOWEST_PARTS = (4 * 2 ** 20) / SECOND;

// Leases

/** Room for a pause of the instance, and for a last answer that comes slowly. */
const LEASE_MARGIN_MS = 30 * SECOND;
/** A lease outlives the end of its run by this time. */
export const LEASE_TAIL_MS = SIGNATURE_LIFE_MS + LEASE_MARGIN_MS;
/**
 * A lease that is younger has not expired, whatever the clocks say. Most leases are younger, so they need not be read.
 */
export const YOUNG_LEASE_MS = MINUTE;
/**
 * A run's lease has expired by this time after its last step, so the task for an upload in progress finds the key free.
 */
export const AFTER_LEASE_MS = 2 * MINUTE;

// Knocks

/**
 * Any knock covers an event whose version is no older than this by COS's own clock. So most runs that find a knock need
 * not read its depth.
 */
export const KNOCK_REACH_MS = 4 * SECOND;
/** The first of several late events to knock is not always the oldest. This much is added for it. */
export const KNOCK_SLACK_MS = SECOND;
/** An instance remembers for this long that a key was taken, and how far its own clock is off. */
export const TAKEN_REMEMBERED_MS = 10 * SECOND;
/** A run that heard a knock waits this long before it gives the key back, because the next knock is near. */
export const LINGER_MS = 400;

// Landing

/** A DELETE of ours that got no answer may make its delete marker within this time after its intention was recorded. */
export const DELETE_LANDING_MS = 90 * SECOND;
/** A request that is not delayed makes its delete marker within this time. */
export const PROMPT_DELETE_MS = 3 * SECOND;
/**
 * A copy that is not delayed makes its replica within this time of the attempt. A version that appears later may be a
 * user's copy of that replica.
 */
export const PROMPT_REPLICA_MS = 2 * SECOND;
/** An attempt of one request has written its replica within this time of its beginning, or never will. */
export const LANDING_MS = SIGNATURE_LIFE_MS + LONGEST_COPY_MS;
/** The same for an attempt in parts, plus the time that copying its bytes takes. Several runs work on it in turns. */
export const PARTS_LANDING_MS = 24 * HOUR;
/** The metadata of a version was read at most this long before the attempt to copy it landed. */
export const READ_BEFORE_MS = LANDING_MS + MINUTE;

// Listings

/** A listing may lack writes that are younger than this. */
export const SETTLE_MS = MINUTE;

// Memory of instances

/** A run starts with rules that are this old at most. Before it writes, it reads the current ones. */
// P29b: The rules that an instance remembers are read again.
export const RULES_CACHE_MS = 10 * SECOND;
/** Before a write, the rules in force were read at most this long ago. */
export const RULES_BELIEVED_MS = SECOND;
/** Rules that were read this recently are not read again for a new run: it mostly ends before they are too old. */
export const RULES_NEW_MS = RULES_BELIEVED_MS / 2;
/** Before a write, the destination's versioning was read at most this long ago. */
export const VERSIONING_TRUSTED_MS = 10 * SECOND;
/** A function asks for a newer marker key after this time. */
export const KEY_REFRESH_MS = 5 * MINUTE;
/** Warm functions may sign with a replaced key for this long. */
export const KEY_RETIRING_MS = 15 * MINUTE;
/** The memory of versions that are not copied is read again after this time. */
export const EXAMINED_VALID_MS = 24 * HOUR;
/** For this long after a write, nobody is expected to have changed the version's storage class or tags. */
export const AS_WRITTEN_MS = 24 * HOUR;

// End of a run, before the platform ends it

/** Kept free by the engine for recording the work that is left. */
export const CLOSING_MS = 5 * SECOND;
/** `replicate` begins no further try in the last part of its run. */
export const LAST_TRY_MS = 10 * SECOND;
/** A scan ends its walk, its work on keys and each single key this long before the end of the run. */
export const SCAN_CLOSING_MS = 40 * SECOND;
export const SCAN_WRITING_MS = 15 * SECOND;
export const SCAN_KEY_MARGIN_MS = CLOSING_MS + SECOND;
/** A run that prepares a scan begins no further step this long before its end. */
export const PREPARE_CLOSING_MS = 15 * SECOND;
/** Runs of a scan or verification begin a further range only if they have this much time left. */
export const SCAN_WORTHWHILE_MS = 2 * MINUTE;
export const VERIFY_WORTHWHILE_MS = 90 * SECOND;
/** A run of a verification this long could have read the deepest key. */
export const VERIFY_LONG_RUN_MS = 5 * MINUTE;
/** A verification stops and records its progress this long before the end of the run. */
export const VERIFY_CLOSING_MS = 30 * SECOND;
/** The parts of `schedule` begin no further work this long before its end: neither tasks nor writes of its own. */
export const SWEEP_CLOSING_MS = 5 * SECOND;
export const KEEP_CLOSING_MS = 10 * SECOND;
/** Longest call of `schedule` to a destination or the platform: the next minute tries again. */
export const SWEEP_CALL_MS = 8 * SECOND;
/** A run waits this long at most for facts about a destination that it reads beside its work. */
export const LEARNING_MS = LAST_TRY_MS - CLOSING_MS;
/** `api` sends no further request to COS this shortly before its end. */
export const API_CLOSING_MS = SECOND / 2;
/** A call of the API lists, or waits for a verification, for this long at most. */
export const API_WAIT_MS = 12 * SECOND;
/** An unconditional change of the rules waits this long for its turn. */
export const TURN_WAIT_MS = 8 * SECOND;
/** The console page and the command line give up a call of the API after this time. */
export const PAGE_PATIENCE_MS = 35 * SECOND;
export const COMMAND_PATIENCE_MS = MINUTE;
/** `schedule` waits this long at most for a destination that does not answer. */
export const BEACON_WAIT_MS = 30 * SECOND;

// The progress of others

/** Interval in which runs of a scan or verification write down their progress. */
export const CHECKPOINT_MS = 30 * SECOND;
/** A run that has written nothing for this long may have been killed. */
export const RANGE_SILENT_MS = 90 * SECOND;
/** Runs that share one object ask in this interval which parts are there. */
export const PARTS_ASKED_MS = 20 * SECOND;
/** A helping run that shows no new part for this long counts as lost. */
export const HELPER_LOST_MS = 30 * SECOND;

// Waiting

/** Wait of failed work after its first failure, doubled each time up to the second one. */
export const FIRST_BACKOFF_MS = MINUTE;
export const LONGEST_BACKOFF_MS = 6 * HOUR;
/** A range of a scan or verification in which every key fails is tried again after this time; in scans it doubles each time. */
export const SCAN_BLOCKED_MS = MINUTE;
export const LONGEST_BLOCKED_MS = 5 * MINUTE;
export const VERIFY_BLOCKED_MS = MINUTE;

/** A key that another run holds is looked at again after this time, unless the lease expires sooner. */
export const BUSY_MS = MINUTE;
/** Work that is due starts with the timer. */
export const TIMER_MS = MINUTE;
/** A task, or the start of a scan, that is this old was lost: every run that it could have started is over. */
export const LOST_START_MS = 17 * MINUTE;
/** The start of a scan this old that no run holds was lost, or was left by a run that failed. */
export const LEFT_START_MS = 2 * MINUTE;
/** Events come within seconds. When one comes later than this, its version may have been copied long ago. */
export const LATE_EVENT_MS = MINUTE;
/** An event that has not come within this time was lost. */
export const LOST_EVENT_MS = 15 * MINUTE;
/** A pair is scanned again after this time. */
export const SCAN_EVERY_MS = 23 * HOUR;
/** A scan measures the lag of versions that are younger, so that each version is measured by at least one scan. */
export const LAG_WINDOW_MS = 25 * HOUR;

// A destination that is far behind

/** A run relies on a mark for this long after reading it. No repair may begin sooner after the mark was taken up. */
export const BEHIND_BELIEVED_MS = 10 * SECOND;
/** A notice of `schedule` that much work waits is valid for this long. Each timer renews it. */
export const CROWD_MS = 3 * MINUTE;
/** An event that is this late was held back by the platform. */
export const HELD_BACK_MS = 30 * MINUTE;
/** Least time between two marks for late events, so that no scan in between misses an event. */
export const HELD_BACK_EVERY_MS = HOUR;
/** The platform keeps an event for this long, and then drops it. */
export const EVENT_LIFE_MS = 6 * HOUR;

// Preconditions

/** Interval between checks of the preconditions of replication. */
export const CHECK_EVERY_MS = HOUR;
/** Interval while something is broken, so that the finding goes soon after its cause. */
export const CHECK_AGAIN_MS = 5 * MINUTE;
/** A check that is older is out of date, and the function that makes it counts as silent. */
export const CHECK_LATE_MS = 3 * HOUR;

// Live figures

/** Interval in which an instance records its work. In a burst it records sooner. */
export const LIVE_EVERY_MS = MINUTE;
/** The live figures cover this last stretch of time, in slots of `LIVE_SLOT_MS`. */
export const LIVE_WINDOW_MS = HOUR;
export const LIVE_SLOT_MS = 5 * MINUTE;
/** Sums that are older are out of date: `schedule` adds to them each minute. */
export const LIVE_LATE_MS = 5 * MINUTE;

// Canaries

/**
 * A run of `schedule` checks in this interval whether a canary has arrived, for `CANARY_WATCH_MS` at most. The next run
 * goes on.
 */
export const CANARY_POLL_MS = SECOND;
export const CANARY_WATCH_MS = 20 * SECOND;
/** A canary that has not arrived within this time counts as lost. */
export const CANARY_LOST_MS = 30 * MINUTE;
/** A copy that began before its canary was removed has landed by then. */
export const CANARY_FORGOTTEN_MS = CANARY_LOST_MS + LANDING_MS + 2 * MINUTE;
/** Results that are older than two canary intervals plus this time are out of date. */
export const CANARY_LATE_MS = 5 * MINUTE;

// API keys

/** A removed API key may still be accepted in a warm function for this long. */
export const API_KEY_BELIEVED_MS = 5 * SECOND;
/** An unknown ID or secret is refused for this long without a request, so that guesses cost none. */
export const UNKNOWN_KEY_MS = SECOND;

// Storing rules

/** A turn is over after this time, even if the function that took it was killed. */
export const LONGEST_TURN_MS = MINUTE;
