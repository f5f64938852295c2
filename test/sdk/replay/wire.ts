import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** Sends a request with exactly these headers, in this order and spelling. */
export async function send(
  port: number,
  call: {
    readonly method: string;
    readonly target: string;
    readonly headers: readonly (readonly [string, string])[];
    readonly body: string;
  },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { method, target, headers, body } = call;
    request({ host: '127.0.0.1', port, method, path: target, headers: headers.flat(), agent: false }, (answer) => {
      const { statusCode: status = 0, headers: answerHeaders } = answer;
      void buffer(answer).then(
        (bytes) => resolve({ status, headers: answerHeaders, body: bytes.toString('utf8') }),
        reject,
      );
    })
      .once('error', reject)
      .end(body);
  });
}
