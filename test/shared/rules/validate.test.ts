import { describe, expect, it } from 'vitest';

import { checkDestinations, checkSource, parseRules } from '../../../shared/rules/index.ts';
import { BACKUP, MINIMAL, OTHER, SOURCE, configuration } from './sample.ts';

const listed = { sources: [SOURCE], destinations: [BACKUP, OTHER] };
const to = (text: string) =>
  parseRules(configuration(MINIMAL, MINIMAL.replace('rule-1', '2').replace(/qcs::[^<]*/, text)));

describe('checkSource', () => {
  it('finds the listed bucket with its region', () => {
    expect(checkSource('source-1250000000', listed)).toEqual(SOURCE);
  });

  it('names the line to add for another bucket', () => {
    expect(() => checkSource('photos-1250000000', listed)).toThrow(
      expect.objectContaining({
        code: 'UserNotSourceBucketOwner',
        status: 403,
        message: expect.stringContaining('Add "photos-1250000000@<region>" to "sources" in serverless.yml') as string,
      }),
    );
    expect(() => checkSource(BACKUP.bucket, listed)).toThrow('Add "backup-1250000000@ap-shanghai" to "sources"');
  });
});

describe('checkDestinations', () => {
  it('accepts listed destinations of any account', () => {
    expect(() => {
      checkDestinations(to('qcs::cos:eu-frankfurt::other-1251111111'), SOURCE, listed);
    }).not.toThrow();
  });

  it('names the line to add for another bucket', () => {
    expect(() => {
      checkDestinations(to('qcs::cos:ap-tokyo::third-1250000000'), SOURCE, listed);
    }).toThrow(
      expect.objectContaining({
        code: 'UserNotTargetBucketOwner',
        status: 403,
        message: expect.stringContaining('Add "third-1250000000@ap-tokyo" to "destinations"') as string,
      }),
    );
  });

  it('says that only the region differs', () => {
    expect(() => {
      checkDestinations(to('qcs::cos:ap-tokyo::backup-1250000000'), SOURCE, listed);
    }).toThrow('with the region ap-shanghai, not ap-tokyo');
  });

  it('refuses the source itself, listed or not', () => {
    const both = { sources: [SOURCE], destinations: [BACKUP, SOURCE] };
    expect(() => {
      checkDestinations(to('qcs::cos:ap-guangzhou::source-1250000000'), SOURCE, both);
    }).toThrow(expect.objectContaining({ code: 'InvalidArgument', status: 400 }));
  });
});
