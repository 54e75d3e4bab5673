import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/** Oldest DuckDB release that opens a case written by this version. */
export const STORAGE_VERSION = 'v1.2.0';

export interface EngineOptions {
  /** The case file; undefined: it is attached to an instance without one. */
  readonly file: string | undefined;
  readonly tempDir: string;
  readonly threads: number;
  readonly limitMb: number;
  readonly readOnly: boolean;
}

/** DuckDB as every case is opened with it: bounded, without extensions of others. */
export function startEngine({ file, tempDir, threads, limitMb, readOnly }: EngineOptions): Promise<DuckDBInstance> {
  return DuckDBInstance.create(file ?? ':memory:', {
    threads: String(threads),
    memory_limit: `${limitMb}MB`,
    temp_directory: join(tempDir, 'spill'),
    // Freed memory goes back to the system early: what the allocator keeps is outside of the limit.
    allocator_flush_threshold: '8MB',
    allocator_bulk_deallocation_flush_threshold: '64MB',
    allocator_background_threads: 'true',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    ...(!readOnly
      ? { storage_compatibility_version: STORAGE_VERSION }
      : file === undefined
        ? {}
        : { access_mode: 'READ_ONLY' }),
  });
}
