import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../../../cli/write-file.js';
import { AnswerCache } from '../answer-cache.js';
import { answerSchema, type VtAnswer } from './answer.js';

const usageSchema = z.object({ day: z.string(), asked: z.number().int().nonnegative() });

/** Answers of VirusTotal on disk, and how many questions were asked today (UTC). */
export class VtCache extends AnswerCache<VtAnswer> {
  constructor(folder: string) {
    super(folder, answerSchema as unknown as z.ZodType<VtAnswer>);
  }

  asked(day: string): number {
    const usage = this.json(join(this.folder, 'usage.json'), usageSchema);
    return usage?.day === day ? usage.asked : 0;
  }

  count(day: string): void {
    writeWhole(join(this.folder, 'usage.json'), `${JSON.stringify({ day, asked: this.asked(day) + 1 })}\n`);
  }
}
