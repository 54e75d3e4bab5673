import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { inputError } from '../errors.js';
import { MANIFEST_FORMAT } from '../manifest.js';

const hash = z.string().regex(/^[0-9a-f]{64}$/, 'not a SHA-256');
const hashes = z.record(z.string(), hash);
const count = z.number().int().min(0);
/** Enters SQL and ids only as a quoted value; no NUL, which SQL text cannot hold. */
const text = z.string().refine((t) => !t.includes('\0'), 'holds a NUL');

const manifestSchema = z.object({
  format: z.literal(MANIFEST_FORMAT),
  slipstream: text,
  packages: z.record(z.string(), text),
  provenance: z.record(z.string(), z.string().nullable()),
  inputs: z.array(
    z.object({
      capture_id: z.string().regex(/^[0-9a-f]{16}$/),
      path: text,
      sha256: hash,
      bytes: count,
      kind: z.enum(['zeek', 'suricata', 'argus', 'nfdump', 'pcap']),
      site: text,
      source_id: text,
      root: text,
      options: z
        .strictObject({
          kind: z.enum(['zeek', 'suricata', 'argus', 'nfdump', 'pcap']).optional(),
          label: z.enum(['malicious', 'benign']).optional(),
          bpf: text.optional(),
          tcpInactivity: z.number().positive().optional(),
          hashFiles: z.boolean().optional(),
          checksums: z.boolean().optional(),
          series: text.optional(),
        })
        .optional(),
    }),
  ),
  detections: z.array(z.object({ detection: text, sql_sha256: z.string(), status: text, files: hashes })),
  program: hashes,
  models: z.array(z.object({ module: text, model: text, sha256: hash, files: hashes })),
  feeds: z.array(z.object({ feed: text, sha256: hash })),
  report: z.object({ title: text.optional(), tlp: text.optional(), notes: text.optional() }).strict(),
  tables: hashes,
  outputs: z.record(z.string().regex(/^[\w-]+(\.[\w-]+)*$/, 'not a file name'), hash),
  environment: z
    .object({
      captures: z.record(z.string(), z.string()).catch({}),
      models: z.record(z.string(), z.string()).optional().catch(undefined),
      feeds: z.string().optional().catch(undefined),
    })
    .catch({ captures: {} }),
});

/** `manifest.json`, checked: it may come from anybody. */
export type Manifest = z.infer<typeof manifestSchema>;

/**
 * Reads the manifest of an output folder.
 * @throws CliError when there is none, or it is none
 */
export function readManifest(folder: string): Manifest {
  const path = join(folder, 'manifest.json');
  if (!existsSync(folder)) throw inputError(`${folder}: no such folder`);
  if (!statSync(folder).isDirectory() || !existsSync(path)) {
    throw inputError(`${folder}: not an output folder of 'slipstream analyze' (it has no manifest.json)`);
  }
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw inputError(`${path}: not JSON`);
  }
  const result = manifestSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  if (issue.path[0] === 'format') {
    throw inputError(
      `${path}: not a manifest of this version (${MANIFEST_FORMAT}); make it anew with slipstream analyze`,
    );
  }
  throw inputError(`${path}: ${issue.path.join('.') || 'manifest'}: ${issue.message}`);
}
