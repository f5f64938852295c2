import { RULE_DEEDS, type Deed, type DeedName } from './deeds.ts';
import { seeded } from './scheduler.ts';
import { ANYWHERE } from './users/property-acts.ts';
import { AT_DESTINATIONS } from './users/destination-acts.ts';
import { Hand, type Act, type UsersOptions } from './users/hand.ts';
import { AT_SOURCES } from './users/source-acts.ts';

const ACTS = { ...AT_SOURCES, ...AT_DESTINATIONS, ...ANYWHERE };

/** All users: they write to the buckets while the functions work, and change rules. */
export class Users {
  readonly #hand: Hand;
  #left: number;
  /** ms since 1970. */
  lastDeed = 0;

  constructor(options: UsersOptions) {
    this.#hand = new Hand(options);
    this.#left = options.deeds.length;
  }

  get done(): boolean {
    return this.#left === 0;
  }

  begin(): void {
    const { scheduler, deeds } = this.#hand.world;
    for (const deed of deeds) scheduler.after(deed.at, () => void this.#begin(deed));
  }

  async #begin(deed: Deed): Promise<void> {
    this.lastDeed = this.#hand.world.scheduler.now;
    const { site: place, key, dice, name } = deed;
    const act = { deed, place, key, random: seeded(dice), request: { requestId: `user-${dice}` } };
    if (name === 'multipart') return this.#upload(act);
    this.#left -= 1;
    if (isRuleDeed(name)) return this.#hand.world.changeRules(deed);
    const said = ACTS[name](this.#hand, act);
    if (said !== undefined) this.#hand.world.note(`user at ${place.bucket}: ${said}`);
  }

  #upload(act: Act): void {
    const { core, scheduler, note } = this.#hand.world;
    const { place, key, request, random } = act;
    const uploadId = core.initiateMultipart(place.bucket, place.region, key, this.#hand.attributes(act), request);
    const part = { uploadId, partNumber: 1, blob: this.#hand.blob(act, false) };
    const etag = core.uploadPart(place.bucket, place.region, key, part);
    note(`user at ${place.bucket}: began a multipart upload of ${key}`);
    scheduler.after(random() * 60_000, () => {
      this.#left -= 1;
      this.lastDeed = scheduler.now;
      this.#hand.write(place, key);
      const upload = { uploadId, parts: [{ partNumber: 1, etag }] };
      const made = core.completeMultipart(place.bucket, place.region, key, upload, request);
      note(`user at ${place.bucket}: completed ${key} as ${made.versionId}`);
    });
  }
}

type RuleDeed = (typeof RULE_DEEDS)[number];
const isRuleDeed = (name: DeedName): name is RuleDeed => (RULE_DEEDS as readonly string[]).includes(name);
