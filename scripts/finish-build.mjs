/** After tsc: the program is executable, and what sources left behind that are gone goes: a clone then holds what the package does. */
import { chmodSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

chmodSync(join('dist', 'cli', 'main.js'), 0o755);
for (const entry of readdirSync('dist', { withFileTypes: true, recursive: true })) {
  if (!entry.isFile()) continue;
  const built = join(entry.parentPath, entry.name);
  const source = built.slice('dist/'.length).replace(/(\.d\.ts|\.js)$/, '');
  if (!existsSync(`${source}.ts`) && !existsSync(`${source}.tsx`)) rmSync(built);
}
