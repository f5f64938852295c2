/**
 * Short region codes, as COS events carry them in `cosBucket.region` and as our state buckets have them in their names.
 * Tencent publishes no such table and adds regions now and then, so a code that is missing here is not an error by
 * itself: events name the full region elsewhere, and this table is asked last.
 */
const REGION_OF_CODE: ReadonlyMap<string, string> = new Map([
  ['gz', 'ap-guangzhou'],
  ['sh', 'ap-shanghai'],
  ['bj', 'ap-beijing'],
  ['tj', 'ap-beijing-1'],
  ['nj', 'ap-nanjing'],
  ['cd', 'ap-chengdu'],
  ['cq', 'ap-chongqing'],
  ['hk', 'ap-hongkong'],
  ['sg', 'ap-singapore'],
  ['jp', 'ap-tokyo'],
  ['kr', 'ap-seoul'],
  ['th', 'ap-bangkok'],
  ['in', 'ap-mumbai'],
  ['jkt', 'ap-jakarta'],
  ['tpe', 'ap-taipei'],
  ['tsn', 'ap-tianjin'],
  ['szx', 'ap-shenzhen'],
  ['osa', 'ap-osaka'],
  ['use', 'na-ashburn'],
  ['usw', 'na-siliconvalley'],
  ['ca', 'na-toronto'],
  ['tor', 'na-toronto'],
  ['sao', 'sa-saopaulo'],
  ['de', 'eu-frankfurt'],
  ['ru', 'eu-moscow'],
  ['szjr', 'ap-shenzhen-fsi'],
  ['shjr', 'ap-shanghai-fsi'],
  ['bjjr', 'ap-beijing-fsi'],
]);

/** Where one region has two codes, we write the first in the table. */
const CODE_OF_REGION: ReadonlyMap<string, string> = new Map(
  [...REGION_OF_CODE].toReversed().map(([code, region]) => [region, code]),
);

/** `gz` → `ap-guangzhou`; undefined when the table lacks it. */
export function regionFromCode(code: string): string | undefined {
  return REGION_OF_CODE.get(code);
}

/** `ap-guangzhou` → `gz`; undefined when the table lacks it. */
export function codeOfRegion(region: string): string | undefined {
  return CODE_OF_REGION.get(region);
}
