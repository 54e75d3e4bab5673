import { type Resources, resources } from './resources.js';

/** What of flags and configuration concerns the reading of captures. */
export interface InputSettings extends Resources {
  readonly site: string;
  readonly bpf: string | undefined;
  readonly tcpInactivity: string | undefined;
  readonly hashFiles: boolean;
  readonly checksums: boolean;
}

/**
 * Flags and configuration of a command that only reads captures. The configuration brings half the program with it, so it
 * is loaded only where there is one.
 * @throws CliError naming what is wrong
 */
export async function inputSettings(flags: {
  readonly config?: string;
  readonly site?: string;
  readonly threads?: string;
  readonly memoryLimit?: string;
}): Promise<InputSettings> {
  if (flags.config !== undefined) {
    const { runSettings } = await import('./config.js');
    return runSettings(flags);
  }
  const none = { bpf: undefined, tcpInactivity: undefined, hashFiles: false, checksums: false };
  return { ...resources(flags), site: flags.site ?? '', ...none };
}
