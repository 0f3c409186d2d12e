import {build, type Rollup} from 'vite';

/**
 * Bundles a module, with all that it imports, into one script for a page.
 *
 * @param input - Path from the project's root.
 * @param format - `es` keeps what the module exports; `iife` is for a script that runs before any module does.
 */
export async function bundle(input: string, format: 'es' | 'iife' = 'es'): Promise<string> {
  const result = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      rolldownOptions: {input, preserveEntrySignatures: 'strict', output: {format, codeSplitting: false}},
    },
  });
  // one input without a watcher gives one output
  return (result as Rollup.RolldownOutput).output[0].code;
}
