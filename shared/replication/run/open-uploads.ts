import type { TaskObject, Upload } from '../../tasks/index.ts';

/** Our open uploads at the destination of one key, up to date throughout the run. */
export class OpenUploads {
  readonly #open: Map<string, Upload>;
  /** The waiting tasks that this run wrote for uploads it began, by upload. */
  readonly #records = new Map<string, TaskObject>();

  constructor(uploads: readonly Upload[]) {
    this.#open = new Map(uploads.map((upload) => [upload.uploadId, upload]));
  }

  get all(): readonly Upload[] {
    return [...this.#open.values()];
  }

  add(upload: Upload): void {
    this.#open.set(upload.uploadId, upload);
  }

  /** `record`: the task that names the upload in case this run is killed. */
  recorded(uploadId: string, record: TaskObject): void {
    this.#records.set(uploadId, record);
  }

  /** Forgets an upload that is no longer open. Returns its record, which is then useless. */
  forget(uploadId: string): TaskObject | undefined {
    this.#open.delete(uploadId);
    const record = this.#records.get(uploadId);
    this.#records.delete(uploadId);
    return record;
  }
}
