// `npm ci` wants every optional platform package in the lock file, also those that the registry at hand does not serve.
// Adds entries for them from the exact versions that their parents name. Run after `npm install`.
import { readFileSync, writeFileSync } from 'node:fs';

const path = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(path, 'utf8'));
const OS = ['darwin', 'linux', 'win32', 'android', 'freebsd', 'openbsd', 'netbsd', 'sunos', 'aix', 'openharmony'];
const CPU = ['x64', 'arm64', 'arm', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'mips64el', 'wasm32'];

for (const [parent, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const key = `node_modules/${name}`;
    if (parent === '' || lock.packages[key] || lock.packages[`${parent}/${key}`]) continue;
    const words = name.split(/[-/]/);
    const os = OS.filter((o) => words.includes(o));
    const cpu = CPU.filter((c) => words.some((w) => w === c || (c === 'arm' && /^arm(v\d)?$/.test(w)) || w.startsWith(`${c}le`)));
    const libc = words.includes('musl') ? ['musl'] : words.includes('gnu') ? ['glibc'] : undefined;
    lock.packages[key] = {
      version,
      ...(cpu.length > 0 ? { cpu } : {}),
      ...(entry.dev ? { dev: true } : {}),
      ...(libc ? { libc } : {}),
      license: entry.license,
      optional: true,
      ...(os.length > 0 ? { os } : {}),
    };
    process.stdout.write(`${name}@${version} ${os} ${cpu}\n`);
  }
}
const sorted = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
lock.packages = sorted;
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
