import type { Kind } from '../kinds.ts';
import { BY_FAULTS } from './by-faults.ts';
import { BY_SHAPE } from './by-shape.ts';
import { BY_USERS } from './by-users.ts';
import type { Variation } from './variation.ts';

/** How each kind departs from the ordinary mix. */
export const VARIATIONS: Readonly<Record<Kind, Variation>> = { ...BY_SHAPE, ...BY_USERS, ...BY_FAULTS };
