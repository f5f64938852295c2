import { child, readXml, textOf } from '../../shared/xml/index.ts';
import type { XmlElement } from '../../shared/xml/index.ts';

export interface Answer {
  readonly status: number;
  /** Names in lower case, repeated headers joined. Values are Latin-1: one character per byte. */
  readonly headers: Readonly<Record<string, string>>;
  /** Names in their original spelling. */
  readonly names: readonly string[];
  readonly body: Buffer;
}

export function xmlOf(answer: Answer): XmlElement {
  return readXml(answer.body);
}

/** Text of an element by its path of names, '' when it is missing. */
export function at(root: XmlElement, ...names: readonly [string, ...string[]]): string {
  const parent = names.slice(0, -1).reduce<XmlElement | undefined>((el, name) => el && child(el, name), root);
  return (parent && textOf(parent, names.at(-1) ?? '')) ?? '';
}

/** The fields of an `<Error>`, after a check that it is complete. */
export function errorOf(answer: Answer): { status: number; code: string; message: string } {
  const error = xmlOf(answer);
  const [code, message] = [at(error, 'Code'), at(error, 'Message')];
  const complete = [code, message, at(error, 'Resource'), at(error, 'RequestId')].every((text) => text !== '');
  if (error.name !== 'Error' || !complete) throw new Error(`not an error document: ${answer.body.toString()}`);
  if (at(error, 'RequestId') !== answer.headers['x-cos-request-id']) throw new Error('two request IDs in one answer');
  return { status: answer.status, code, message };
}
