/** The part of the local cloud that a request is for. */
export type Destination =
  | { readonly kind: 'cos'; readonly address: CosAddress }
  /** The API function of a region; `bucket` when a domain of its own names it. */
  | { readonly kind: 'api'; readonly region: string; readonly bucket: string | undefined }
  | { readonly kind: 'function-url'; readonly host: string; readonly region: string }
  | { readonly kind: 'cloud-api' }
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'unknown' };

/** The parts that a COS host names. In path style bucket and key are still in the path. */
export interface CosAddress {
  /** Undefined: the bucket is the first path segment, or there is none and the service is meant. */
  readonly bucket: string | undefined;
  /** Undefined only on the host that serves all regions. */
  readonly region: string | undefined;
  /** Set where the host is one of COS's domains, but of a service that is not built: data processing, websites, … */
  readonly foreign?: string;
}

// COS itself decides whether the bucket's part is a legal name, and refuses in its own form.
const BUCKET_HOST = /^([^/]+)\.cos(?:-internal)?\.([a-z0-9-]+)\.(?:myqcloud\.com|tencentcos\.cn)$/;
const COS_DOMAIN = /\.(?:myqcloud\.com|tencentcos\.cn)$/;
const REGION_HOST = /^cos(?:-internal)?\.([a-z0-9-]+)\.(?:myqcloud\.com|tencentcos\.cn)$/;
const SERVICE_HOST = /^service\.cos\.(?:myqcloud\.com|tencentcos\.cn)$/;
const API_DOMAIN = /^([a-z0-9-]+-\d+)\.replication\.([a-z0-9-]+)\.example\.com$/;
const REGION_API_DOMAIN = /^replication\.([a-z0-9-]+)\.example\.com$/;
const FUNCTION_URL = /^\d+-[a-z0-9]+\.(?:in\.)?([a-z0-9-]+)\.tencentscf\.com$/;
const CLOUD_API = /^(?:scf|cam|cls|sts)(?:\.[a-z0-9-]+)?\.tencentcloudapi\.com$/;

/** Hosts of COS that were seen: few, and each occurs again and again. */
const MOST_HOSTS = 1000;
const cosHosts = new Map<string, Destination & { kind: 'cos' }>();

/** Tells the parts of the local cloud apart, which share one port. */
export function route(
  request: { readonly host: string; readonly rawPath: string; readonly hasCloudAction: boolean },
  sourceRegion: string,
): Destination {
  if (request.hasCloudAction) return { kind: 'cloud-api' };
  const known = cosHosts.get(request.host);
  if (known !== undefined) return known;
  const found = routeHost(request, sourceRegion);
  if (found.kind === 'cos') {
    if (cosHosts.size >= MOST_HOSTS) cosHosts.clear();
    cosHosts.set(request.host, found);
  }
  return found;
}

function routeHost(request: { readonly host: string; readonly rawPath: string }, sourceRegion: string): Destination {
  const host = withoutPort(request.host).toLowerCase();
  if (CLOUD_API.test(host)) return { kind: 'cloud-api' };

  const bucketHost = BUCKET_HOST.exec(host);
  if (SERVICE_HOST.test(host)) return { kind: 'cos', address: { bucket: undefined, region: undefined } };
  if (bucketHost) return { kind: 'cos', address: { bucket: bucketHost[1], region: bucketHost[2] } };
  const regionHost = REGION_HOST.exec(host);
  if (regionHost) return { kind: 'cos', address: { bucket: undefined, region: regionHost[1] } };

  if (COS_DOMAIN.test(host)) return { kind: 'cos', address: { bucket: undefined, region: undefined, foreign: host } };

  const apiDomain = API_DOMAIN.exec(host);
  if (apiDomain) return { kind: 'api', region: apiDomain[2] ?? '', bucket: apiDomain[1] };
  const regionApi = REGION_API_DOMAIN.exec(host);
  if (regionApi) return { kind: 'api', region: regionApi[1] ?? '', bucket: undefined };
  const functionUrl = FUNCTION_URL.exec(host);
  if (functionUrl) return { kind: 'function-url', host, region: functionUrl[1] ?? '' };

  if (host === '127.0.0.1' || host === 'localhost') {
    if (request.rawPath === '/_local' || request.rawPath.startsWith('/_local/')) {
      return { kind: 'local', path: request.rawPath.slice('/_local'.length) };
    }
    return { kind: 'api', region: sourceRegion, bucket: undefined };
  }
  return { kind: 'unknown' };
}

function withoutPort(host: string): string {
  return host.replace(/:\d*$/, '');
}
