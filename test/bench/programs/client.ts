import COS from 'cos-nodejs-sdk-v5';

/** The official SDK, set up as its manual says, with connections that are kept open. */
export function sdkClient(): COS {
  const {
    COS_ENDPOINT: endpoint = '',
    TENCENTCLOUD_SECRETID: id = '',
    TENCENTCLOUD_SECRETKEY: secret = '',
  } = process.env;
  return new COS({
    SecretId: id,
    SecretKey: secret,
    Protocol: 'http:',
    Proxy: endpoint,
    KeepAlive: true,
    UseRawKey: true,
  });
}
