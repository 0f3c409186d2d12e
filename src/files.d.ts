/** Made by the build: the lazy page files with their hashes, and the package's version. */
declare module 'virtual:firstword-files' {
  export const files: Readonly<Record<'panel' | 'later', readonly [name: string, integrity: string]>>;
  export const version: string;
}
