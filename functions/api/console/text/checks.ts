export const checkTexts = {
  'check.id.empty': ['Give the rule a name.', '请填写规则名称。'],
  'check.id.long': ['The name has more than {n} characters.', '名称超过 {n} 个字符。'],
  'check.id.taken': ['Another rule has this name.', '已有同名规则。'],
  'check.characters': ['It holds control characters, which a rule cannot hold.', '包含规则无法保存的控制字符。'],
  'check.prefix.long': [
    'The prefix is longer than {n} bytes, so no key could match.',
    '前缀超过 {n} 字节，不可能匹配任何键。',
  ],
  'check.prefix.slash': [
    'Keys seldom begin with a slash. For a folder write logs/ and not /logs/.',
    '键通常不以斜杠开头。表示文件夹请写 logs/ 而不是 /logs/。',
  ],
  'check.prefix.star': ['A prefix has no wildcards: * stands for itself.', '前缀不支持通配符：* 仅表示其本身。'],
  'check.tags.many': ['An object has at most {n} tags.', '一个对象最多有 {n} 个标签。'],
  'check.tags.wrong': [
    'Each tag needs a key of up to 128 characters and a value of up to 256.',
    '每个标签的键不能为空且最多 128 个字符，值最多 256 个字符。',
  ],
  'check.tags.twice': ['A key is listed twice.', '标签键重复。'],
  'check.bucket.empty': ['Choose where the replicas go.', '请选择副本的去处。'],
  'check.bucket.source': ['This is the source bucket itself.', '这是源存储桶本身。'],
  'check.bucket.unlisted': [
    '{bucket} in {region} is not a destination of this deployment. Add it to “destinations” in serverless.yml and deploy again.',
    '{region} 的 {bucket} 不是本部署的目标。请将其加入 serverless.yml 的 destinations 并重新部署。',
  ],
  'check.bucket.versioning': [
    'Versioning of {bucket} is not enabled. Switch it on in the COS console first.',
    '{bucket} 未开启版本控制，请先在 COS 控制台开启。',
  ],
  'check.source.versioning': [
    'Versioning of the source bucket {bucket} is not enabled. Switch it on in the COS console first.',
    '源存储桶 {bucket} 未开启版本控制，请先在 COS 控制台开启。',
  ],
  'check.priority.number': ['A priority is a whole number from 1 to {n}.', '优先级是 1 到 {n} 的整数。'],
  'check.priority.all': [
    'All other rules have a priority, so this one needs one too.',
    '其他规则均有优先级，因此此规则也需要填写。',
  ],
  'check.priority.taken': [
    'The rule {id} has this priority. Each rule needs its own.',
    '规则 {id} 已使用此优先级，每条规则须各不相同。',
  ],
  'check.priority.others': [
    'Then every rule needs one. On storing, the others get: {list}.',
    '此时每条规则都需要优先级。保存时其他规则将设为：{list}。',
  ],
  'check.overlap': [
    'It overlaps with the rule {id} at the same destination. Give it a priority that says which one decides.',
    '与同一目标的规则 {id} 范围重叠，请填写优先级以决定以谁为准。',
  ],
  'check.overlap.wins': [
    'It overlaps with {id} (priority {priority}) and decides where both apply.',
    '与规则 {id}（优先级 {priority}）范围重叠，重叠部分以本规则为准。',
  ],
  'check.overlap.loses': [
    'It overlaps with {id} (priority {priority}), which decides where both apply.',
    '与规则 {id}（优先级 {priority}）范围重叠，重叠部分以后者为准。',
  ],
  'check.rules.many': ['A bucket has at most {n} rules.', '一个存储桶最多有 {n} 条规则。'],
  'check.kms.key': ['The ID of a KMS key has no blanks and no special characters.', 'KMS 密钥 ID 不含空格和特殊字符。'],
  'check.kms.missing': [
    'Without a key, replicas are encrypted as the destination bucket says.',
    '未指定密钥时，副本按目标存储桶的设置加密。',
  ],
  'check.restart': [
    'With another name, prefix, tags or destination it is a new rule: it starts now, and work that still waits for the old one is dropped.',
    '更改名称、前缀、标签或目标后即为新规则：从现在开始生效，旧规则等待中的任务会被放弃。',
  ],
  'check.uin': ['An account ID has digits only.', '账号 ID 只含数字。'],
} as const;
