/** `error.<code>`: the meaning of a refused call and the advice for the reader, for the codes that this page meets. */
export const errorTexts = {
  'error.title': ['That did not work', '操作未成功'],
  'error.code': ['Code {code}', '错误码 {code}'],
  'error.status': ['HTTP {status}', 'HTTP {status}'],
  'error.request': ['Request ID {id}', '请求 ID {id}'],
  'error.says': ['The API says: {message}', 'API 的说明：{message}'],
  'error.unknown': ['The API refused the request.', 'API 拒绝了请求。'],
  'error.server': ['The API could not answer just now. Try again in a moment.', 'API 暂时无法应答，请稍后重试。'],
  'error.Unreachable': [
    'The API does not answer. Check the network, and whether the deployment is still there.',
    'API 没有应答。请检查网络以及部署是否仍然存在。',
  ],
  'error.TimedOut': ['The API did not answer in time. Try again.', 'API 未及时应答，请重试。'],
  'error.UnexpectedAnswer': [
    'The answer is not from the API of COS Replication. Check the address.',
    '应答者不是 COS 复制的 API，请检查地址。',
  ],
  'error.KeyNotAddressable': [
    'A browser cannot ask for a key with a segment “.” or “..”. Ask for it with curl --path-as-is.',
    '浏览器无法请求包含“.”或“..”路径段的键，请使用 curl --path-as-is。',
  ],
  'error.InvalidAccessKeyId': [
    'This deployment has no such key. Check the secret ID; CAM keys do not work here.',
    '本部署没有此密钥。请检查 Secret ID；CAM 密钥在此无效。',
  ],
  'error.SignatureDoesNotMatch': ['The secret key does not match the secret ID.', 'Secret Key 与 Secret ID 不匹配。'],
  'error.expired': [
    'The clock of this computer is wrong, so the signature is not valid now. Set the clock and try again.',
    '本机时钟不准，签名当前无效。请校准时钟后重试。',
  ],
  'error.PreconditionFailed': [
    'Somebody else has changed the rules. Refresh and make your change again.',
    '规则已被他人修改，请刷新后重新操作。',
  ],
  'error.AccessDenied': ['This key may not do that.', '此密钥无权执行该操作。'],
  'error.InvalidBucketName': [
    'The API does not know the source bucket. Enter its name.',
    'API 无法确定源存储桶，请输入其名称。',
  ],
  'error.UserNotSourceBucketOwner': [
    'This bucket is not a source of this deployment. Add it to “sources” in serverless.yml and deploy again.',
    '该存储桶不是本部署的源。请将其加入 serverless.yml 的 sources 并重新部署。',
  ],
  'error.UserNotTargetBucketOwner': [
    'This bucket is not a destination of this deployment, or its role may not use it.',
    '该存储桶不是本部署的目标，或本部署的角色无权使用。',
  ],
  'error.NoSuchBucket': ['The bucket does not exist.', '存储桶不存在。'],
  'error.NoSuchKey': ['The source bucket has no object with this key.', '源存储桶中没有此键的对象。'],
  'error.NoSuchVersion': ['The object has no version with this ID.', '该对象没有此版本 ID。'],
  'error.BucketVersionNotOpen': [
    'Versioning is not enabled on both sides. Switch it on in the COS console.',
    '两端未全部开启版本控制，请在 COS 控制台开启。',
  ],
  'error.InvalidArgument': ['A value is not valid.', '有的值无效。'],
  'error.InvalidTag': ['A tag is not valid.', '有的标签无效。'],
  'error.MalformedXML': ['The rules are not as COS documents them.', '规则不符合 COS 文档。'],
  'error.XMLSizeLimit': ['The rules are too large.', '规则文档过大。'],
  'error.KeyTooLong': ['The key is longer than 850 bytes.', '键超过 850 字节。'],
  'error.InvalidBucketState': [
    'The deployment cannot do that now: a right of its role is missing, or its stored data is damaged.',
    '部署本身当前无法执行：其角色缺少权限，或其存储的数据已损坏。',
  ],
  'error.MethodNotAllowed': ['This deployment does not offer that call.', '本部署不提供该调用。'],
} as const;
