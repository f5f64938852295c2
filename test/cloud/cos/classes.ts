import { CosFailure } from './failure.ts';

/** From warm to cold: a lifecycle moves an object to the right only. */
const CLASSES = ['STANDARD', 'STANDARD_IA', 'INTELLIGENT_TIERING', 'ARCHIVE', 'DEEP_ARCHIVE'];
const MULTI_AZ = 'MAZ_';
/** The first three are those of the page on several zones. A lifecycle may also reach the other classes of one zone. */
const MULTI_AZ_CLASSES = new Set(['STANDARD', 'STANDARD_IA', 'INTELLIGENT_TIERING'].map((name) => MULTI_AZ + name));

const bare = (storageClass: string): string => storageClass.replace(MULTI_AZ, '');

export const isArchived = (storageClass: string): boolean => storageClass.endsWith('ARCHIVE');

export const isMultiAz = (storageClass: string): boolean => storageClass.startsWith(MULTI_AZ);

/** A number that is larger for a colder class. */
export const coldnessOf = (storageClass: string): number => CLASSES.indexOf(bare(storageClass));

/** Throws NotSupportedStorageClass: a bucket of one zone takes no MAZ_ class, one of several takes no other. */
export function checkClass(storageClass: string, multiAz: boolean): void {
  const known = multiAz ? MULTI_AZ_CLASSES.has(storageClass) : CLASSES.includes(storageClass);
  if (!known) {
    throw new CosFailure('NotSupportedStorageClass', 400, `Storage class ${storageClass} is not supported here.`);
  }
}

export const defaultClass = (multiAz: boolean): string => (multiAz ? 'MAZ_STANDARD' : 'STANDARD');
