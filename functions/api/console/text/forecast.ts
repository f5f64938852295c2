export const forecastTexts = {
  'forecast.title': ['Copied at once', '启用后立即复制的内容'],
  'forecast.counting': ['Counting … {n} versions looked at', '正在统计… 已查看 {n} 个版本'],
  'forecast.copies': ['Copies', '复制'],
  'forecast.versions': ['{n} version|{n} versions', '{n} 个版本'],
  'forecast.objects': ['{n} object|{n} objects', '{n} 个对象'],
  'forecast.markers': ['{n} delete marker|{n} delete markers', '{n} 个删除标记'],
  'forecast.storage': ['More storage at the destination', '目标端新增存储'],
  'forecast.cost': ['Costs about', '费用约'],
  'forecast.tagged': [
    '{n} version counts only if it has the tags.|{n} versions count only if they have the tags.',
    '其中 {n} 个版本仅在带有标签时才会复制。',
  ],
  'forecast.skip.before-start': [
    'Left out: {n} version from before the rule. Choose “Objects that are there already” to copy it.|Left out: {n} versions from before the rule. Choose “Objects that are there already” to copy them.',
    '不复制：规则之前的 {n} 个版本。如需复制，请设置“已存在的对象”。',
  ],
  'forecast.skip.prefix': [
    'Left out: {n} version outside the prefix.|Left out: {n} versions outside the prefix.',
    '不复制：前缀以外的 {n} 个版本。',
  ],
  'forecast.skip.delete-marker': ['Left out: delete markers.', '不复制：删除标记。'],
  'forecast.skip.archived': [
    'Left out: {n} archived version, until it is restored.|Left out: {n} archived versions, until they are restored.',
    '不复制：{n} 个已归档版本，恢复后才会复制。',
  ],
  'forecast.skip.reserved': ['Left out: keys of this service.', '不复制：本服务自身的键。'],
  'forecast.later': [
    'For requests, functions and traffic, at list prices and without storage. Later writes cost by their number and size.',
    '含请求、函数和流量，按刊例价估算，不含存储。此后写入的费用取决于数量和大小。',
  ],
  'forecast.side': [
    '{side} now: {current} in current versions, {older} in {n} older ones.',
    '{side}当前占用：当前版本 {current}，{n} 个历史版本 {older}。',
  ],
  'forecast.do': ['Store and switch on', '保存并启用'],
  'forecast.ask': ['Switch on the rule {id}?', '启用规则 {id}？'],
} as const;
