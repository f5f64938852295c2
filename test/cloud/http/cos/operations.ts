import type { Switches } from '../../cos/index.ts';
import { bucketOperations, serviceOperations } from './bucket-operations.ts';
import type { Parsed } from './call.ts';
import { failures } from './failures.ts';
import { lackingOfBuckets, lackingOfObjects, unknownSubresource } from './lacking.ts';
import { copyOperations, objectOperations } from './object-operations.ts';
import type { Methods, Operation, Table } from './operation.ts';

const bucketTable: Table = { ...lackingOfBuckets, ...bucketOperations };
const objectTable: Table = { ...lackingOfObjects, ...objectOperations };

/** Parameters that select no operation, even without a value. */
const MODIFIERS = new Set(
  (
    'prefix delimiter marker max-keys encoding-type key-marker version-id-marker max-uploads upload-id-marker ' +
    'versionId VersionId partNumber part-number-marker max-parts position id sign list-type fetch-owner token'
  ).split(' '),
);
/** Signatures, headers of the answer, and headers that COS also accepts as parameters. */
const MODIFIER = /^(?:q-|response-|x-cos-)/;

/**
 * The operation of a request. An unknown parameter with a value is ignored, as COS does. One without a value means a
 * sub-resource, and never gets the plain operation.
 *
 * Throws MethodNotAllowed, or InvalidArgument where two sub-resources are named.
 */
export function findOperation(call: Parsed, switches: Pick<Switches, 'ignoreUnknownSubresources'>): Operation {
  if (call.bucket === '') return methodOf(serviceOperations, call.method);
  const table = call.key === '' ? bucketTable : objectTable;
  let found = '';
  let unknown: string | undefined;
  for (const [name, value] of call.query.pairs) {
    if (name === '') continue;
    if (Object.hasOwn(table, name)) {
      if (found !== '' && found !== name) throw failures.invalidArgument(`?${found} and ?${name} exclude each other.`);
      found = name;
    } else if (value === '' && !MODIFIERS.has(name) && !MODIFIER.test(name)) unknown ??= name;
  }
  const operation = methodOf(table[found] ?? {}, call.method);
  if (unknown !== undefined && !switches.ignoreUnknownSubresources) return unknownSubresource(unknown, operation);
  const isCopy = table === objectTable && call.method === 'PUT' && call.headers.get('x-cos-copy-source') !== undefined;
  return (isCopy && copyOperations[found]) || operation;
}

function methodOf(methods: Methods, method: string): Operation {
  const operation = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (operation === undefined) throw failures.methodNotAllowed();
  return operation;
}
