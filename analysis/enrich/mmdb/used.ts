import type { DataUsed } from '../data-sets.js';
import type { Mmdb } from './open.js';

/** A user's database as it is recorded: by type, day and hash, never by path. */
export const used = (mmdb: Mmdb): DataUsed => ({ name: mmdb.type, version: mmdb.built, sha256: mmdb.sha256 });
