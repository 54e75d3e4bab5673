import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../../cli/write-file.js';
import { answerSchema, type VtAnswer, type VtKind } from './answer.js';

const entrySchema = z.object({ kind: z.string(), subject: z.string(), fetched: z.number(), answer: answerSchema });
const usageSchema = z.object({ day: z.string(), asked: z.number().int().nonnegative() });

/** Answers on disk, with their age, and how many questions were asked today (UTC): shared by all runs of a user. */
export class VtCache {
  readonly folder: string;
  constructor(folder: string) {
    this.folder = folder;
  }

  /** A damaged entry is as good as none. */
  read(kind: VtKind, subject: string): { fetched: number; answer: VtAnswer } | undefined {
    const entry = this.#json(this.#path(kind, subject), entrySchema);
    return entry && entry.kind === kind && entry.subject === subject
      ? { fetched: entry.fetched, answer: entry.answer as VtAnswer }
      : undefined;
  }

  write(kind: VtKind, subject: string, fetched: number, answer: VtAnswer): void {
    writeWhole(this.#path(kind, subject), `${JSON.stringify({ kind, subject, fetched, answer })}\n`);
  }

  asked(day: string): number {
    const usage = this.#json(join(this.folder, 'usage.json'), usageSchema);
    return usage?.day === day ? usage.asked : 0;
  }

  count(day: string): void {
    writeWhole(join(this.folder, 'usage.json'), `${JSON.stringify({ day, asked: this.asked(day) + 1 })}\n`);
  }

  #path(kind: VtKind, subject: string): string {
    const name = createHash('sha256').update(`${kind}\x1f${subject}`).digest('hex');
    return join(this.folder, name.slice(0, 2), `${name}.json`);
  }

  #json<T extends z.ZodType>(path: string, schema: T): z.infer<T> | undefined {
    try {
      return schema.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch {
      return undefined;
    }
  }
}
