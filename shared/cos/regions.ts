/**
 * Short region codes, as they stand in `cosBucket.region` of COS events and in the names of our state buckets. Tencent
 * publishes no such table and sometimes adds regions, so a missing code is no error by itself: events name the full
 * region elsewhere, and this table is asked last.
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

/** Where a region has two codes, the first one in the table is used. */
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
