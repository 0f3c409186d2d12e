/** Is what something simulated takes a time for. */
export const takeMs = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
