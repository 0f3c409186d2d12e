/** Made by the build: the SHA-384 of each lazy page file, in base64, and the package's version. */
declare module 'virtual:firstword-files' {
  export const files: Readonly<Record<'panel' | 'answer', string>>;
  export const version: string;
}
