import type {Page} from './drive/index.ts';

/** How a page draws letters: the ink of a text in each of the fonts that the widget uses. */
export type Letters = string;

/** Where what does not depend on letters stands, by part: its box in whole CSS pixels. */
export type Layout = Readonly<Record<string, readonly [x: number, y: number, width: number, height: number]>>;

/** How far apart two pictures are. */
export interface Difference {
  /** Share of the blocks whose colour differs, 0 to 1; 1 for pictures that are not of one size. */
  blockShare: number;
}

/** Blocks of this many pixels are compared by their mean colour: how edges are smoothed is lost in it. */
const BLOCK_PIXELS = 8;

/** The most that a channel of a block's mean may differ, of 255. */
const CHANNEL_DIFFERENCE = 8;

/** Measures letters: two machines on which this is the same draw the same words alike, to how edges are smoothed. */
export function readLetters(page: Page): Promise<Letters> {
  return page.run(() => {
    const canvas = new OffscreenCanvas(300, 30).getContext('2d', {willReadFrequently: true});
    if (!canvas) return '';
    return ['16px system-ui', '600 16px system-ui', '14px ui-monospace, monospace', '16px sans-serif']
      .map((font) => {
        canvas.clearRect(0, 0, 300, 30);
        canvas.font = font;
        canvas.fillText('Hamburgefonstiv 0123 مرحبًا', 0, 20);
        return canvas.getImageData(0, 0, 300, 30).data.reduce((ink, value) => ink + value, 0);
      })
      .join(' ');
  });
}

/** Reads where the parts stand that have a size of their own. */
export function readLayout(page: Page): Promise<Layout> {
  return page.run(() => {
    const root = document.querySelector('firstword-chat')?.shadowRoot;
    const parts = ['launcher', 'panel', 'header', 'close', 'composer', 'send', 'stop'];
    const found = parts.flatMap((part) => {
      const box = root?.querySelector(`[part~=${part}]`)?.getBoundingClientRect();
      if (!box?.width) return [];
      return [
        [part, [box.x, box.y, box.width, box.height].map(Math.round) as [number, number, number, number]] as const,
      ];
    });
    return Object.fromEntries(found);
  });
}

/** Compares two PNG files by the mean colours of their blocks. The page only lends its eyes. */
export function comparePictures(page: Page, pictures: readonly [one: Buffer, other: Buffer]): Promise<Difference> {
  const encoded = pictures.map((picture) => picture.toString('base64')) as [string, string]; // two stay two
  return page.run(
    async (files, blockPixels, channelDifference) => {
      const means = async (file: string) => {
        const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
        const bitmap = await createImageBitmap(new Blob([bytes], {type: 'image/png'}));
        const columns = Math.ceil(bitmap.width / blockPixels);
        const rows = Math.ceil(bitmap.height / blockPixels);
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
        canvas?.drawImage(bitmap, 0, 0);
        const blocks = Array.from({length: columns * rows}, (_, at) => {
          const x = (at % columns) * blockPixels;
          const y = Math.floor(at / columns) * blockPixels;
          const data = canvas?.getImageData(x, y, blockPixels, blockPixels).data ?? [];
          const sums = [0, 0, 0];
          data.forEach((value, index) => {
            if (index % 4 < 3) sums[index % 4] = (sums[index % 4] ?? 0) + value;
          });
          return sums.map((sum) => sum / (blockPixels * blockPixels));
        });
        return {size: `${bitmap.width} by ${bitmap.height}`, blocks};
      };
      const [one, other] = [await means(files[0] ?? ''), await means(files[1] ?? '')];
      if (one.size !== other.size) return {blockShare: 1};
      const differing = one.blocks.filter((block, at) =>
        block.some((mean, channel) => Math.abs(mean - (other.blocks[at]?.[channel] ?? 0)) > channelDifference),
      );
      return {blockShare: differing.length / one.blocks.length};
    },
    encoded,
    BLOCK_PIXELS,
    CHANNEL_DIFFERENCE,
  );
}
