const AGAIN = ['It is tried again by itself, later each time.', '系统会自动重试，间隔逐次延长。'] as const;
const SCAN_FINDS_IT = [
  'The next scan finds it. Press “Try again” to have it now.',
  '下次扫描会发现它。如需立即处理，请点击“重试”。',
] as const;

/**
 * `cause.<code>`: the event and its reason; `todo.<code>`: the advice for the reader. The README of the API lists the
 * codes.
 */
export const causeTexts = {
  'cause.unknown': ['COS or this service answered {code}.', 'COS 或服务返回 {code}。'],
  'todo.unknown': [
    'It is tried again by itself. If it stays, look for this code in the documentation of COS.',
    '系统会自动重试。如持续出现，请在 COS 文档中查询此错误码。',
  ],
  'cause.awaiting-event': [
    'It was written a moment ago; the event of COS is not here yet.',
    '刚刚写入，COS 事件尚未到达。',
  ],
  'todo.awaiting-event': ['Wait: most events come within seconds.', '请稍候，事件通常在数秒内到达。'],
  'cause.missed-event': [
    'No replica is there and nothing waits: the event was lost, or somebody removed the replica.',
    '没有副本，也没有等待中的任务：事件丢失，或副本被人删除。',
  ],
  'todo.missed-event': SCAN_FINDS_IT,
  'cause.destination-behind': [
    'Too much failed at the destination, so a scan copies the new versions.',
    '目标端失败过多，期间写入的内容将由扫描补齐。',
  ],
  'todo.destination-behind': [
    'The scan begins by itself once the destination answers again. The overview says why it fails.',
    '目标端恢复应答后会自动开始扫描。失败原因见概览。',
  ],
  'cause.rule-was-disabled': [
    'The rule was switched off after it was written, and its event may have come in between.',
    '写入之后规则曾停用，事件可能在停用期间到达而被忽略。',
  ],
  'todo.rule-was-disabled': SCAN_FINDS_IT,
  'cause.existing-object': [
    'It was there before the rule, and COS sends no event for such objects.',
    '对象早于规则存在，COS 不会为其发送事件。',
  ],
  'todo.existing-object': [
    'The scan copies it. Press “Try again” to have it now.',
    '扫描会将其复制。如需立即处理，请点击“重试”。',
  ],
  'cause.running': ['A run is at work on it.', '正在处理中。'],
  'todo.running': ['Wait.', '请稍候。'],
  'cause.taken': ['Another run was at work on the key.', '该键当时正被另一任务处理。'],
  'todo.taken': ['It is looked at again within two minutes.', '两分钟内会再次检查。'],
  'cause.requested': ['Somebody asked for another try.', '有人请求了重试。'],
  'todo.requested': ['Wait: it starts within a minute.', '请稍候，一分钟内开始。'],
  'cause.settle': ['It is looked at once more, because listings may have lagged.', '列表可能尚未更新，会再检查一次。'],
  'todo.settle': ['Wait a minute.', '请等待一分钟。'],
  'cause.lease': ['A run was killed.', '一次运行中断。'],
  'todo.lease': ['Another run takes over within minutes.', '几分钟内会自动由其他任务接手。'],
  'cause.HandOver': ['It is too large for one run; the next one goes on.', '内容过大，由下一次运行继续。'],
  'todo.HandOver': ['Wait: it goes on within a minute.', '请稍候，一分钟内继续。'],
  'cause.RulesChanged': ['The rules were changed while a run was at work.', '处理期间规则被修改。'],
  'todo.RulesChanged': ['The next look uses the current rules.', '会按当前规则重新检查。'],
  'cause.RuleDisabled': ['The rule is disabled.', '规则已停用。'],
  'todo.RuleDisabled': ['Enable it: the work goes on within minutes.', '启用规则后，任务会在数分钟内继续。'],
  'cause.NoProgress': ['A run used up its time without any progress.', '一次运行耗尽时间而没有进展。'],
  'todo.NoProgress': AGAIN,
  'cause.large': ['A copy in parts is in progress.', '分块复制进行中。'],
  'todo.large': ['Wait: large objects take minutes.', '请稍候，大对象需要数分钟。'],
  'cause.KeyUnsettled': ['The key is written faster than it can be replicated.', '该键写入过于频繁。'],
  'todo.KeyUnsettled': ['It is done once the writing slows down.', '写入放缓后即可完成。'],
  'cause.waiting-or-awaiting-event': [
    'Too much work waits for that destination to look through all of it.',
    '该目标等待的任务过多，未能全部查看。',
  ],
  'todo.waiting-or-awaiting-event': ['See the failures first.', '请先查看失败项。'],
  'cause.destination-unreadable': ['The destination refused the read for this answer.', '读取目标被拒绝。'],
  'todo.destination-unreadable': [
    'Run the pre-flight: it says which permission is missing.',
    '请运行预检，查看缺少哪项权限。',
  ],
  'cause.BucketVersionNotOpen': [
    'Versioning of the bucket is switched off, so a replica would overwrite an object.',
    '存储桶的版本控制已关闭，复制会覆盖已有内容。',
  ],
  'todo.BucketVersionNotOpen': ['Switch versioning on again in the COS console.', '请在 COS 控制台重新开启版本控制。'],
  'cause.order': [
    'An older version came late, and its place is below too many replicas.',
    '较旧版本迟到，将其归位需要重建过多副本。',
  ],
  'todo.order': [
    'The newest version is there. Older ones stay missing unless the replicas above are removed.',
    '最新版本已在目标端；除非移除其上的副本，否则旧版本缺失。',
  ],
  'cause.depth': [
    'The key has more than 100,000 versions, the most that one run reads.',
    '该键需检查的版本超过 10 万个。',
  ],
  'todo.depth': [
    'Let a lifecycle rule remove old versions. New ones are replicated.',
    '请用生命周期规则清理旧版本；新版本会照常复制。',
  ],
  'cause.ReplicaArchived': [
    'An older version came late, and a replica above it is archived and cannot be written again.',
    '较旧版本迟到，而其上的副本已归档，无法重写。',
  ],
  'todo.ReplicaArchived': ['Restore the archived replica, then try again.', '请恢复已归档的副本，然后重试。'],
  'cause.ReplicaChecksumMismatch': [
    'The copy had other bytes than the source, and was removed.',
    '副本字节与源不一致，已移除。',
  ],
  'todo.ReplicaChecksumMismatch': [
    'It is tried again by itself. If it stays, tell the support of COS.',
    '系统会自动重试。如持续出现，请联系 COS 支持。',
  ],
  'cause.InvalidStateObject': ['Waiting work on the state bucket is damaged.', '状态存储桶中的任务被损坏。'],
  'todo.InvalidStateObject': [
    'The log of task or schedule names the object. Try the key again.',
    'task 或 schedule 的日志会给出对象名称。请重试该键。',
  ],
  'cause.InvalidRules': ['The stored rules are damaged.', '存储的规则被损坏。'],
  'todo.InvalidRules': ['Delete the rules and store them again.', '请删除规则后重新保存。'],
  'cause.MarkerKeyMissing': [
    'The state bucket holds no key to sign replicas with.',
    '状态存储桶中没有用于签名副本的密钥。',
  ],
  'todo.MarkerKeyMissing': ['Deploy again.', '请重新部署。'],
  'cause.AccessDenied': ['COS refused the role of this deployment.', 'COS 拒绝了本部署的角色。'],
  'todo.AccessDenied': [
    'Run the pre-flight. A bucket of another account needs a policy that lets the roles of this deployment in.',
    '请运行预检。其他账号的存储桶需要允许本部署角色访问的策略。',
  ],
  'cause.NoSuchBucket': ['The bucket does not exist.', '存储桶不存在。'],
  'todo.NoSuchBucket': ['Make it again, or change the rule.', '请重新创建，或修改规则。'],
  'cause.NoSuchKey': ['The object is gone at the source.', '源端对象已不存在。'],
  'todo.NoSuchKey': ['Nothing: it leaves the list with the next try.', '无需处理，下次检查后会从列表中消失。'],
  'cause.SlowDown': ['COS asked for fewer requests.', 'COS 要求降低请求频率。'],
  'todo.SlowDown': AGAIN,
  'cause.ServiceUnavailable': ['COS was not available.', 'COS 暂不可用。'],
  'todo.ServiceUnavailable': AGAIN,
  'cause.network': ['COS gave no usable answer in time.', 'COS 未及时给出有效应答。'],
  'todo.network': AGAIN,
  'cause.InternalError': ['An unexpected error happened.', '未预料到的错误。'],
  'todo.InternalError': ['The log of the function says more.', '详情见函数日志。'],
  'cause.KmsUnavailable': ['The encryption key could not be used.', '无法使用加密密钥。'],
  'todo.KmsUnavailable': ['Check the KMS key of the rule and its permissions.', '请检查规则中的 KMS 密钥及其权限。'],
  'skip.no-rule': [
    'No rule covers it now. An earlier rule has left the replica. Add a rule if later changes are to follow.',
    '当前没有规则覆盖此版本，副本由先前的规则留下。如需继续复制，请添加规则。',
  ],
  'skip.reserved-metadata': [
    'Its user metadata uses a name of the replication marker, and a replica would lose it. Write it under another name.',
    '其自定义元数据使用了复制标记的名称，复制会使其丢失。请改用其他名称。',
  ],
  'skip.archived': [
    'The source object is archived. It is replicated once it is restored.',
    '源对象已归档，恢复后会被复制。',
  ],
  'skip.customer-key': [
    'It is encrypted with a customer key (SSE-C), so nobody else can read it. Write it without such a key.',
    '使用客户提供的密钥（SSE-C）加密，他人无法读取。请改用其他加密方式写入。',
  ],
  'skip.unknown-encryption': ['Its encryption is unknown. Update the service.', '加密方式未知，请更新服务。'],
  'skip.unknown-class': ['Its storage class is unknown. Update the service.', '存储类型未知，请更新服务。'],
  'skip.kms-not-selected': [
    'It is encrypted with KMS, and the rule leaves such objects out. Tick “Copy objects encrypted with KMS” in the rule.',
    '使用 KMS 加密，而规则不复制此类对象。请在规则中勾选“复制使用 KMS 加密的对象”。',
  ],
  'skip.metadata-limit': [
    'Its metadata leaves no room for the replication marker (4 KB in all). Write it with less metadata.',
    '元数据没有空间容纳副本所需的标记（总计 4 KB），请减少元数据后重新写入。',
  ],
  'skip.appended': [
    'It was made by appends, and COS does not copy such objects. Write it whole.',
    '由追加写入生成，COS 不支持复制此类对象。请整体写入。',
  ],
  'skip.dangling-link': [
    'It is a symbolic link whose target is not there. Write the target, then press “Try again”.',
    '这是目标不存在的软链接。请写入目标对象，然后点击“重试”。',
  ],
  'skip.overtaken': ['A newer version or delete marker covers this delete marker.', '已被更新内容覆盖的删除标记。'],
  'skip.removed-at-destination': [
    'A newer replica proves that it was there. Somebody removed it at the destination.',
    '曾存在，但已在目标端被人删除（由更新的副本可知）。',
  ],
  'skip.not-at-destination': [
    'It is not there, and no record says whether it ever was. It is not copied below newer replicas.',
    '目标端没有此版本，且不会自动补到更新的副本之下；无法得知它是否曾存在。',
  ],
  'skip.unknown': ['The reason is {code}.', '原因：{code}。'],
} as const;
