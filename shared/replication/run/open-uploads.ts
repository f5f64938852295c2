import type { TaskObject, Upload } from '../../tasks/index.ts';

/** The uploads of ours that are open at the destination of one key, true at every moment of the run. */
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

  /** `record`: the task that names the upload, for the case that this run is killed. */
  recorded(uploadId: string, record: TaskObject): void {
    this.#records.set(uploadId, record);
  }

  /** The upload is not open any more. Returns its record, which is of no use then. */
  forget(uploadId: string): TaskObject | undefined {
    this.#open.delete(uploadId);
    const record = this.#records.get(uploadId);
    this.#records.delete(uploadId);
    return record;
  }
}
