export const signInTexts = {
  'signin.title': ['Sign in', '登录'],
  'signin.lead': [
    'Keep a copy of a bucket in another region: rules, status and failures of this deployment.',
    '在另一地域保留存储桶的副本：管理本部署的规则、状态和失败项。',
  ],
  'signin.id': ['Secret ID', 'Secret ID'],
  'signin.secret': ['Secret key', 'Secret Key'],
  'signin.bucket': ['Source bucket (optional)', '源存储桶（可选）'],
  'signin.bucket.hint': [
    'Name with appid, such as photos-1250000000. Only needed where the page cannot find it out.',
    '含 appid 的名称，例如 photos-1250000000。仅在页面无法自行确定时需要填写。',
  ],
  'signin.warning': [
    'Use an API key of this deployment. Never paste a CAM key pair of your Tencent Cloud account here.',
    '请使用本部署的 API 密钥。切勿在此粘贴腾讯云账号的 CAM 密钥。',
  ],
  'signin.how': ['No key yet? Make one where serverless.yml is:', '还没有密钥？请在 serverless.yml 所在目录执行：'],
  'signin.memory': [
    'The pair stays in the memory of this tab. It is never stored and never sent; reloading the page forgets it.',
    '密钥仅保存在本标签页的内存中，不会存储也不会发送；重新加载页面即被清除。',
  ],
  'signin.api': ['API', 'API'],
  'signin.do': ['Sign in', '登录'],
  'signin.busy': ['Signing in …', '正在登录…'],
  'signin.missing': ['Fill in this field.', '请填写此项。'],
  'signin.cam': [
    'This looks like a CAM key pair of a Tencent Cloud account. It is not used here: make an API key of this deployment.',
    '这看起来是腾讯云账号的 CAM 密钥，不能在此使用：请创建本部署的 API 密钥。',
  ],
} as const;
