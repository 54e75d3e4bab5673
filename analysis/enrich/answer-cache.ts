import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../cli/write-file.js';

/** Answers from outside on disk, with their age: shared by all runs of a user. */
export class AnswerCache<A> {
  readonly folder: string;
  readonly #entry: z.ZodType<{ kind: string; subject: string; fetched: number; answer: A }>;

  constructor(folder: string, answer: z.ZodType<A>) {
    this.folder = folder;
    this.#entry = z.object({ kind: z.string(), subject: z.string(), fetched: z.number(), answer }) as never;
  }

  /** A damaged entry is as good as none. */
  read(kind: string, subject: string): { fetched: number; answer: A } | undefined {
    const entry = this.json(this.#path(kind, subject), this.#entry);
    return entry && entry.kind === kind && entry.subject === subject
      ? { fetched: entry.fetched, answer: entry.answer }
      : undefined;
  }

  write(kind: string, subject: string, fetched: number, answer: A): void {
    writeWhole(this.#path(kind, subject), `${JSON.stringify({ kind, subject, fetched, answer })}\n`);
  }

  protected json<T extends z.ZodType>(path: string, schema: T): z.infer<T> | undefined {
    try {
      return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch {
      return undefined;
    }
  }

  #path(kind: string, subject: string): string {
    const name = createHash('sha256').update(`${kind}\x1f${subject}`).digest('hex');
    return join(this.folder, name.slice(0, 2), `${name}.json`);
  }
}
