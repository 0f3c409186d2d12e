/** Made by the build: the package's version, and the SHA-384 of each lazy page file in base64, once it is built. */
declare module 'virtual:firstword-files' {
  export const version: string;
  export const measure: string;
  export const glass: string;
  export const more: string;
  export const owner: string;
  export const vendors: string;
  export const faq: string;
  export const tabs: string;
  export const experiment: string;
  export const answer: string;
  export const panel: string;
  /** By language, as its subtag is written. */
  export const languages: Readonly<Record<string, string>>;
}
