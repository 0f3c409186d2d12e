/**
 * Writes a question as it is compared with others word for word: without regard to case, spaces, and what ends its words
 * and sentences. Signs within a word stay: 1.5 is not 15.
 */
export const questionKey = (question: string): string =>
  question
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[?!.,;:…¿¡؟،。、]+(?=\s|$)|[¿¡]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
